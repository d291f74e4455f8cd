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
 * a memo ('watch') that serves for steps 1 to 3 only.  'armed' tells releases which widths have a
 * memo at all; until the first failure a release reads nothing but that.
 *
 * Cost of a known failure: three dependent loads, and a sum over the possible CPUs for the reason.
 */
#include "pool.h"

#define LEAST_MASK 0xffffULL /* 0: the memo is empty */
#define SURE       (1ULL << 16)
#define VERSION    (1ULL << 32)

static u64 memo_of(u64 old, u32 least)
{
	return (old & ~(VERSION - 1)) | least;
}

static bool same_version(u64 a, u64 b)
{
	return !((a ^ b) / VERSION);
}

static u32 reach_of(const struct xsw_want *w)
{
	return min(xsw_bit_length(w->mask), 63u);
}

static u64 *memo_for(struct xsw_pool *p, const struct xsw_want *w)
{
	u64 *memo = p->memo[reach_of(w)];

	if (w->block || w->mask & (w->mask + 1))
		return &memo[XSW_MEMO_WATCH];
	if (w->stride == 1)
		return &memo[XSW_MEMO_ANY];
	if (w->stride == 2 && !w->phase)
		return &memo[XSW_MEMO_PAGE];
	return &memo[XSW_MEMO_WATCH];
}

static bool is_watch(const struct xsw_pool *p, const u64 *memo)
{
	return (memo - p->memo[0]) % XSW_MEMO_KINDS == XSW_MEMO_WATCH;
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
		else if (slots > least && !(old & SURE) && !is_watch(p, memo))
			next = memo_of(old + VERSION, slots);
		seen = xsw_cmpxchg64(memo, old, next);
		if (seen == old)
			return next;
		old = seen;
	}
}

bool xsw_verdict(struct xsw_pool *p, const struct xsw_want *w, struct xsw_run *run)
{
	u64 *memo = memo_for(p, w);

	xsw_fetch_or64(&p->armed, 1ULL << reach_of(w));
	for (;;) {
		u64 told = announce(p, memo, w->slots);
		u64 now;

		if (xsw_search_all(p, w, run))
			return true;
		now = READ_ONCE(*memo);
		if (!same_version(told, now))
			continue;
		if (now == told && (told & LEAST_MASK) == w->slots && !is_watch(p, memo))
			xsw_cmpxchg64(memo, told, told | SURE);
		return false;
	}
}

/* Step 2, for one memo */
static void forget(u64 *memo, u32 run)
{
	u64 old = READ_ONCE(*memo);

	while (old & LEAST_MASK && run >= (old & LEAST_MASK)) {
		u64 seen = xsw_cmpxchg64(memo, old, (old & ~(VERSION - 1)) + VERSION);

		if (seen == old)
			return;
		old = seen;
	}
}

void xsw_verdict_release(struct xsw_pool *p, struct xsw_segment *s, u32 i)
{
	u64 armed = READ_ONCE(p->armed) >> s->zone << s->zone;
	u32 start, run, odd;

	if (!armed)
		return;
	run = xsw_free_run(s, i, &start);
	odd = (s->first + start) & 1;
	for (; armed; armed &= armed - 1) {
		u64 *memo = p->memo[__builtin_ctzll(armed)];

		forget(&memo[XSW_MEMO_ANY], run);
		forget(&memo[XSW_MEMO_WATCH], run);
		if (run > odd)
			forget(&memo[XSW_MEMO_PAGE], run - odd);
	}
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

enum xsw_fail xsw_why_not(struct xsw_pool *p, const struct xsw_want *w)
{
	const struct xsw_table *t = xsw_rcu_dereference(p->table);
	s64 free = 0;
	u32 largest = 0, k;
	bool all = true;

	for (k = 0; k < t->groups; k++) {
		const struct xsw_group *g = t->group[k];

		if (g->members && w->mask < (~0ULL >> (64 - g->zone)))
			all = false;
	}
	for (k = 0; k < t->groups; k++) {
		const struct xsw_group *g = t->group[k];

		if (all)
			largest = max(largest, g->largest);
		else if (w->mask >> (g->zone - 1))
			free += (s64)free_within(t, g, w->mask, &largest);
	}
	if (!largest)
		return XSW_FAIL_MASK;
	if (w->slots > largest || (w->block && w->slots > w->block))
		return XSW_FAIL_TOO_LARGE;
	if (all)
		free = (s64)(p->slots - xsw_pool_used(p));
	return free < (s64)w->slots ? XSW_FAIL_FULL : XSW_FAIL_FRAGMENTED;
}
