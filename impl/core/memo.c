// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memos of failed claims: memo.h says how they work.
 */
#include "memo.h"

#define LEAST_MASK 0xffffULL /* 0: the memo is empty */
#define SURE       XSW_MEMO_SURE
#define VERSION    (1ULL << 32)

static u64 memo_of(u64 old, u32 least)
{
	return (old & ~(VERSION - 1)) | least;
}

static u64 *memo_for(struct xsw_pool *p, const struct xsw_want *w)
{
	u64 *memo = p->memo[xsw_reach(w->mask)];

	if (w->block || w->mask & (w->mask + 1))
		return &memo[XSW_MEMO_RARE];
	if (w->stride == 1)
		return &memo[XSW_MEMO_ANY];
	if (w->stride == 2 && !w->phase)
		return &memo[XSW_MEMO_PAGE];
	return &memo[XSW_MEMO_RARE];
}

/* Does the memo serve steps 1 to 3 alone? */
static bool is_shared(const struct xsw_pool *p, const u64 *memo)
{
	return (memo - p->memo[0]) % XSW_MEMO_KINDS == XSW_MEMO_RARE;
}

bool xsw_memo_is_known(struct xsw_pool *p, const struct xsw_want *w)
{
	u64 memo = xsw_load_acquire(memo_for(p, w));

	return memo & SURE && w->slots >= (memo & LEAST_MASK);
}

/*
 * Step 1.  Return: the memo as it is now; its 'least' is at most what is wanted.  A memo that is
 * not sure may be left from a claim that found a run.  A larger want replaces it, with a new
 * version: another claim may be between its steps 1 and 3 with the old one.
 */
static u64 write_least(struct xsw_pool *p, u64 *memo, u32 slots)
{
	u64 old = READ_ONCE(*memo);

	for (;;) {
		u32 least = (u32)(old & LEAST_MASK);
		u64 next = old, seen;

		if (!least || slots < least)
			next = memo_of(old, slots);
		else if (slots > least && !(old & SURE) && !is_shared(p, memo))
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

void xsw_memo_release(struct xsw_pool *p, struct xsw_segment *s, u32 start, u32 run)
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

u64 xsw_memo_announce(struct xsw_pool *p, const struct xsw_want *w)
{
	u64 *memo = memo_for(p, w), told;

	if (!(READ_ONCE(p->armed) >> xsw_reach(w->mask) & 1))
		xsw_fetch_or64(&p->armed, 1ULL << xsw_reach(w->mask));
	told = write_least(p, memo, w->slots);
	watch(p, w->slots);
	return told;
}

bool xsw_memo_holds(struct xsw_pool *p, const struct xsw_want *w, u64 told)
{
	u64 *memo = memo_for(p, w), now = READ_ONCE(*memo);

	if ((told ^ now) / VERSION)
		return false;
	if (now == told && (told & LEAST_MASK) == w->slots && !is_shared(p, memo))
		xsw_cmpxchg64(memo, told, told | SURE);
	return true;
}
