// SPDX-License-Identifier: GPL-2.0-only
/* What a state of the counters holds, and the difference of two: no kernel is asked. */
#include <stddef.h>

#include "engine/device.h"
#include "engine/flow.h"

const struct flow_row *flow_row_of(const struct flow_state *state, u64 key)
{
	int i;

	for (i = 0; i < state->nr_rows; i++)
		if (state->rows[i].key == key)
			return &state->rows[i];
	return NULL;
}

static void hist_since(struct xb_hist *now, const struct xb_hist *before)
{
	int i;

	now->ns -= before->ns;
	now->count -= before->count;
	for (i = 0; i < XB_HIST_SLOTS; i++)
		now->slots[i] -= before->slots[i];
}

static void row_since(struct flow_row *now, const struct flow_row *before)
{
	u64 *n = (void *)&now->stat;
	const u64 *b = (const void *)&before->stat;
	size_t i;

	for (i = 0; i < sizeof(now->stat) / sizeof(*n); i++)
		n[i] -= b[i];
	for (i = 0; i < XB_SIZE_SLOTS; i++)
		now->sizes.octaves[i] -= before->sizes.octaves[i];
	for (i = 0; i < XB_NR_CALLS; i++)
		hist_since(&now->hists[i], &before->hists[i]);
}

bool flow_began_anew(const struct xb_stat *now, const struct xb_stat *before)
{
	const u64 *n = (const void *)now, *b = (const void *)before;
	size_t i;

	/* what stands before them tells of the device */
	for (i = offsetof(struct xb_stat, maps) / sizeof(*n); i < sizeof(*now) / sizeof(*n); i++)
		if (n[i] < b[i])
			return true;
	return false;
}

/* A guest's counters are freed with its device's place: that the row began anew tells it, too. */
static bool guest_began_anew(const struct flow_guest *now, const struct flow_guest *before,
			     const struct flow_row *row, const struct flow_row *old)
{
	return now->count.bounces < before->count.bounces ||
	       now->count.bytes < before->count.bytes ||
	       (row && old && flow_began_anew(&row->stat, &old->stat));
}

static void guest_since(struct flow_guest *guest, const struct flow_row *row,
			const struct flow_state *before)
{
	const struct flow_guest *b;

	for (b = before->guests; b < before->guests + before->nr_guests; b++) {
		if (b->domain != guest->domain || b->dev != guest->dev ||
		    guest_began_anew(guest, b, row, flow_row_of(before, b->dev)))
			continue;
		guest->count.bounces -= b->count.bounces;
		guest->count.bytes -= b->count.bytes;
	}
}

/* By tracefs what is lost may fall, when the module's histograms go. */
static void losses_since(struct xb_losses *now, const struct xb_losses *before)
{
	u64 *n = (void *)now;
	const u64 *b = (const void *)before;
	size_t i;

	for (i = 0; i < sizeof(*now) / sizeof(*n); i++)
		n[i] -= n[i] < b[i] ? n[i] : b[i];
}

void flow_since(struct flow_state *now, const struct flow_state *before)
{
	const struct flow_row *row;
	int i;

	/* first: rows are still totals */
	for (i = 0; i < now->nr_guests; i++)
		guest_since(&now->guests[i], flow_row_of(now, now->guests[i].dev), before);
	for (i = 0; i < now->nr_rows; i++) {
		row = flow_row_of(before, now->rows[i].key);
		if (row && !flow_began_anew(&now->rows[i].stat, &row->stat))
			row_since(&now->rows[i], row);
	}
	now->exchanges.calls -= before->exchanges.calls;
	now->exchanges.fails -= before->exchanges.fails;
	now->exchanges.ns -= before->exchanges.ns;
	losses_since(&now->losses, &before->losses);
	now->time -= before->time;
	now->counted -= before->counted;
}

double flow_counted(const struct flow_state *since, const struct flow_row *row)
{
	if (flow_only_bounces())
		return 0;
	if (device_is_module(row->key))
		return since->time;
	return flow_counts_maps() ? since->counted : 0;
}

/* Both are differences of the same two moments, but for what rounding leaves. */
bool flow_counted_all(const struct flow_state *since, const struct flow_row *row)
{
	double counted = flow_counted(since, row);

	return counted > 0 && counted > since->time - 1e-6;
}

static u64 sum_of(const u64 *counts, int first, int end)
{
	u64 sum = 0;

	for (; first < end; first++)
		sum += counts[first];
	return sum;
}

u64 flow_bounces(const struct xb_stat *s)
{
	return sum_of(s->bounces, XB_MASK, XB_NR_REASONS);
}

u64 flow_failures(const struct xb_stat *s)
{
	return sum_of(s->fails, XB_FAIL_FULL, XB_NR_FAILS);
}

enum xb_reason flow_main_reason(const struct xb_stat *s)
{
	enum xb_reason main = XB_DIRECT, i;

	for (i = XB_MASK; i < XB_NR_REASONS; i++)
		if (s->bounces[i] > s->bounces[main])
			main = i;
	return main;
}
