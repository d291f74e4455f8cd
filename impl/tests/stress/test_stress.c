// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many threads on one engine, with planned faults, until the time is over.
 *
 *   stress.t [SECONDS [THREADS]]     10 seconds, 4 threads and a manager
 *
 * How this works.  Workers do what drivers do in atomic context: a table of operations, each
 * with how often it is done.  They map, let a device read and write, sync and unmap, and hand
 * mappings to each other, so that half are unmapped on another CPU.  The manager does what
 * sleeps: it grows and shrinks the pool, refills coherent memory, lists live mappings, has
 * drivers go and come while their mappings are in other hands, attaches and detaches a device of
 * its own, and plans faults of Xen and of the allocator.  Each slot has an owner that is set and
 * cleared by compare and exchange: two live mappings that share a slot are seen at once.  At the
 * end nothing may be lost.
 */
#include <stdio.h>
#include <stdlib.h>

#include "machine.h"
#include "told.h"
#include "state.h"

#define WORKERS 16
#define HELD    24
#define PARCELS 32
#define PAGES   40 /* of a worker's buffer for one mapping */
#define LOW4G   0xffffffffULL

struct mapping {
	struct xsw_dev *dev;
	u64 phys, bus;
	u32 size, slots, offset;
	u32 owner;
	enum xsw_dir dir;
	u8 mark;
};

struct worker {
	u32 number;
	u64 seed;
	struct mapping *held[HELD];
	u64 maps, fails, handed, blocks;
};

static struct xsw_engine *engine;
static struct xsw_dev device[3];
static u32 *owner;
static struct mapping *parcel[PARCELS];
static u64 buffer_lock, buffers_free;
static u64 buffer[WORKERS * HELD + PARCELS];
static bool over;
static u32 next_owner = 1;

__attribute__((noreturn)) static void wrong(const char *what, const struct mapping *m)
{
	printf("not ok 1 - %s (bus %llx, %u bytes)\n", what, (unsigned long long)(m ? m->bus : 0),
	       m ? m->size : 0);
	fflush(stdout);
	abort();
}

static u32 pick(struct worker *w, u32 n)
{
	return (u32)(model_random(&w->seed) % n);
}

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
	m->dev = &device[pick(w, 3)];
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

static void *work(void *arg)
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

static bool count_live(const struct xsw_live *l, void *ctx)
{
	(void)l;
	++*(u64 *)ctx;
	return true;
}

#define LEAKS_AT_MOST 8 /* slots that the manager's own device leaves for good */

static u64 leaked_slots, leaked_memory;

/* A driver goes and leaves all it has; another comes, and the workers go on with both's mappings */
static void change_driver(struct worker *w)
{
	xsw_dev_abandon(&device[pick(w, 3)]);
}

/* A device comes, is used and goes, beside the others' traffic; now and then it leaks */
static void come_and_go(struct worker *w)
{
	static u64 mine; /* a buffer that is never given back: a leaked mapping keeps it */
	struct xsw_dev d = {
		.dma_mask = LOW4G, .coherent_mask = LOW4G, .boundary_mask = ~0ULL, .id = 77
	};
	bool leak = leaked_slots < LEAKS_AT_MOST && !pick(w, 50);
	u64 bus[16];
	u32 k;

	if (!mine)
		mine = model_buffer(PAGES, false);
	if (xsw_dev_init(engine, &d))
		return;
	for (k = 0; k < 16; k++)
		bus[k] = xsw_map(&d, mine, 1 + pick(w, 4096), XSW_TO_DEVICE, XSW_ATTR_QUIET);
	for (k = 0; k < 8; k++)
		if (bus[k] != XSW_BUS_ERROR && !xsw_unmap(&d, bus[k], 1, XSW_TO_DEVICE, 0))
			wrong("a live mapping was not ended", NULL);
	xsw_dev_abandon(&d);
	for (k = 8; k < 16; k++) {
		if (bus[k] == XSW_BUS_ERROR)
			continue;
		if (leak && k == 8) {
			struct xsw_outcome o;

			xsw_map_outcome(&d, bus[k], &o);
			leaked_slots += o.slots;
		} else if (!xsw_unmap(&d, bus[k], 1, XSW_TO_DEVICE, 0)) {
			wrong("a mapping did not come back late", NULL);
		}
	}
	if (xsw_dev_left(&d) != (leak && bus[8] != XSW_BUS_ERROR))
		wrong("another number is left behind than there is", NULL);
	xsw_dev_exit(&d);
}

/* One turn of what may sleep */
static void manage(struct worker *w, u64 *grown, u64 *shrunk)
{
	struct xsw_pool_state st;
	struct xsw_change c;
	u64 live = 0;

	model_faults = (struct model_faults){
		.refuse_exchanges = pick(w, 3) ? 0 : 1 + pick(w, 3),
		.partial = pick(w, 3) ? 0 : 1 + pick(w, 3),
		.busy_every = pick(w, 3) ? 0 : 2 + pick(w, 4),
		.highest_order = pick(w, 3) ? 0 : 2 + pick(w, 8),
		.fail_zalloc_at = pick(w, 3) ? 0 : 1 + pick(w, 6),
	};
	switch (pick(w, 8)) {
	case 0:
		xsw_pool_grow(engine, (u64)(1 + pick(w, 48)) << 16, 32, &c);
		*grown += c.bytes;
		break;
	case 1:
		xsw_pool_set(engine, (u64)pick(w, 5) << 20, 32, &c);
		*(c.grew ? grown : shrunk) += c.bytes;
		if (c.leaked_bytes)
			wrong("shrinking leaked", NULL);
		break;
	case 2:
		xsw_coherent_work(engine);
		break;
	case 3:
		xsw_for_each_live(engine, count_live, &live);
		break;
	case 4:
		change_driver(w);
		break;
	case 5:
		come_and_go(w);
		break;
	case 6:
		xsw_high_water_begin(engine, pick(w, 2));
		break;
	default:
		xsw_pool_state(engine, &st);
		if (st.used > st.slots)
			wrong("more in use than there is", NULL);
	}
}

