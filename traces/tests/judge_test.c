// SPDX-License-Identifier: GPL-2.0-only
/* The verdict from counters that are made up: each verdict, its price, its rank, its advice. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/device.h"
#include "engine/verdict.h"
#include "show/advice.h"
#include "ok.h"

#define SECONDS 2.0
/* Of the stock backend, a device is known by its address in the kernel. */
#define FIRST  0xffff888100000001ULL
#define SECOND 0xffff888100000002ULL
#define MODULE (XB_MODULE_DEVICE | 3)

static struct flow_state all, timed;
static bool counts_maps = true;

static bool only_bounces;

bool flow_only_bounces(void)
{
	return only_bounces;
}

bool flow_counts_maps(void)
{
	return counts_maps;
}

static struct flow_row *add(struct flow_state *state, u64 key)
{
	struct flow_row *row = &state->rows[state->nr_rows++];

	memset(row, 0, sizeof(*row));
	row->key = key;
	return row;
}

static void anew(void)
{
	all.nr_rows = timed.nr_rows = 0;
	all.time = all.counted = SECONDS;
	counts_maps = true;
}

static void price(u64 key, enum xb_call call, u64 mean)
{
	struct flow_row *row = (void *)flow_row_of(&timed, key) ?: add(&timed, key);

	row->hists[call].count = 10;
	row->hists[call].ns = 10 * mean;
}

/* A device that bounces @bounces times, at 10 us each, of which 1 us is a map's anyway. */
static struct flow_row *bouncing(u64 key, u64 bounces)
{
	struct flow_row *row = add(&all, key);

	row->stat.maps = bounces;
	row->stat.bounces[XB_MASK] = bounces;
	row->stat.unmaps = bounces;
	row->stat.copied_bytes = 4096 * bounces;
	price(key, XB_CALL_DIRECT, 1000);
	price(key, XB_CALL_BOUNCED, 7000);
	price(key, XB_CALL_UNMAP, 4000);
	return row;
}

static struct judgement judged(double pool)
{
	struct judgement j;

	judge(&j, &all, &timed, pool);
	return j;
}

static void is_judged(enum verdict verdict, double pool, const char *name)
{
	ok(judged(pool).verdict == verdict, name);
}

static void test_price(void)
{
	struct flow_row *row;

	anew();
	row = bouncing(FIRST, 1000);
	row->stat.maps = 50000;
	row->stat.syncs = 500;
	price(FIRST, XB_CALL_SYNC, 2000);
	/* 1000 x (7 - 1 + 4) us and 500 x 2 us in two seconds */
	ok(fabs(judge_device_cpu(row, &timed.rows[0], SECONDS) - 0.0055) < 1e-9,
	   "a bounce costs what it takes above a direct map, and its unmap and syncs");
	bouncing(SECOND, 2000);
	ok(fabs(judged(0).cpu - 0.0155) < 1e-9, "the cost of all devices is the sum");
	row = add(&all, MODULE);
	row->stat.maps = 1000000;
	price(MODULE, XB_CALL_DIRECT, 1000);
	ok(judge_device_cpu(row, &timed.rows[2], SECONDS) == 0, "direct mappings cost nothing");
	ok(fabs(judged(0).cpu - 0.0155) < 1e-9, "of any number");
}

/* What was counted for a part of an interval must not be told as all of it. */
static void test_counted(void)
{
	static struct flow_state before;
	struct flow_row *row;

	anew();
	row = add(&all, FIRST);
	before.time = 100;
	before.counted = 11.0;
	all.time = 110;
	all.counted = 12.25;
	flow_since(&all, &before);
	ok(flow_counted(&all, row) == 1.25 && !flow_counted_all(&all, row),
	   "maps counted for a part of an interval: so many seconds, not all");
	row->key = MODULE;
	ok(flow_counted(&all, row) == 10 && flow_counted_all(&all, row),
	   "the module's are counted all the time");
	row->key = FIRST;
	all.counted = 10;
	ok(flow_counted_all(&all, row), "the whole interval: all");
	all.counted = all.time = 0;
	ok(!flow_counted_all(&all, row), "no time, nothing counted");
	all.time = all.counted = 10;
	counts_maps = false;
	ok(flow_counted(&all, row) == 0 && !flow_counted_all(&all, row),
	   "where maps are not seen: none, ever");
	row->key = MODULE;
	only_bounces = true;
	ok(flow_counted(&all, row) == 0, "of the module neither, where only bounces are");
	only_bounces = false;
}

