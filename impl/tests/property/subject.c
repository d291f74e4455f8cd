// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random operations on an engine, each checked against the naive model.
 */
#include <stdio.h>
#include <stdlib.h>

#include "subject.h"

#define LOW4G 0xffffffffULL
#define MIB   (1ULL << 20)

u32 draw(struct source *s, u32 n)
{
	u32 v = 0;

	if (!s->bytes)
		return (u32)(model_random(&s->seed) % n);
	do {
		v = v << 8 | (s->left ? *s->bytes : 0);
		if (s->left) {
			s->bytes++;
			s->left--;
		}
		n >>= 8;
	} while (n);
	return v;
}

bool source_dry(const struct source *s)
{
	return s->bytes && !s->left;
}

/* draw() below n, whatever the source */
static u32 pick(struct subject *s, u32 n)
{
	return draw(s->from, n) % n;
}

static void attach(struct subject *s, u32 k)
{
	static const struct xsw_dev kinds[DEVICES] = {
		{ .dma_mask = LOW4G, .boundary_mask = ~0ULL },
		{ .dma_mask = ~0ULL,
		  .min_align_mask = 0xfff,
		  .boundary_mask = ~0ULL,
		  .force = true },
		{ .dma_mask = LOW4G, .boundary_mask = 0xffff, .min_align_mask = 0x1ff },
		{ .dma_mask = (1ULL << 30) - 1, .boundary_mask = LOW4G },
	};

	s->dev[k] = kinds[k];
	s->dev[k].coherent_mask = kinds[k].dma_mask;
	s->dev[k].id = 0x100 + k;
	if (!xsw_dev_init(s->e, &s->dev[k]))
		s->attached[k] = true;
}

void subject_start(struct subject *s, struct source *from)
{
	static const struct model_config machine = {
		.pages = 32768,
		.frames = (1 << 20) + (1 << 16),
		.first_mfn = (1 << 20) + 99,
		.low_first = (1 << 18) - 4096,
		.low_free = 20480,
		.seed = 5,
	};
	struct xsw_change c;
	u32 k;

	*s = (struct subject){ .from = from };
	model_start(&machine);
	s->owner = calloc(1u << 21, sizeof(*s->owner));
	s->e = xsw_engine_create((u64)pick(s, 3) << 20);
	xsw_pool_grow(s->e, (u64)(1 + pick(s, 3)) * 2 * MIB, 32, &c);
	xsw_pool_grow(s->e, 2 * MIB, 30, &c);
	for (k = 0; k < DEVICES; k++)
		attach(s, k);
	s->buffer = model_buffer(MAPPINGS * BUFFER_PAGES, false);
}

static void scribble(struct subject *s, u8 *p, u32 n)
{
	u32 i, seed = pick(s, 1 << 16);

	for (i = 0; i < n; i++)
		p[i] = (u8)(seed + i * 31 + (i >> 8));
}

static u32 random_size(struct subject *s)
{
	static const u32 most[] = { 64, 2048, 4096, 8192, 65536, BUFFER_PAGES * 4096 - 4096 };

	return 1 + pick(s, most[pick(s, 6)]);
}

static struct mapping *some_mapping(struct subject *s, bool live)
{
	u32 first = pick(s, MAPPINGS), k;

	for (k = 0; k < MAPPINGS; k++) {
		struct mapping *m = &s->map[(first + k) % MAPPINGS];

		if (m->live == live)
			return m;
	}
	return NULL;
}

static bool in_reserve(const struct subject *s, u64 bus)
{
	const struct xsw_segment *r;

	for (r = s->e->reserves; r; r = r->next)
		if (bus >= r->bus && bus <= r->top)
			return true;
	return false;
}

static void device_read(struct subject *s, const struct mapping *m, u32 at, u32 n)
{
	u8 *seen = malloc(n);

	if (!model_dma_read(s->dev[m->device].dma_mask, m->bus + at, seen, n))
		wrong(s, "the device can't reach %llx", (unsigned long long)m->bus);
	if (memcmp(seen, m->dev + at, n))
		wrong(s, "the device sees other data than was mapped");
	free(seen);
}

