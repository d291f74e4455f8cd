// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs that cross words, and releases where free runs are scarce: run.h has the hot path.
 *
 * Cost.  A release where runs are scarce reads its bitmap word once more, a word or two of its
 * group, and the segment around it only if the free run goes on beyond the word.
 */
#include "run.h"

/*
 * Another CPU took one of the words: give the taken ones back.  A search may have found them busy
 * meanwhile, so its result is taken back.
 */
static noinline bool lose_wide(struct xsw_pool *p, struct xsw_segment *s, u32 i, u32 taken)
{
	xsw_give(s, i, taken);
	xsw_memo_release(p, s, i, XSW_MAX_SLOTS);
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

/* A free run of @run slots is in @s now; where a class is told, those below are too */
static void raise_may(struct xsw_segment *s, u32 run)
{
	u64 *may = s->group->may;
	u32 cls = xsw_log2_floor(run);

	for (; !(READ_ONCE(may[cls]) & s->may_bit); cls--) {
		xsw_fetch_or64(&may[cls], s->may_bit);
		if (!cls)
			break;
	}
}

/* A release made a free run: set the group's bits, take memos back */
static void tell_free_run(struct xsw_pool *p, struct xsw_segment *s, u32 i, u32 n)
{
	u32 least = (u16)READ_ONCE(p->watch), start, run;

	run = xsw_free_run(s, i, &start);
	if (start + run < i + n) {
		/*
		 * A part of it is in use again, and one look does not tell how long the rest is. To
		 * take all memos back is always safe.
		 */
		if (least != XSW_WATCH_LEAST)
			xsw_memo_release(p, s, i, XSW_MAX_SLOTS);
		return;
	}
	if (!(READ_ONCE(s->group->may[xsw_log2_floor(run)]) & s->may_bit))
		raise_may(s, run);
	if (run >= least)
		xsw_memo_release(p, s, start, run);
}

u32 xsw_release_scarce(struct xsw_pool *p, struct xsw_segment *s, u32 i, u32 n)
	__releases(RCU_SCHED)
{
	tell_free_run(p, s, i, n);
	xsw_rcu_read_unlock();
	return n;
}

static inline bool is_busy(const struct xsw_segment *s, u32 i)
{
	return READ_ONCE(s->map[i / XSW_WORD_BITS]) >> (i % XSW_WORD_BITS) & 1;
}

/*
 * Is the free run that a wide release made known already?  Its neighbours are in use, the group
 * knows of a run as long, and no memo is about one.
 */
static bool is_wide_known(const struct xsw_pool *p, const struct xsw_segment *s, u32 i, u32 n)
{
	return (!i || is_busy(s, i - 1)) && (i + n == s->slots || is_busy(s, i + n)) &&
	       READ_ONCE(s->group->may[xsw_log2_floor(n)]) & s->may_bit &&
	       n < (u16)READ_ONCE(p->watch);
}

u32 xsw_release_wide(struct xsw_pool *p, struct xsw_segment *s, u32 i, u32 n) __releases(RCU_SCHED)
{
	xsw_give(s, i, n);
	if (xsw_is_scarce(p, s) && !is_wide_known(p, s, i, n))
		tell_free_run(p, s, i, n);
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