/* Losses are those of the interval, as all figures beside them are. */
static void test_losses(void)
{
	static struct flow_state before;

	anew();
	before.losses = (struct xb_losses){ .devices = 7, .starts = 5, .nested = 3 };
	all.losses = (struct xb_losses){ .devices = 7, .starts = 9, .zeros = 1, .nested = 2 };
	flow_since(&all, &before);
	ok(all.losses.devices == 0 && all.losses.starts == 4 && all.losses.zeros == 1,
	   "losses of an interval: what was lost before is not told again");
	ok(all.losses.nested == 0, "and none where a second probe made up for one later");
	all.losses = (struct xb_losses){};
}

static void test_verdicts(void)
{
	struct judgement j;

	anew();
	is_judged(VERDICT_NOTHING, 0, "no mapping: nothing to judge");
	counts_maps = false;
	is_judged(VERDICT_INNOCENT, 0, "unless direct mappings can't be seen");
	anew();
	all.counted = 0;
	is_judged(VERDICT_INNOCENT, 0, "or were at no moment counted");
	test_counted();
	anew();
	bouncing(FIRST, 9900); /* 4.95 % of one CPU */
	is_judged(VERDICT_INNOCENT, 0.79, "below 5 % of one CPU and 80 % of the pool: innocent");
	is_judged(VERDICT_POOL, 0.8, "80 % of the pool: nearly full");
	anew();
	bouncing(FIRST, 10000);
	is_judged(VERDICT_CPU, 0.9, "5 % of one CPU: guilty, whatever the pool");
	all.rows[0].stat.fails[XB_FAIL_FULL] = 1;
	is_judged(VERDICT_FAILING, 0.9, "one failed mapping: that before all");
	anew();
	bouncing(FIRST, 1000000);
	timed.nr_rows = 0;
	j = judged(0);
	ok(j.verdict == VERDICT_UNKNOWN && j.cpu < 0, "many bounces, none timed: it can't tell");
	anew();
	bouncing(FIRST, 100);
	timed.nr_rows = 0;
	is_judged(VERDICT_INNOCENT, 0, "so few that no price makes them matter: innocent");
}

static void test_rank(void)
{
	struct judgement j;

	anew();
	bouncing(FIRST, 10);
	bouncing(SECOND, 20000);
	bouncing(MODULE, 5);
	((struct flow_row *)flow_row_of(&all, MODULE))->stat.fails[XB_FAIL_FULL] = 3;
	j = judged(0);
	ok(all.rows[0].key == MODULE && all.rows[1].key == SECOND && all.rows[2].key == FIRST,
	   "ranked: who fails, then who costs");
	ok(j.culprit == &all.rows[0], "the first is to blame");
	ok(j.fails == 3 && j.bounces == 20015 && j.maps == 20015 && j.copied == 4096 * 20015ULL,
	   "all is summed up");
	anew();
	bouncing(FIRST, 10000); /* many and cheap, few and dear */
	bouncing(SECOND, 5000);
	price(SECOND, XB_CALL_BOUNCED, 70000);
	judged(0);
	ok(all.rows[0].key == SECOND, "by cost, not by number");
}

static struct advice_facts facts;
static const char *driver = "nvme";
static u64 reach = 0xffffffff;

static bool advises(u64 key, enum xb_reason reason, enum xb_fail fail, const char *word)
{
	struct flow_row row = { .key = key };

	row.device.mask = reach;
	strcpy(row.device.driver, driver);
	row.stat.bounces[reason] = 1;
	row.stat.fails[fail] = fail != XB_FAIL_NONE;
	return strstr(advice(&row, &facts), word);
}

static void test_advice(void)
{
	ok(advises(FIRST, XB_MASK, 0, "can't address"), "mask: a larger pool is no cure");
	ok(advises(FIRST, XB_STRADDLE, 0, "not contiguous in machine memory"), "straddle");
	ok(advises(FIRST, XB_STRADDLE, 0,
		   "xsw-defrag --width 32 all, while the load runs: takes low"),
	   "a narrow device needs low frames, not any");
	reach = ~0ULL;
	ok(advises(FIRST, XB_STRADDLE, 0, "xsw-defrag all, while the load runs)"),
	   "a wide one any");
	reach = 0xffffffff;
	ok(advises(MODULE, XB_ALIGN, 0, "alignment or boundary"), "align");
	ok(advises(FIRST, XB_FORCED, 0, "swiotlb=force"), "forced, on stock: the command line");
	ok(advises(MODULE, XB_FORCED, 0, "xen_swiotlb/force"), "forced, on the module: its file");
	ok(advises(FIRST, XB_DIRECT, 0, "nothing"), "no bounce: nothing to do");
	ok(advises(FIRST, XB_MASK, XB_FAIL_TOO_LARGE, "256 KiB"), "too large, on stock");
	ok(advises(MODULE, XB_MASK, XB_FAIL_TOO_LARGE, "a segment"), "too large, on the module");
	ok(advises(FIRST, XB_MASK, XB_FAIL_MASK, "below the pool"), "a pool out of reach");
}

