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

#include "engine/verdict.h"

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
	return (flow_bounces(s) * 50e-6 + s->copied_bytes * 1e-9) / seconds;
}

double judge_device_cpu(const struct flow_row *row, const struct flow_row *price, double seconds)
{
	u64 bounces = flow_bounces(&row->stat);
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

/* To rank by: where nothing was timed, what it could cost. */
static double rank_of(const struct flow_row *row)
{
	double cpu = cpu_of(row);

	return cpu < 0 ? upper_bound(&row->stat, measured) : cpu;
}

static int worse(const void *a, const void *b)
{
	const struct flow_row *x = a, *y = b;
	u64 xf = flow_failures(&x->stat), yf = flow_failures(&y->stat);
	double xc = rank_of(x), yc = rank_of(y);

	if (xf != yf)
		return xf > yf ? -1 : 1;
	if (xc != yc)
		return xc > yc ? -1 : 1;
	if (x->stat.copied_bytes != y->stat.copied_bytes)
		return x->stat.copied_bytes > y->stat.copied_bytes ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
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
		j->maps_bounced += row->stat.maps_bounced;
		j->bounces += flow_bounces(&row->stat);
		j->copied += row->stat.copied_bytes;
		j->fails += flow_failures(&row->stat);
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
		j->verdict = j->maps || j->bounces || !flow_counts_maps() || !all->counted
				     ? VERDICT_INNOCENT
				     : VERDICT_NOTHING;
}
