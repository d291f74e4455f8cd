// SPDX-License-Identifier: GPL-2.0-only
/*
 * Searching the pool for a free run and claiming it: home, groups, everything.
 *
 * Cost.  A claim whose hint is stale searches its home segment: at most 32 words, usually one.
 * Then one word of each group tells which segments to look at.
 */
#include "search.h"

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

void xsw_move_home(struct xsw_pool *p, const struct xsw_run *run)
{
	WRITE_ONCE(xsw_percpu_this(p->hints)->home, xsw_place(run->seg, run->start));
}

/* On from where this CPU last found something */
bool xsw_search_home(struct xsw_pool *p, const struct xsw_want *w, struct xsw_run *run)
{
	const struct xsw_table *t = xsw_rcu_dereference(p->table);
	u32 place = READ_ONCE(xsw_percpu_this(p->hints)->home);
	struct xsw_segment *s = xsw_at_place(t, place);
	u32 word = (place & (XSW_MAX_SLOTS - 1)) / XSW_WORD_BITS;

	if (!s)
		return false;
	return claim_in(p, s, w, word < s->words ? word : 0, run);
}

/* A search of segment @bit found nothing: it has no run of class @cls, nor of those above */
static void lower_may(struct xsw_group *g, u32 bit, u32 cls)
{
	for (; cls < XSW_CLASSES; cls++)
		if (READ_ONCE(g->may[cls]) >> bit & 1)
			xsw_fetch_and64(&g->may[cls], ~(1ULL << bit));
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
			   const struct xsw_want *w, u32 cls, struct xsw_run *run)
{
	u32 first = first_segment(p, g);
	u64 left = READ_ONCE(g->may[cls]);

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
bool xsw_search_groups(struct xsw_pool *p, const struct xsw_want *w, struct xsw_run *run)
{
	const struct xsw_table *t = xsw_rcu_dereference(p->table);
	u32 cls = xsw_log2_ceil(w->slots), lowest = xsw_log2_floor(w->slots);

	for (;;) {
		u32 k;

		for (k = 0; k < t->groups; k++) {
			struct xsw_group *g = t->group[k];

			if (w->mask >> (g->zone - 1) && READ_ONCE(g->may[cls]) &&
			    claim_in_group(p, t, g, w, cls, run))
				return true;
		}
		if (cls == lowest)
			return false;
		cls = lowest;
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
