// SPDX-License-Identifier: GPL-2.0-only
/*
 * Saying 'full', truthfully and quickly.
 *
 * A search alone proves nothing: while it reads one segment, a run may become free in
 * another it has read already.  And a pool that is full would be searched by every map.  Both are
 * cured by a memo, one word for each address width of a mask and kind of alignment:
 *
 *   version (32) | sure (1) | least (16)     'no run of 'least' slots or more is free'
 *
 *  1. A claim that found nothing writes its size as 'least', not sure, and searches again.
 *  2. A release clears its slots first (a full barrier), then reads the memo: if the free run it
 *     is now a part of is as long as 'least', it empties the memo and raises the version.
 *  3. If the second search finds nothing either and the version is the same, then no release
 *     has made a fitting run since step 1; those under way when the memo was
 *     written are seen by the search.  So when it ended no fitting run was free: the verdict
 *     holds, and the memo may be marked sure.
 *  4. While a memo is sure, a claim as large fails by reading that one word.
 *
 * Wants with rarer alignment, a boundary or a ragged mask can't be remembered so; they share
 * a memo ('rare') that serves for steps 1 to 3 only.
 *
 * So that a release need not read memos, the pool's 'watch' word tells the shortest run any of
 * them is about, with a version.  It is lowered after a memo is written and before the search,
 * always with a new version; a release that finds all memos empty may reset it, if the
 * version is still what it was before it looked.  Until the first failure it says 'nobody'.
 *
 * Cost of a known failure: three dependent loads, and a sum over the possible CPUs for the reason.
 */
#include "pool.h"

#define LEAST_MASK 0xffffULL /* 0: the memo is empty */
#define SURE       XSW_MEMO_SURE
#define VERSION    (1ULL << 32)

static u64 memo_of(u64 old, u32 least)
{
	return (old & ~(VERSION - 1)) | least;
}

static bool same_version(u64 a, u64 b)
{
	return !((a ^ b) / VERSION);
}

static u64 *memo_for(struct xsw_pool *p, const struct xsw_want *w)
{
	u64 *memo = p->memo[xsw_reach_of(w)];

	if (w->block || w->mask & (w->mask + 1))
		return &memo[XSW_MEMO_RARE];
	if (w->stride == 1)
		return &memo[XSW_MEMO_ANY];
	if (w->stride == 2 && !w->phase)
		return &memo[XSW_MEMO_PAGE];
	return &memo[XSW_MEMO_RARE];
}

static bool is_rare(const struct xsw_pool *p, const u64 *memo)
{
	return (memo - p->memo[0]) % XSW_MEMO_KINDS == XSW_MEMO_RARE;
}

bool xsw_verdict_known(struct xsw_pool *p, const struct xsw_want *w)
{
	u64 memo = xsw_load_acquire(memo_for(p, w));

	return memo & SURE && w->slots >= (memo & LEAST_MASK);
}

/*
 * Step 1.  Return: the memo as it stands now, with a 'least' of at most what is wanted.  A memo
 * that is not sure may be left over from a claim that did find something: to remember our larger
 * want instead of that smaller one the version changes, as somebody may still rely on it.
 */
static u64 announce(struct xsw_pool *p, u64 *memo, u32 slots)
{
	u64 old = READ_ONCE(*memo);

	for (;;) {
		u32 least = (u32)(old & LEAST_MASK);
		u64 next = old, seen;

		if (!least || slots < least)
			next = memo_of(old, slots);
		else if (slots > least && !(old & SURE) && !is_rare(p, memo))
			next = memo_of(old + VERSION, slots);
		seen = xsw_cmpxchg64(memo, old, next);
		if (seen == old)
			return next;
		old = seen;
	}
}

/* Releases of runs of @slots and more must look at the memos from now on */
static void watch(struct xsw_pool *p, u32 slots)
{
	u64 old = READ_ONCE(p->watch);

	for (;;) {
		u64 least = min(old & XSW_WATCH_LEAST, (u64)slots);
		u64 seen =
			xsw_cmpxchg64(&p->watch, old, ((old & ~XSW_WATCH_LEAST) + VERSION) | least);

		if (seen == old)
			return;
		old = seen;
	}
}

bool xsw_verdict(struct xsw_pool *p, const struct xsw_want *w, struct xsw_run *run)
{
	u64 *memo = memo_for(p, w);

	if (!(READ_ONCE(p->armed) >> xsw_reach_of(w) & 1))
		xsw_fetch_or64(&p->armed, 1ULL << xsw_reach_of(w));
	for (;;) {
		u64 told = announce(p, memo, w->slots);
		u64 now;

		watch(p, w->slots);
		if (xsw_search_all(p, w, run))
			return true;
		now = READ_ONCE(*memo);
		if (!same_version(told, now))
			continue;
		if (now == told && (told & LEAST_MASK) == w->slots && !is_rare(p, memo))
			xsw_cmpxchg64(memo, told, told | SURE);
		return false;
	}
}

/* Step 2, for one memo.  Return: is it empty? */
static bool forget(u64 *memo, u32 run)
{
	u64 old = READ_ONCE(*memo);

	while (old & LEAST_MASK && run >= (old & LEAST_MASK)) {
		u64 seen = xsw_cmpxchg64(memo, old, (old & ~(VERSION - 1)) + VERSION);

		if (seen == old)
			return true;
		old = seen;
	}
	return !(old & LEAST_MASK);
}

void xsw_verdict_release(struct xsw_pool *p, struct xsw_segment *s, u32 start, u32 run)
{
	u64 watched = READ_ONCE(p->watch), left = READ_ONCE(p->armed);
	u32 odd = (s->first + start) & 1;
	bool empty = true;

	for (; left; left &= left - 1) {
		u32 reach = (u32)__builtin_ctzll(left);
		u32 seen = reach >= s->zone ? run : 0; /* out of that reach: just look */
		u64 *memo = p->memo[reach];

		empty &= forget(&memo[XSW_MEMO_ANY], seen);
		empty &= forget(&memo[XSW_MEMO_RARE], seen);
		empty &= forget(&memo[XSW_MEMO_PAGE], seen > odd ? seen - odd : 0);
	}
	if (empty)
		xsw_cmpxchg64(&p->watch, watched, watched | XSW_WATCH_LEAST);
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

enum xsw_fail xsw_why_not(struct xsw_pool *p, const struct xsw_want *w)
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