static void check_failed(struct subject *s, const struct xsw_dev *d, u64 phys, u32 size,
			 const struct xsw_outcome *o)
{
	s->fails++;
	if (naive_has_fit(s, d, phys, size))
		wrong(s, "%u bytes at %llx failed as '%s', but a run is free", size,
		      (unsigned long long)phys, xsw_fail_name((enum xsw_fail)o->fail));
	if (o->fail == XSW_FAIL_NONE || o->slots || o->bus != XSW_BUS_ERROR)
		wrong(s, "a failed map gave something");
}

static void check_mapped(struct subject *s, struct mapping *m, const struct xsw_outcome *o)
{
	const struct xsw_dev *d = &s->dev[m->device];
	u32 offset = (u32)(m->phys & d->min_align_mask & (XSW_SLOT_SIZE - 1));
	u32 owner = (u32)(m - s->map) + 1;

	if (m->bus + m->size - 1 > d->dma_mask || (m->bus ^ m->phys) & d->min_align_mask)
		wrong(s, "%llx is out of reach or not aligned", (unsigned long long)m->bus);
	m->bounced = o->bounce != XSW_BOUNCE_NONE;
	if (!m->bounced)
		return;
	if ((m->bus ^ (m->bus + m->size - 1)) & ~d->boundary_mask)
		wrong(s, "a run crosses a boundary");
	if (o->slots != (offset + m->size + XSW_SLOT_SIZE - 1) / XSW_SLOT_SIZE)
		wrong(s, "%u slots for %u bytes", o->slots, m->size);
	m->slots = o->slots;
	s->bounces++;
	naive_take(s, m->bus - offset, m->slots, owner);
	if (in_reserve(s, m->bus))
		s->reserve_served++;
	else
		s->pool_slots_live += m->slots;
}

static void op_map(struct subject *s)
{
	struct mapping *m = some_mapping(s, false);
	struct xsw_outcome o;
	u8 *cpu;

	if (!m)
		return;
	m->device = pick(s, DEVICES);
	if (!s->attached[m->device])
		return;
	m->size = random_size(s);
	m->phys = s->buffer + (u64)(m - s->map) * BUFFER_PAGES * XSW_PAGE_SIZE + pick(s, 4096);
	m->dir = (enum xsw_dir)pick(s, 3);
	cpu = xsw_phys_to_virt(m->phys);
	scribble(s, cpu, m->size);
	m->bus = xsw_map(&s->dev[m->device], m->phys, m->size, m->dir,
			 pick(s, 4) ? 0 : XSW_ATTR_SKIP_SYNC, &o);
	s->maps++;
	if (m->bus == XSW_BUS_ERROR) {
		check_failed(s, &s->dev[m->device], m->phys, m->size, &o);
		return;
	}
	m->live = true;
	check_mapped(s, m, &o);
	m->cpu = malloc(m->size);
	m->dev = malloc(m->size);
	memcpy(m->cpu, cpu, m->size);
	memcpy(m->dev, cpu, m->size);
	device_read(s, m, 0, m->size);
}

/* The CPU's copy changes with the buffer only where the mapping is direct */
static void op_device_write(struct subject *s)
{
	struct mapping *m = some_mapping(s, true);
	u32 at, n;

	if (!m || !m->bounced)
		return;
	at = pick(s, m->size);
	n = 1 + pick(s, m->size - at);
	scribble(s, m->dev + at, n);
	if (!model_dma_write(s->dev[m->device].dma_mask, m->bus + at, m->dev + at, n))
		wrong(s, "the device can't write");
}

static void check_cpu(struct subject *s, const struct mapping *m)
{
	if (m->bounced && memcmp(xsw_phys_to_virt(m->phys), m->cpu, m->size))
		wrong(s, "the buffer of %llx has other data than it should",
		      (unsigned long long)m->bus);
}

