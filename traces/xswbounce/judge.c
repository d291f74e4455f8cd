// SPDX-License-Identifier: GPL-2.0-only
/*
 * From counters to a verdict.
 *
 * The price of a bounce is measured, not assumed: for a part of the time the calls are timed, and
 * their mean goes with the rates of the whole time. What a bounced map costs above a direct one is
 * bouncing's; an unmap or a sync of a bounced mapping is bouncing's as a whole. Devices are ranked
 * by what hurts: failed mappings first, then CPU time; a high rate alone is no fault.
 */
#include <stdio.h>
#include <stdlib.h>

#include "device.h"
#include "text.h"
#include "verdict.h"

static double mean(const struct xb_hist *h)
{
	return h->count ? (double)h->ns / h->count : 0;
}

/*
 * Where nothing of a device was timed, a price no bounce exceeds, for an acquittal only: a search
 * of a nearly full pool, and a copy at 1 GB/s.
 */
static double upper_bound(const struct xb_stat *s, double seconds)
{
	return (text_bounces(s) * 50e-6 + s->copied_bytes * 1e-9) / seconds;
}

double judge_device_cpu(const struct flow_row *row, const struct flow_row *price, double seconds)
{
	u64 bounces = text_bounces(&row->stat);
	double map;

	if (!bounces && !row->stat.unmaps && !row->stat.syncs)
		return 0;
	if (!price || (bounces && !price->hists[XB_CALL_BOUNCED].count)) {
		map = upper_bound(&row->stat, seconds);
		return map < VERDICT_CPU_SHARE / 5 ? map : -1;
	}
	map = mean(&price->hists[XB_CALL_BOUNCED]) - mean(&price->hists[XB_CALL_DIRECT]);
	return (bounces * map + row->stat.unmaps * mean(&price->hists[XB_CALL_UNMAP]) +
		row->stat.syncs * mean(&price->hists[XB_CALL_SYNC])) /
	       1e9 / seconds;
}

static const struct flow_state *prices;
static double measured;

static double cpu_of(const struct flow_row *row)
{
	return judge_device_cpu(row, flow_row_of(prices, row->key), measured);
}

static int worse(const void *a, const void *b)
{
	const struct flow_row *x = a, *y = b;
	u64 xf = text_failures(&x->stat), yf = text_failures(&y->stat);
	double xc = cpu_of(x), yc = cpu_of(y);

	if (xf != yf)
		return xf > yf ? -1 : 1;
	if (xc != yc && xc >= 0 && yc >= 0)
		return xc > yc ? -1 : 1;
	return x->stat.copied_bytes > y->stat.copied_bytes ? -1 : 1;
}

void judge(struct judgement *j, struct flow_state *all, const struct flow_state *timed,
	   double pool_share)
{
	double cpu;
	int i;

	*j = (struct judgement){ .pool = pool_share };
	prices = timed;
	measured = all->time;
	qsort(all->rows, all->nr_rows, sizeof(all->rows[0]), worse);
	for (i = 0; i < all->nr_rows; i++) {
		const struct flow_row *row = &all->rows[i];

		j->maps += row->stat.maps;
		j->bounces += text_bounces(&row->stat);
		j->copied += row->stat.copied_bytes;
		j->fails += text_failures(&row->stat);
		cpu = cpu_of(row);
		if (cpu < 0 || j->cpu < 0)
			j->cpu = -1;
		else
			j->cpu += cpu;
	}
	if (all->nr_rows && (j->bounces || j->fails))
		j->culprit = &all->rows[0];
	if (j->fails)
		j->verdict = VERDICT_FAILING;
	else if (j->cpu >= VERDICT_CPU_SHARE)
		j->verdict = VERDICT_CPU;
	else if (j->pool >= VERDICT_POOL_SHARE)
		j->verdict = VERDICT_POOL;
	else if (j->cpu < 0)
		j->verdict = VERDICT_UNKNOWN;
	else
		j->verdict = j->maps || !flow_counts_maps() ? VERDICT_INNOCENT : VERDICT_NOTHING;
}

/* What sets a backend right: the module's switches are files, stock's are boot parameters. */
struct cures {
	const char *too_large, *full, *fragmented, *forced;
};

static const struct cures stock_cures = {
	.too_large = "it maps more than 256 KiB at once, which no pool size cures: lower its "
		     "max_sectors_kb or segment size",
	.full = "the pool is full: boot with a larger one, e.g. swiotlb=65536 (128 MiB)",
	.fragmented =
		"the pool has room, but no run as long as the mapping: boot with a larger one",
	.forced = "bouncing is forced: take swiotlb=force off the kernel's command line",
};

static const struct cures module_cures = {
	.too_large = "it maps more than a segment of the pool at once (debugfs "
		     "xen_swiotlb/segments): lower its max_sectors_kb or segment size",
	.full = "the pool is full: write a larger size to "
		"/sys/devices/platform/xen_swiotlb/pool_bytes",
	.fragmented = "the pool has room, but no run as long as the mapping: write a larger size "
		      "to /sys/devices/platform/xen_swiotlb/pool_bytes",
	.forced = "bouncing is forced: write 0 to /sys/devices/platform/xen_swiotlb/force",
};

static const struct cures *cures_of(const struct flow_row *row)
{
	return device_is_module(row->key) ? &module_cures : &stock_cures;
}

static const char *failure_advice(const struct xb_stat *s, const struct cures *cures)
{
	if (s->fails[XB_FAIL_TOO_LARGE])
		return cures->too_large;
	if (s->fails[XB_FAIL_FULL])
		return cures->full;
	if (s->fails[XB_FAIL_MASK])
		return "its DMA mask lies below the pool: no pool size cures that";
	return cures->fragmented;
}

const char *judge_advice(const struct flow_row *row)
{
	if (text_failures(&row->stat))
		return failure_advice(&row->stat, cures_of(row));
	switch (text_main_reason(&row->stat)) {
	case XB_MASK:
		return "it can't address the memory it is given: a wider device, or buffers below "
		       "its mask, end the bouncing; a larger pool does not";
	case XB_STRADDLE:
		return "its buffers are not contiguous in machine memory: a domain that never "
		       "balloons (dom0_mem=N,max:N) and is fresh from boot has fewer such";
	case XB_ALIGN:
		return "its buffers are contiguous, but not as its alignment or boundary asks";
	case XB_FORCED:
		return cures_of(row)->forced;
	default:
		return "nothing";
	}
}