/* A pool that is too small: by how much larger, and whether that fits. */
static void test_size(void)
{
	facts = (struct advice_facts){ .stock_bytes = 256ULL << 20, .low_free = ~0ULL };
	ok(advises(FIRST, XB_MASK, XB_FAIL_FULL, "swiotlb=262144 (512 MiB)"),
	   "full, on stock: twice what it has, never less");
	ok(advises(FIRST, XB_MASK, XB_FAIL_FRAGMENTED, "swiotlb=262144 (512 MiB)"),
	   "fragmented: likewise");
	ok(!advises(FIRST, XB_MASK, XB_FAIL_FULL, "free below"), "that fits, as far as is known");
	facts.low_free = 100ULL << 20;
	ok(advises(FIRST, XB_MASK, XB_FAIL_FULL, "no more than 100 MiB are free below 4 GiB"),
	   "too little is free below 4 GiB: said");
	facts.pv = true;
	ok(advises(FIRST, XB_MASK, XB_FAIL_FULL,
		   "Xen must have 256 MiB more free below 4 GiB when this domain boots, but has only "
		   "100 MiB now"),
	   "under Xen PV it is Xen's memory, and it has too little");
	facts.low_free = 1ULL << 30;
	ok(advises(FIRST, XB_MASK, XB_FAIL_FULL, "boots, and has 1 GiB now"), "or enough");
	facts.low_free = ~0ULL;
	ok(advises(FIRST, XB_MASK, XB_FAIL_FULL, "boots, which it tells dom0 alone"),
	   "in a domU nobody knows: said");
	facts.stock_bytes = 2ULL << 30;
	ok(advises(FIRST, XB_MASK, XB_FAIL_FULL, "does not fit below 4 GiB"),
	   "twice 2 GiB can't be had at all");
	facts.stock_bytes = 0;
	ok(advises(FIRST, XB_MASK, XB_FAIL_FULL, "mount debugfs") &&
		   !advises(FIRST, XB_MASK, XB_FAIL_FULL, "swiotlb="),
	   "its size not known: no number, but how to know it");
	facts.module_bytes = 4ULL << 20;
	facts.low_free = 1ULL << 20;
	ok(advises(MODULE, XB_MASK, XB_FAIL_FULL, "write twice its size, 8388608, to"),
	   "full, on the module: write twice its size");
	ok(advises(MODULE, XB_MASK, XB_FAIL_FULL,
		   "4 MiB more free below 4 GiB, but has only 1 MiB now"),
	   "that Xen has too little for it is said, too");
}

/* A wide device that its driver holds to 32 bits because Xen PV answered so. */
static void test_told_to_be_narrow(void)
{
	static const char words[] = "the device is wide; Xen PV told its driver not to be";

	facts.pv = true;
	driver = "mptsas";
	ok(advises(FIRST, XB_MASK, 0, words) && advises(FIRST, XB_MASK, 0, "module xen_swiotlb"),
	   "its driver asked Xen PV: named, and the module is the cure");
	ok(!advises(MODULE, XB_MASK, 0, words), "not on the module, which answers rightly");
	driver = "e1000";
	ok(!advises(FIRST, XB_MASK, 0, words), "not of a driver that never asks");
	driver = "mptsas";
	facts.pv = false;
	ok(!advises(FIRST, XB_MASK, 0, words), "not off Xen, where 32 bits is what it has");
}

/* Devices that were not timed are ranked by what they could cost: the order has no circle. */
static void test_order(void)
{
	anew();
	bouncing(FIRST, 1000);
	add(&all, SECOND)->stat =
		(struct xb_stat){ .maps = 1, .bounces = { [XB_MASK] = 100000 }, .copied_bytes = 1 };
	bouncing(MODULE, 2000);
	judged(0);
	ok(all.rows[0].key == SECOND && all.rows[1].key == MODULE && all.rows[2].key == FIRST,
	   "what was not timed is ranked by what it could cost");
}

int main(void)
{
	test_price();
	test_losses();
	test_verdicts();
	test_rank();
	test_advice();
	test_size();
	test_told_to_be_narrow();
	test_order();
	return done_testing();
}