static void op_sync(struct subject *s)
{
	struct mapping *m = some_mapping(s, true);
	struct xsw_dev *d;
	u32 at, n;

	if (!m)
		return;
	d = &s->dev[m->device];
	at = pick(s, m->size);
	n = 1 + pick(s, m->size - at);
	if (pick(s, 2)) {
		if (xsw_sync_for_cpu(d, m->bus + at, n, m->dir) != m->bounced)
			wrong(s, "sync_for_cpu is not sure whether it bounced");
		if (m->dir != XSW_TO_DEVICE)
			memcpy(m->cpu + at, m->dev + at, n);
		check_cpu(s, m);
		return;
	}
	if (!m->bounced)
		return;
	scribble(s, m->cpu + at, n);
	memcpy((u8 *)xsw_phys_to_virt(m->phys) + at, m->cpu + at, n);
	xsw_sync_for_device(d, m->bus + at, n, m->dir);
	if (m->dir != XSW_FROM_DEVICE)
		memcpy(m->dev + at, m->cpu + at, n);
	device_read(s, m, at, n);
}

static void unmap(struct subject *s, struct mapping *m)
{
	const struct xsw_dev *d = &s->dev[m->device];
	u64 offset = m->phys & d->min_align_mask & (XSW_SLOT_SIZE - 1);
	bool reserve = in_reserve(s, m->bus);
	u32 attrs = pick(s, 5) ? 0 : XSW_ATTR_SKIP_SYNC, slots;

	device_read(s, m, 0, m->size);
	slots = xsw_unmap(&s->dev[m->device], m->bus, m->size, m->dir, attrs);
	if (m->bounced) {
		if (slots != m->slots)
			wrong(s, "unmap released %u slots of %u", slots, m->slots);
		if (!attrs && m->dir != XSW_TO_DEVICE)
			memcpy(m->cpu, m->dev, m->size);
		naive_give(s, m->bus - offset, m->slots, (u32)(m - s->map) + 1);
		if (!reserve)
			s->pool_slots_live -= m->slots;
		check_cpu(s, m);
	} else if (slots) {
		wrong(s, "unmap of a direct mapping released slots");
	}
	free(m->cpu);
	free(m->dev);
	m->live = false;
}

static void op_unmap(struct subject *s)
{
	struct mapping *m = some_mapping(s, true);

	if (m)
		unmap(s, m);
}

static void free_block(struct subject *s, struct block *b)
{
	u32 i;

	for (i = 0; i < b->size; i++)
		if (b->va[i] != b->mark)
			wrong(s, "a coherent block changed");
	if (b->bus < LOW4G)
		naive_give(s, b->bus, (b->size + 4095) / 4096 * 2,
			   (u32)(b - s->block) + 1 + MAPPINGS);
	if (!xsw_coherent_free(&s->dev[b->device], b->size, b->va, b->bus))
		wrong(s, "a coherent block is not known");
	b->va = NULL;
}

static void op_coherent(struct subject *s)
{
	struct block *b = &s->block[pick(s, BLOCKS)];
	u32 device = pick(s, DEVICES), pages, i;

	if (b->va) {
		free_block(s, b);
		return;
	}
	if (!s->attached[device])
		return;
	b->device = device;
	b->size = pick(s, 30) ? random_size(s) : 2411724;
	b->va = xsw_coherent_alloc(&s->dev[device], b->size, pick(s, 2), &b->bus, NULL);
	if (!b->va)
		return;
	pages = (b->size + 4095) / 4096;
	if (b->bus + b->size - 1 > s->dev[device].coherent_mask)
		wrong(s, "coherent memory out of reach");
	if (b->bus & ((4096ULL << xsw_log2_ceil(pages)) - 1) ||
	    (uintptr_t)b->va & ((4096ULL << xsw_log2_ceil(pages)) - 1))
		wrong(s, "coherent memory is not aligned");
	for (i = 0; i < pages * 4096; i++)
		if (b->va[i])
			wrong(s, "coherent memory is not zero");
	b->mark = (u8)(1 + pick(s, 255));
	memset(b->va, b->mark, pages * 4096);
	if (b->bus < LOW4G)
		naive_take(s, b->bus, pages * 2, (u32)(b - s->block) + 1 + MAPPINGS);
}

static void op_work(struct subject *s)
{
	xsw_coherent_work(s->e);
}

static void op_grow(struct subject *s)
{
	struct xsw_change c;

	xsw_pool_grow(s->e, (u64)(1 + pick(s, 64)) << 16, pick(s, 2) ? 32 : 30, &c);
}

