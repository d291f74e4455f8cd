// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claiming by search, and what a release does when runs are scarce: claim.h has the hot path.
 *
 * Cost.  A claim whose hint is stale searches its home segment: at most 32 words, usually one.
 * Then one word of each group tells which segments to look at.  A release where runs are scarce
 * reads its bitmap word once more, a word or two of its group, and the segment around it only
 * if the free run goes on beyond the word.
 */
#include "claim.h"

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

/* What was taken before a word was lost was never anybody's, but a search may have missed it */
static noinline bool lose_wide(struct xsw_pool *p, struct xsw_segment *s, u32 i, u32 taken)
{
	xsw_give(s, i, taken);
	xsw_verdict_release(p, s, i, XSW_MAX_SLOTS);
	return false;
}

/* All or nothing */
bool xsw_take_wide(struct xsw_pool *p, struct xsw_segment *s, u32 i, u32 n)
{
	u32 taken = xsw_take(s, i, n);

	if (likely(taken == n))
		return true;
	return taken ? lose_wide(p, s, i, taken) : false;
}

/* Find and claim in one segment; others may be quicker, each time one of them got a run */
static bool claim_in(struct xsw_pool *p, struct xsw_segment *s, const struct xsw_want *w, u32 from,
		     struct xsw_run *run)
{
	u32 i;

	if (s->top > w->mask)
		return false;
	while ((i = xsw_find(s, w, from)) != XSW_NOWHERE) {
		if (!xsw_claim_at(p, s, i, w->slots))
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

	if (!s)
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

/* A free run of @run slots is in @s now; where a class is told, those below are too */
static void raise_may(struct xsw_segment *s, u32 run)
{
	u64 *may = s->group->may;
	u32 class = xsw_log2_floor(run);

	for (; !(READ_ONCE(may[class]) & s->may_bit); class --) {
		xsw_fetch_or64(&may[class], s->may_bit);
		if (!class)
			break;
	}
}

/*
 * Where in a group this CPU begins: at home, or apart from the others, as multiples of the golden
 * ratio lie apart however many there are.
 */
static u32 first_segment(const struct xsw_pool *p, const struct xsw_group *g)
{
	u32 home = READ_ONCE(xsw_percpu_this(p->hints)->home) >> XSW_PLACE_BITS;
	u32 spread = (xsw_cpu() * 0x9e3779b9u) >> 16;

	if (home / XSW_GROUP == g->id)
		return home % XSW_GROUP;
	return spread * xsw_popcount(READ_ONCE(g->members)) >> 16 & (XSW_GROUP - 1);
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

			if (w->mask >> (g->zone - 1) && READ_ONCE(g->may[class]) &&
			    claim_in_group(p, t, g, w, class, run))
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

		if (!(w->mask >> (g->zone - 1)))
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

struct xsw_run xsw_claim_slowly(struct xsw_pool *p, const struct xsw_want *w)
{
	const struct xsw_table *t = xsw_rcu_dereference(p->table);
	struct xsw_run run = { 0 };

	if (xsw_verdict_empty(p, w)) {
		run.fail = XSW_FAIL_FULL;
		return run;
	}
	if (!xsw_verdict_known(p, w)) {
		xsw_pool_sample(p);
		if (claim_home(p, t, w, &run) || claim_searching(p, t, w, &run) ||
		    xsw_verdict(p, w, &run)) {
			move_home(p, &run);
			return run;
		}
	}
	run.fail = xsw_why_not(p, w);
	return run;
}

struct xsw_run xsw_claim(struct xsw_pool *p, const struct xsw_want *w)
{
	struct xsw_run run = { 0 };

	if (likely(!w->block))
		run = xsw_claim_hinted(p, w->mask, w->slots, w->stride, w->phase);
	return likely(run.seg) ? run : xsw_claim_slowly(p, w);
}

/* Tell group and verdicts of the free run that a release made */
static void tell(struct xsw_pool *p, struct xsw_segment *s, u32 i, u32 n)
{
	u32 least = (u16)READ_ONCE(p->watch), start, run;

	run = xsw_free_run(s, i, &start);
	if (start + run < i + n) {
		/*
		 * Somebody has a part of it again; what is left can't be told by one look.  To take
		 * back all verdicts is always safe.
		 */
		if (least != XSW_WATCH_LEAST)
			xsw_verdict_release(p, s, i, XSW_MAX_SLOTS);
		return;
	}
	if (!(READ_ONCE(s->group->may[xsw_log2_floor(run)]) & s->may_bit))
		raise_may(s, run);
	if (run >= least)
		xsw_verdict_release(p, s, start, run);
}

u32 xsw_release_scarce(struct xsw_pool *p, struct xsw_segment *s, u32 i, u32 n)
{
	tell(p, s, i, n);
	xsw_rcu_read_unlock();
	return n;
}

static inline bool is_busy(const struct xsw_segment *s, u32 i)
{
	return READ_ONCE(s->map[i / XSW_WORD_BITS]) >> (i % XSW_WORD_BITS) & 1;
}

/* Neighbours in use, a run as long known of here, no verdict waiting for one: nothing to tell */
static bool is_wide_no_news(const struct xsw_pool *p, const struct xsw_segment *s, u32 i, u32 n)
{
	return (!i || is_busy(s, i - 1)) && (i + n == s->slots || is_busy(s, i + n)) &&
	       READ_ONCE(s->group->may[xsw_log2_floor(n)]) & s->may_bit &&
	       n < (u16)READ_ONCE(p->watch);
}

u32 xsw_release_wide(struct xsw_pool *p, struct xsw_segment *s, u32 i, u32 n)
{
	xsw_give(s, i, n);
	if (xsw_is_scarce(p, s) && !is_wide_no_news(p, s, i, n))
		tell(p, s, i, n);
	xsw_rcu_read_unlock();
	return n;
}

void xsw_release(struct xsw_pool *p, struct xsw_segment *s, u32 start, u32 slots)
{
	xsw_rcu_read_lock();
	xsw_release_unlock(p, s, start, slots);
}

bool xsw_close(struct xsw_pool *p, struct xsw_segment *s)
{
	return xsw_free_slots(s) == s->slots && xsw_take_wide(p, s, 0, s->slots);
}
