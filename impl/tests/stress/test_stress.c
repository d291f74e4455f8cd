// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many threads on one engine, with planned faults, until the time is over.
 *
 *   stress.t [SECONDS [THREADS]]     10 seconds, 4 threads and a manager
 *
 * How this works.  Workers do what drivers do in atomic context (traffic.c).  They map, let a
 * device read and write, sync and unmap, and hand mappings to each other, so that half are unmapped
 * on another CPU.  The manager does what sleeps (manager.c): it grows and shrinks the pool, refills
 * coherent memory, lists live mappings, has drivers go and come while their mappings are in other
 * hands, attaches and detaches a device of its own, and plans faults of Xen and of the allocator.
 * Each slot has an owner that is set and cleared by compare and exchange: two live mappings that
 * share a slot are seen at once.  At the end nothing may be lost.
 */
#include "stress.h"

struct xsw_engine *engine;
struct xsw_dev device[DEVICES];

void wrong(const char *what, const struct mapping *m)
{
	printf("not ok 1 - %s (bus %llx, %u bytes)\n", what, (unsigned long long)(m ? m->bus : 0),
	       m ? m->size : 0);
	fflush(stdout);
	abort();
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
	engine = xsw_engine_create(1 << 20);
	xsw_pool_grow(engine, 4 << 20, 32, &c);
	for (k = 0; k < DEVICES; k++) {
		device[k] = (struct xsw_dev){ .dma_mask = LOW4G,
					      .coherent_mask = LOW4G,
					      .boundary_mask = k == 2 ? 0xffff : ~0ULL,
					      .min_align_mask = k == 1 ? 0xfff : 0,
					      .id = k };
		if (xsw_dev_init(engine, &device[k]))
			wrong("no memory to begin", NULL);
	}
	traffic_start(threads);
}

static u64 late_returns(void)
{
	struct xsw_counts c;
	u64 sum = 0;
	u32 k;

	for (k = 0; k < DEVICES; k++) {
		xsw_dev_counts(&device[k], &c);
		sum += c.late_returns;
	}
	return sum;
}

/* Return: bytes that are leaked, on purpose */
static u64 finish(u64 leaked_slots)
{
	struct xsw_pool_state st;
	struct xsw_change c;
	u32 k;

	traffic_finish();
	xsw_pool_state(engine, &st);
	if (st.used != leaked_slots || st.quarantined != leaked_slots || st.coherent_used_bytes ||
	    xsw_pool_used(&engine->pool[XSW_KIND_STREAMING]) != leaked_slots)
		wrong("slots are lost", NULL);
	xsw_high_water_begin(engine, true);
	xsw_pool_state(engine, &st);
	if (st.high_water != leaked_slots)
		wrong("the mark does not begin with what is in use", NULL);
	model_faults = (struct model_faults){ 0 };
	for (k = 0; k < DEVICES; k++)
		if (model_detach(&device[k]))
			wrong("a mapping is lost", NULL);
	if (model_told.stray)
		wrong("an unmap was taken for a stray one", NULL);
	xsw_engine_destroy(engine, &c);
	if (!c.leaked_bytes != !leaked_slots || model_counts.zallocs || model_counts.violations ||
	    !model_consistent())
		wrong("memory is lost or was touched by another", NULL);
	model_stop();
	return c.leaked_bytes;
}

int main(int argc, char **argv)
{
	static struct worker w[WORKERS + 1];
	u64 seconds = argc > 1 ? strtoull(argv[1], NULL, 0) : 10;
	u32 threads = argc > 2 ? (u32)atoi(argv[2]) : 4, k;
	u64 end = xsw_now_ns() + seconds * 1000000000ULL, turns = 0;
	u64 maps = 0, fails = 0, handed = 0, blocks = 0, late, leaked, seed = xsw_now_ns();
	struct managed managed = { 0 };
	pthread_t t[WORKERS];

	threads = min(max(threads, 1u), (u32)WORKERS);
	printf("1..1\n# seed %llu\n", (unsigned long long)seed);
	start(threads);
	for (k = 0; k <= WORKERS; k++)
		w[k] = (struct worker){ .number = k, .seed = seed + k };
	for (k = 0; k < threads; k++)
		if (pthread_create(&t[k], NULL, traffic, &w[k]))
			wrong("no thread", NULL);
	while (xsw_now_ns() < end) {
		manage(&w[WORKERS], &managed);
		turns++;
	}
	traffic_end();
	for (k = 0; k < threads; k++) {
		pthread_join(t[k], NULL);
		maps += w[k].maps;
		fails += w[k].fails;
		handed += w[k].handed;
		blocks += w[k].blocks;
	}
	late = late_returns();
	leaked = finish(managed.leaked_slots);
	printf("ok 1 - %llu s, %u threads: %llu maps, %llu failed, %llu handed over, %llu coherent, "
	       "%llu turns of the manager, %llu MiB grown, %llu MiB shrunk, %llu came late, "
	       "%llu KiB leaked on purpose, nothing lost\n",
	       (unsigned long long)seconds, threads, (unsigned long long)maps,
	       (unsigned long long)fails, (unsigned long long)handed, (unsigned long long)blocks,
	       (unsigned long long)turns, (unsigned long long)managed.grown >> 20,
	       (unsigned long long)managed.shrunk >> 20, (unsigned long long)late,
	       (unsigned long long)leaked >> 10);
	return 0;
}
