// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claiming by search, and what a release does when runs are scarce: claim.h has the hot path.
 *
 * Cost.  A claim whose hint is stale searches its home segment: at most 32 words, usually one.
 * Then one word of each group tells which segments to look at.  A release where runs are scarce
 * reads its bitmap word once more and the group's words.
 */
#include "claim.h"

#define RUN_OPEN (1u << 31) /* the free run may go on beyond the word it was seen in */

void xsw_count_exact(struct xsw_pool *p, u32 slots)
{
	u64 now = xsw_fetch_add64(&p->used_exact, slots) + slots;
	u64 high = READ_ONCE(p->high_water);

	while (now > high) {
		u64 seen = xsw_cmpxchg64(&p->high_water, high, now);

		if (seen == high)
			break;
		high = seen;
	}
}

/* Give back a run that was never anybody's, so that nobody misses it */
static void give_back(struct xsw_pool *p, struct xsw_segment *s, u32 i, u32 n)
{
	xsw_give(s, i, n);
	xsw_verdict_release(p, s, i);
}

bool xsw_take_wide(struct xsw_pool *p, struct xsw_segment *s, u32 i, u32 n)
{
	u32 taken = xsw_take(s, i, n);

	if (likely(taken == n))
		return true;
	if (taken)
		give_back(p, s, i, taken);
	return false;
}

/* Find and claim in one segment; others may be quicker, each time one of them got a run */
static bool claim_in(struct xsw_pool *p, struct xsw_segment *s, const struct xsw_want *w, u32 from,
		     struct xsw_run *run)
{
	u32 i;

	if (s->top > w->mask)
		return false;
	while ((i = xsw_find(s, w, from)) != XSW_NOWHERE) {
		if (!xsw_claim_at(p, s, w, i))
			continue;
		run->seg = s;
		run->start = i;
		return true;
	}
	return false;
}

static void move_home(struct xsw_pool *p, const struct xsw_run *run)
{
	WRITE_ONCE(xsw_percpu_this(p->hints)->home, xsw_place(run->seg, run->start));
}

/* On from where this CPU last found something */
static bool claim_home(struct xsw_pool *p, const struct xsw_table *t, const struct xsw_want *w,
		       struct xsw_run *run)
{
	u32 place = READ_ONCE(xsw_percpu_this(p->hints)->home);
	struct xsw_segment *s = xsw_at_place(t, place);
	u32 word = (place & (XSW_MAX_SLOTS - 1)) / XSW_WORD_BITS;

	if (!s || !place)
		return false;
	return claim_in(p, s, w, word < s->words ? word : 0, run);
}

/* A search of segment @bit found nothing: it has no run of class @class, nor of those above */
static void lower_may(struct xsw_group *g, u32 bit, u32 class)
{
	for (; class < XSW_CLASSES; class ++)
		if (READ_ONCE(g->may[class]) >> bit & 1)
			xsw_fetch_and64(&g->may[class], ~(1ULL << bit));
}

/* Slot @i of @s is part of a free run of @run slots now */
static void raise_may(struct xsw_segment *s, u32 i, u32 run)
{
	struct xsw_group *g = s->group;
	u64 bit = s->may_bit;
	u32 class = xsw_log2_floor(run & ~RUN_OPEN), start;

	if (likely(READ_ONCE(g->may[class + 1]) & bit))
		return;
	if (run & RUN_OPEN) {
		run = xsw_free_run(s, i, &start);
		if (!run)
			return;
		class = xsw_log2_floor(run);
	}
	for (; !(READ_ONCE(g->may[class]) & bit); class --) {
		xsw_fetch_or64(&g->may[class], bit);
		if (!class)
			break;
	}
}

/* Where in a group this CPU begins: apart from the others, as long as there are segments */
static u32 first_segment(const struct xsw_pool *p, const struct xsw_group *g)
{
	u32 home = READ_ONCE(xsw_percpu_this(p->hints)->home) >> XSW_PLACE_BITS;
	u32 members = xsw_popcount(READ_ONCE(g->members));

	if (home / XSW_GROUP == g->id && home)
		return home % XSW_GROUP;
	return (xsw_cpu() * members / xsw_nr_cpus()) % XSW_GROUP;
}

