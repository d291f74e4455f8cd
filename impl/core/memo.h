/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of claims that failed, so that 'full' is told truthfully and quickly.
 *
 * A search alone proves nothing: while it reads one segment, a run may become free in another it
 * has read already.  And a pool that is full would be searched by every map.  Both are cured by
 * a memo, one word for each address width of a mask and kind of alignment:
 *
 *   version (32) | sure (1) | least (16)     'no run of 'least' slots or more is free'
 *
 *  1. A claim that found nothing writes its size as 'least', not sure, and searches again
 *     (xsw_memo_announce()).
 *  2. A release clears its slots first (a full barrier), then reads the memo: if the free run it
 *     is now a part of is as long as 'least', it empties the memo and raises the version
 *     (xsw_memo_release()).
 *  3. If the second search finds nothing either and the version is the same, then no release
 *     has made a fitting run since step 1; those under way when the memo was written are seen
 *     by the search.  So when it ended no fitting run was free: the failure is true, and the
 *     memo may be marked sure (xsw_memo_holds()).
 *  4. While a memo is sure, a claim as large fails by reading that one word
 *     (xsw_memo_is_known()).
 *
 * Wants with other alignment, a boundary or a ragged mask can't be remembered so; they share a
 * memo that serves for steps 1 to 3 only.
 *
 * So that a release need not read memos, the pool's 'watch' word tells the shortest run any of
 * them is about, with a version.  It is lowered after a memo is written and before the search,
 * always with a new version; a release that finds all memos empty may reset it, if the
 * version is still what it was before it looked.  Until the first failure it says 'nobody'.
 *
 * impl/tests/verify checks these steps with spin.
 *
 * Cost of a known failure: three dependent loads, and a sum over the possible CPUs for the reason.
 * Without step 4 a failing map costs a search of all within reach.
 */
#ifndef XSW_MEMO_H
#define XSW_MEMO_H

#include "pool.h"

#define XSW_MEMO_SURE (1ULL << 16)

/* Bits of a mask: which memos are about it */
static __always_inline u32 xsw_reach(u64 mask)
{
	return min(xsw_bit_length(mask), 63u);
}

/* Is it known that not one slot is free within @mask, and does a segment have @slots? */
static __always_inline bool xsw_memo_says_empty(const struct xsw_pool *p, u64 mask, u32 slots)
{
	u64 memo = xsw_load_acquire(&p->memo[xsw_reach(mask)][XSW_MEMO_ANY]);

	return (u32)memo == (XSW_MEMO_SURE | 1) && !(mask & (mask + 1)) &&
	       READ_ONCE(p->largest) >= slots;
}

bool xsw_memo_is_known(struct xsw_pool *p, const struct xsw_want *w);

/** xsw_memo_announce() - step 1.  Return: the memo, for xsw_memo_holds() */
u64 xsw_memo_announce(struct xsw_pool *p, const struct xsw_want *w);

/** xsw_memo_holds() - step 3: has no fitting run become free since @told? */
bool xsw_memo_holds(struct xsw_pool *p, const struct xsw_want *w, u64 told);

/** xsw_memo_release() - step 2: the slots from @start up became a free run of @run */
void xsw_memo_release(struct xsw_pool *p, struct xsw_segment *s, u32 start, u32 run);

#endif /* XSW_MEMO_H */