static void start(u32 threads)
{
	static const struct model_config machine = {
		.pages = 49152,
		.frames = (1 << 20) + (1 << 16),
		.first_mfn = (1 << 20) + 99,
		.low_first = 1 << 16,
		.low_free = 16384,
		.seed = 6,
	};
	struct xsw_change c;
	u32 k;

	model_start(&machine);
	owner = calloc(1u << 21, sizeof(*owner));
	engine = xsw_engine_create(1 << 20);
	xsw_pool_grow(engine, 4 << 20, 32, &c);
	for (k = 0; k < 3; k++) {
		device[k] = (struct xsw_dev){ .dma_mask = LOW4G,
					      .coherent_mask = LOW4G,
					      .boundary_mask = k == 2 ? 0xffff : ~0ULL,
					      .min_align_mask = k == 1 ? 0xfff : 0,
					      .id = k };
		if (xsw_dev_init(engine, &device[k]))
			wrong("no memory to begin", NULL);
	}
	for (k = 0; k < threads * HELD + PARCELS; k++)
		buffer[buffers_free++] = model_buffer(PAGES, false);
}

static u64 late_returns(void)
{
	struct xsw_counts c;
	u64 sum = 0;
	u32 k;

	for (k = 0; k < 3; k++) {
		xsw_dev_counts(&device[k], &c);
		sum += c.late_returns;
	}
	return sum;
}

static void finish(void)
{
	struct xsw_pool_state st;
	struct xsw_change c;
	u32 k;

	for (k = 0; k < PARCELS; k++)
		if (parcel[k])
			unmap_one(parcel[k], 2);
	xsw_pool_state(engine, &st);
	if (st.used != leaked_slots || st.quarantined != leaked_slots || st.coherent_used_bytes ||
	    xsw_pool_used(&engine->pool[XSW_KIND_STREAMING]) != leaked_slots)
		wrong("slots are lost", NULL);
	xsw_high_water_begin(engine, true);
	xsw_pool_state(engine, &st);
	if (st.high_water != leaked_slots)
		wrong("the mark does not begin with what is in use", NULL);
	model_faults = (struct model_faults){ 0 };
	for (k = 0; k < 3; k++)
		if (model_detach(&device[k]))
			wrong("a mapping is lost", NULL);
	if (model_told.stray)
		wrong("an unmap was taken for a stray one", NULL);
	xsw_engine_destroy(engine, &c);
	leaked_memory = c.leaked_bytes;
	if (!leaked_memory != !leaked_slots || model_counts.zallocs || model_counts.violations ||
	    !model_consistent())
		wrong("memory is lost or was touched by another", NULL);
	free(owner);
	model_stop();
}

int main(int argc, char **argv)
{
	static struct worker w[WORKERS + 1];
	u64 seconds = argc > 1 ? strtoull(argv[1], NULL, 0) : 10;
	u32 threads = argc > 2 ? (u32)atoi(argv[2]) : 4, k;
	u64 end = xsw_now_ns() + seconds * 1000000000ULL, turns = 0, grown = 0, shrunk = 0;
	u64 maps = 0, fails = 0, handed = 0, blocks = 0, late, seed = xsw_now_ns();
	pthread_t t[WORKERS];

	threads = min(max(threads, 1u), (u32)WORKERS);
	printf("1..1\n# seed %llu\n", (unsigned long long)seed);
	start(threads);
	for (k = 0; k <= WORKERS; k++)
		w[k] = (struct worker){ .number = k, .seed = seed + k };
	for (k = 0; k < threads; k++)
		if (pthread_create(&t[k], NULL, work, &w[k]))
			wrong("no thread", NULL);
	while (xsw_now_ns() < end) {
		manage(&w[WORKERS], &grown, &shrunk);
		turns++;
	}
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	for (k = 0; k < threads; k++) {
		pthread_join(t[k], NULL);
		maps += w[k].maps;
		fails += w[k].fails;
		handed += w[k].handed;
		blocks += w[k].blocks;
	}
	late = late_returns();
	finish();
	printf("ok 1 - %llu s, %u threads: %llu maps, %llu failed, %llu handed over, %llu coherent, "
	       "%llu turns of the manager, %llu MiB grown, %llu MiB shrunk, %llu came late, "
	       "%llu KiB leaked on purpose, nothing lost\n",
	       (unsigned long long)seconds, threads, (unsigned long long)maps,
	       (unsigned long long)fails, (unsigned long long)handed, (unsigned long long)blocks,
	       (unsigned long long)turns, (unsigned long long)grown >> 20,
	       (unsigned long long)shrunk >> 20, (unsigned long long)late,
	       (unsigned long long)leaked_memory >> 10);
	return 0;
}