static bool claim_in_group(struct xsw_pool *p, const struct xsw_table *t, struct xsw_group *g,
			   const struct xsw_want *w, u32 class, struct xsw_run *run)
{
	u32 first = first_segment(p, g);
	u64 left = READ_ONCE(g->may[class]);

	while (left) {
		u64 later = left & (~0ULL << first);
		u32 bit = (u32)__builtin_ctzll(later ? later : left);
		struct xsw_segment *s = xsw_rcu_dereference(t->seg[g->id * XSW_GROUP + bit]);

		if (s && claim_in(p, s, w, 0, run))
			return true;
		if (s && s->top <= w->mask)
			lower_may(g, bit, xsw_log2_ceil(w->slots));
		left &= ~(1ULL << bit);
	}
	return false;
}

/* First where a run of the next power of two may be, then where a smaller one may do */
static bool claim_searching(struct xsw_pool *p, const struct xsw_table *t, const struct xsw_want *w,
			    struct xsw_run *run)
{
	u32 class = xsw_log2_ceil(w->slots), lowest = xsw_log2_floor(w->slots);

	for (;;) {
		u32 k;

		for (k = 0; k < t->groups; k++) {
			struct xsw_group *g = t->group[k];

			if (w->mask >> (g->zone - 1) && claim_in_group(p, t, g, w, class, run))
				return true;
		}
		if (class == lowest)
			return false;
		class = lowest;
	}
}

bool xsw_search_all(struct xsw_pool *p, const struct xsw_want *w, struct xsw_run *run)
{
	struct xsw_table *t = xsw_rcu_dereference(p->table);
	u32 k;

	for (k = 0; k < t->groups; k++) {
		struct xsw_group *g = t->group[k];
		u64 left = READ_ONCE(g->members);

		if (!(w->mask >> (g->zone - 1)) || w->slots > g->largest)
			continue;
		for (; left; left &= left - 1) {
			u32 id = g->id * XSW_GROUP + (u32)__builtin_ctzll(left);
			struct xsw_segment *s = xsw_rcu_dereference(t->seg[id]);

			if (s && claim_in(p, s, w, 0, run))
				return true;
		}
	}
	return false;
}

enum xsw_fail xsw_claim_slowly(struct xsw_pool *p, const struct xsw_want *w, struct xsw_run *run)
{
	const struct xsw_table *t = xsw_rcu_dereference(p->table);

	if (xsw_verdict_known(p, w))
		return xsw_why_not(p, w);
	xsw_pool_sample(p);
	if (claim_home(p, t, w, run) || claim_searching(p, t, w, run) || xsw_verdict(p, w, run)) {
		move_home(p, run);
		return XSW_FAIL_NONE;
	}
	return xsw_why_not(p, w);
}

enum xsw_fail xsw_claim(struct xsw_pool *p, const struct xsw_want *w, struct xsw_run *run)
{
	return xsw_claim_run(p, w, run);
}

/* How long a free run did this release make?  At least seen from its own words. */
static u32 run_made(const struct xsw_segment *s, u32 i, u32 n)
{
	u32 bit = i % XSW_WORD_BITS;
	u64 free;

	if (bit + n > XSW_WORD_BITS)
		return n | RUN_OPEN;
	free = ~READ_ONCE(s->map[i / XSW_WORD_BITS]);
	if (~free & xsw_run_mask(bit, n))
		return 0; /* somebody has it already */
	n = xsw_run_around(free, bit, n);
	return (free & 1) | free >> (XSW_WORD_BITS - 1) ? n | RUN_OPEN : n;
}

void xsw_release_scarce(struct xsw_pool *p, struct xsw_segment *s, u32 i, u32 n)
{
	u32 run = run_made(s, i, n);

	if (run)
		raise_may(s, i, run);
	if (READ_ONCE(p->armed) >> s->zone)
		xsw_verdict_release(p, s, i);
}

void xsw_release(struct xsw_pool *p, struct xsw_segment *s, u32 start, u32 slots)
{
	xsw_release_run(p, s, start, slots);
}

bool xsw_close(struct xsw_pool *p, struct xsw_segment *s)
{
	return xsw_free_slots(s) == s->slots && xsw_take_wide(p, s, 0, s->slots);
}
