// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claiming a run that no hint gave: search, and if there is none, say why.
 */
#include "claim.h"

/*
 * Each round but the last ends because a fitting run became free meanwhile and another claim was
 * quicker.  The limit is for the caller, who may not sleep.
 */
#define ROUNDS_AT_MOST 1000

/* Nothing was found: search all, until that says something.  Return: was a run claimed? */
static bool claim_or_prove(struct xsw_pool *p, const struct xsw_want *w, struct xsw_run *run)
{
	u32 round;

	for (round = 0; round < ROUNDS_AT_MOST; round++) {
		u64 told = xsw_memo_announce(p, w);

		if (xsw_search_all(p, w, run))
			return true;
		if (xsw_memo_holds(p, w, told))
			break;
	}
	return false;
}

/* Free slots within @mask, segment by segment */
static u64 free_within(const struct xsw_table *t, const struct xsw_group *g, u64 mask, u32 *largest)
{
	u64 left = READ_ONCE(g->members), sum = 0;

	for (; left; left &= left - 1) {
		u32 id = g->id * XSW_GROUP + (u32)__builtin_ctzll(left);
		struct xsw_segment *s = xsw_rcu_dereference(t->seg[id]);

		if (!s || s->top > mask)
			continue;
		sum += xsw_free_slots(s);
		*largest = max(*largest, s->slots);
	}
	return sum;
}

/* The reason where a device reaches only a part of the pool */
static enum xsw_fail why_not_within(const struct xsw_table *t, const struct xsw_want *w)
{
	u32 largest = 0, k;
	u64 free = 0;

	for (k = 0; k < t->groups; k++)
		if (w->mask >> (t->group[k]->zone - 1))
			free += free_within(t, t->group[k], w->mask, &largest);
	if (!largest)
		return XSW_FAIL_MASK;
	if (w->slots > largest)
		return XSW_FAIL_TOO_LARGE;
	return free < w->slots ? XSW_FAIL_FULL : XSW_FAIL_FRAGMENTED;
}

static enum xsw_fail why_not(struct xsw_pool *p, const struct xsw_want *w)
{
	if (w->block && w->slots > w->block)
		return XSW_FAIL_TOO_LARGE;
	if (w->mask < READ_ONCE(p->top) || !READ_ONCE(p->largest))
		return why_not_within(xsw_rcu_dereference(p->table), w);
	if (w->slots > READ_ONCE(p->largest))
		return XSW_FAIL_TOO_LARGE;
	if ((s64)(READ_ONCE(p->slots) - xsw_pool_used(p)) < (s64)w->slots)
		return XSW_FAIL_FULL;
	return XSW_FAIL_FRAGMENTED;
}

struct xsw_run xsw_claim_slowly(struct xsw_pool *p, const struct xsw_want *w)
{
	struct xsw_run run = { 0 };

	if (xsw_memo_says_empty(p, w->mask, w->slots)) {
		run.fail = XSW_FAIL_FULL;
		return run;
	}
	if (!xsw_memo_is_known(p, w)) {
		xsw_pool_sample(p);
		if (xsw_search_home(p, w, &run) || xsw_search_groups(p, w, &run) ||
		    claim_or_prove(p, w, &run)) {
			xsw_move_home(p, &run);
			return run;
		}
	}
	run.fail = why_not(p, w);
	return run;
}
