// SPDX-License-Identifier: GPL-2.0-only
/*
 * What workers do: a table of operations, each with how often it is done.
 */
#include "stress.h"

static u32 *owner; /* of each slot on the bus, 0: none */
static struct mapping *parcel[PARCELS];
static u64 buffer_lock, buffers_free;
static u64 buffer[WORKERS * HELD + PARCELS];
static bool over;
static u32 next_owner = 1;

static void own(struct mapping *m, bool on)
{
	u64 at = (m->bus - m->offset) >> XSW_SLOT_SHIFT;
	u32 k;

	for (k = 0; k < m->slots; k++) {
		u32 expected = on ? 0 : m->owner;

		if (!__atomic_compare_exchange_n(&owner[at + k], &expected, on ? m->owner : 0,
						 false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			wrong("two live mappings share a slot", m);
	}
}

static u64 take_buffer(void)
{
	u64 phys = 0;

	while (xsw_cmpxchg64(&buffer_lock, 0, 1))
		;
	if (buffers_free)
		phys = buffer[--buffers_free];
	xsw_store_release(&buffer_lock, 0);
	return phys;
}

static void give_buffer(u64 phys)
{
	while (xsw_cmpxchg64(&buffer_lock, 0, 1))
		;
	buffer[buffers_free++] = phys;
	xsw_store_release(&buffer_lock, 0);
}

static struct mapping *map_one(struct worker *w, u32 size)
{
	struct mapping *m = calloc(1, sizeof(*m));
	u64 base = take_buffer();
	struct xsw_outcome o;

	if (!base) {
		free(m);
		return NULL;
	}
	m->dev = &device[pick(w, DEVICES)];
	m->size = size;
	m->phys = base + pick(w, 4096);
	m->dir = (enum xsw_dir)pick(w, 3);
	m->mark = (u8)pick(w, 256);
	m->owner = __atomic_fetch_add(&next_owner, 1, __ATOMIC_RELAXED) | 1u << 31;
	memset(xsw_phys_to_virt(m->phys), m->mark, size);
	m->bus = model_map(m->dev, m->phys, size, m->dir, 0, &o);
	w->maps++;
	if (m->bus == XSW_BUS_ERROR) {
		if (o.fail == XSW_FAIL_NONE)
			wrong("a failure without a reason", m);
		w->fails++;
		give_buffer(base);
		free(m);
		return NULL;
	}
	m->slots = o.slots;
	m->offset = (u32)(m->phys & m->dev->min_align_mask & (XSW_SLOT_SIZE - 1));
	if (m->slots)
		own(m, true);
	return m;
}

static void device_checks(const struct mapping *m)
{
	u8 seen[512];
	u32 at = 0, n, i;

	for (; at < m->size; at += 4096) {
		n = min(m->size - at, (u32)sizeof(seen));
		if (!model_dma_read(m->dev->dma_mask, m->bus + at, seen, n))
			wrong("out of the device's reach", m);
		for (i = 0; i < n; i++)
			if (seen[i] != m->mark)
				wrong("the device sees another mapping's data", m);
	}
}

static void device_fills(struct mapping *m, u8 mark)
{
	u8 page[4096];
	u32 at;

	memset(page, mark, sizeof(page));
	for (at = 0; at < m->size; at += sizeof(page))
		if (!model_dma_write(m->dev->dma_mask, m->bus + at, page,
				     min(m->size - at, (u32)sizeof(page))))
			wrong("out of the device's reach", m);
	m->mark = mark;
}

static void unmap_one(struct mapping *m, u8 mark)
{
	const u8 *cpu = xsw_phys_to_virt(m->phys);
	bool filled = m->dir != XSW_TO_DEVICE;
	u8 before = m->mark;
	u32 i;

	device_checks(m);
	if (filled)
		device_fills(m, mark);
	if (m->slots)
		own(m, false);
	if (xsw_unmap(m->dev, m->bus, m->size, m->dir, 0) != m->slots)
		wrong("unmap released another number of slots", m);
	for (i = 0; i < m->size; i += 61)
		if (cpu[i] != (filled ? mark : before))
			wrong("the buffer has other data than the device wrote", m);
	give_buffer(m->phys & ~(u64)(XSW_PAGE_SIZE - 1));
	free(m);
}

static void op_map(struct worker *w)
{
	static const u32 most[] = { 512, 2048, 4096, 16384, 65536, (PAGES - 1) * 4096 };
	u32 k = pick(w, HELD);

	if (!w->held[k])
		w->held[k] = map_one(w, 1 + pick(w, most[pick(w, 6)]));
}

static void op_unmap(struct worker *w)
{
	u32 k = pick(w, HELD);

	if (w->held[k])
		unmap_one(w->held[k], (u8)pick(w, 256));
	w->held[k] = NULL;
}

static void op_hand_over(struct worker *w)
{
	u32 k = pick(w, HELD), p = pick(w, PARCELS);

	w->held[k] = __atomic_exchange_n(&parcel[p], w->held[k], __ATOMIC_ACQ_REL);
	w->handed++;
}

static void op_sync(struct worker *w)
{
	struct mapping *m = w->held[pick(w, HELD)];
	u32 at;

	if (!m || !m->slots || m->dir == XSW_TO_DEVICE)
		return;
	device_fills(m, (u8)pick(w, 256));
	at = pick(w, m->size);
	if (!xsw_sync_for_cpu(m->dev, m->bus + at, 1, m->dir))
		wrong("a bounced mapping is not known to sync", m);
	if (((u8 *)xsw_phys_to_virt(m->phys))[at] != m->mark)
		wrong("a sync found another place", m);
}

static void op_burst(struct worker *w)
{
	struct mapping *m[16];
	u32 k;

	for (k = 0; k < 16; k++)
		m[k] = map_one(w, 1 + pick(w, 8192));
	for (k = 0; k < 16; k++)
		if (m[k])
			unmap_one(m[k], (u8)k);
}

static void op_coherent(struct worker *w)
{
	u32 size = 1 + pick(w, 40000), i;
	enum xsw_coherent_source from;
	u64 bus;
	u8 *va = xsw_coherent_alloc(&device[0], size, true, &bus, &from);

	if (!va)
		return;
	for (i = 0; i < size; i++)
		if (va[i])
			wrong("coherent memory is not zero", NULL);
	memset(va, 0xee, size);
	w->blocks++;
	if (!xsw_coherent_free(&device[0], size, va, bus))
		wrong("a coherent block is not known", NULL);
}

static const struct {
	void (*run)(struct worker *);
	u32 times; /* in a row */
	u32 every; /* one turn in so many */
} table[] = {
	{ op_map, 3, 1 },  { op_unmap, 2, 1 },     { op_hand_over, 1, 2 },
	{ op_sync, 1, 4 }, { op_coherent, 2, 40 }, { op_burst, 1, 60 },
};

void *traffic(void *arg)
{
	struct worker *w = arg;
	u32 k, n;

	while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		for (k = 0; k < sizeof(table) / sizeof(table[0]); k++)
			for (n = 0; n < table[k].times && !pick(w, table[k].every); n++)
				table[k].run(w);
	}
	for (k = 0; k < HELD; k++)
		if (w->held[k])
			unmap_one(w->held[k], 1);
	return NULL;
}

void traffic_start(u32 threads)
{
	u32 k;

	owner = calloc(1u << 21, sizeof(*owner));
	for (k = 0; k < threads * HELD + PARCELS; k++)
		buffer[buffers_free++] = model_buffer(PAGES, false);
}

void traffic_end(void)
{
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
}

void traffic_finish(void)
{
	u32 k;

	for (k = 0; k < PARCELS; k++)
		if (parcel[k])
			unmap_one(parcel[k], 2);
	free(owner);
}