static void op_shrink(struct subject *s)
{
	struct xsw_change c;

	xsw_pool_shrink(s->e, (u64)(2 + pick(s, 12)) << 20, &c);
	if (c.leaked_bytes)
		wrong(s, "shrinking leaked");
}

static void op_faults(struct subject *s)
{
	model_faults = (struct model_faults){ 0 };
	switch (pick(s, 6)) {
	case 0:
		model_faults.refuse_exchanges = 1 + pick(s, 4);
		break;
	case 1:
		model_faults.partial = 1 + pick(s, 3);
		break;
	case 2:
		model_faults.busy_every = 2 + pick(s, 4);
		break;
	case 3:
		model_faults.highest_order = 1 + pick(s, 9);
		break;
	case 4:
		model_faults.fail_zalloc_at = 1 + pick(s, 8);
		break;
	}
}

/* A device comes and goes; it leaves nothing behind here (quarantine has its own tests) */
static void op_rebind(struct subject *s)
{
	u32 device = pick(s, DEVICES), k;

	for (k = 0; k < MAPPINGS; k++)
		if (s->map[k].live && s->map[k].device == device)
			unmap(s, &s->map[k]);
	for (k = 0; k < BLOCKS; k++)
		if (s->block[k].va && s->block[k].device == device)
			free_block(s, &s->block[k]);
	if (s->attached[device] && xsw_dev_exit(&s->dev[device], NULL, NULL))
		wrong(s, "a device left something behind");
	s->attached[device] = false;
	attach(s, device);
}

static void op_force(struct subject *s)
{
	s->dev[pick(s, DEVICES)].force ^= 1;
	xsw_force_all(s->e, !pick(s, 4));
}

static const struct {
	void (*run)(struct subject *);
	u32 weight;
} operations[] = {
	{ op_map, 400 },     { op_unmap, 330 }, { op_sync, 150 }, { op_device_write, 100 },
	{ op_coherent, 60 }, { op_work, 10 },   { op_grow, 2 },   { op_shrink, 2 },
	{ op_faults, 5 },    { op_rebind, 1 },  { op_force, 8 },
};

void subject_operate(struct subject *s)
{
	u32 sum = 0, k, at;

	for (k = 0; k < sizeof(operations) / sizeof(operations[0]); k++)
		sum += operations[k].weight;
	at = pick(s, sum);
	for (k = 0; at >= operations[k].weight; k++)
		at -= operations[k].weight;
	s->ops++;
	operations[k].run(s);
	if (s->ops % 512 == 0)
		naive_check_pool(s);
	if (model_counts.violations)
		wrong(s, "something touched a frame that is not ours");
}

/* Everything freed is claimable again, coalesced, and goes back to Xen */
void subject_stop(struct subject *s)
{
	struct xsw_pool_state st;
	struct xsw_change c;
	u32 k;

	for (k = 0; k < MAPPINGS; k++)
		if (s->map[k].live)
			unmap(s, &s->map[k]);
	for (k = 0; k < BLOCKS; k++)
		if (s->block[k].va)
			free_block(s, &s->block[k]);
	naive_check_pool(s);
	xsw_pool_state(s->e, &st);
	for (k = 0; k < s->e->pool.table->ids; k++) {
		const struct xsw_segment *seg = s->e->pool.table->seg[k];

		if (seg && xsw_largest_free(seg) != seg->slots)
			wrong(s, "a segment is not whole again");
	}
	if (st.used || st.coherent_used_bytes)
		wrong(s, "%llu slots are lost", (unsigned long long)st.used);
	for (k = 0; k < DEVICES; k++)
		if (s->attached[k] && xsw_dev_exit(&s->dev[k], NULL, NULL))
			wrong(s, "a mapping is lost");
	model_faults = (struct model_faults){ 0 };
	xsw_engine_destroy(s->e, &c);
	if (c.leaked_bytes || c.kept_low_bytes || model_counts.zallocs || !model_consistent())
		wrong(s, "memory is lost: %llu bytes leaked, %llu allocations",
		      (unsigned long long)c.leaked_bytes, (unsigned long long)model_counts.zallocs);
	free(s->owner);
	model_stop();
}
