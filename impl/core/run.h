/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking and releasing runs of slots: the hot path, inline, by this CPU's hints.
 *
 * Cost of a pair, run inside one word: two atomics (one compare and exchange, one and), one
 * shared cache line written (the bitmap's), two private ones (hints; 'used' beside them).
 * Dependent loads of a claim: table and hint -> segment -> bitmap word; of a release: segment ->
 * the group's word for the segment's whole length, which changes only when runs become
 * scarce.  No call, no loop but the compare and exchange's own; nothing here depends on
 * occupancy or pool size.  Wants and runs go by value: nothing has its address taken, so all
 * stays in registers.
 */
#ifndef XSW_RUN_H
#define XSW_RUN_H

#include "high_water.h"
#include "memo.h"

/* Size class of a run: ceil(log2(slots)), without a branch */
static __always_inline size_t xsw_class_of(u32 slots)
{
	return xsw_log2_floor(2 * slots - 1);
}

bool xsw_take_wide(struct xsw_pool *p, struct xsw_segment *s, u32 i, u32 n);
u32 xsw_release_scarce(struct xsw_pool *p, struct xsw_segment *s, u32 i, u32 n)
	__releases(RCU_SCHED);
u32 xsw_release_wide(struct xsw_pool *p, struct xsw_segment *s, u32 i, u32 n) __releases(RCU_SCHED);

/* Claim @n slots from @i up, all in one word of @s's bitmap, if they are free */
static __always_inline bool xsw_take_narrow(struct xsw_segment *s, u32 i, u32 n)
{
	return xsw_take_bits(&s->map[i / XSW_WORD_BITS], xsw_run_mask(i % XSW_WORD_BITS, n));
}

static __always_inline bool xsw_is_narrow(u32 i, u32 n)
{
	return likely(i % XSW_WORD_BITS + n <= XSW_WORD_BITS);
}

/* Claim the wanted run at this place of @s, if free */
static __always_inline bool xsw_claim_at(struct xsw_pool *p, struct xsw_segment *s, u32 i, u32 n)
{
	if (xsw_is_narrow(i, n) ? !xsw_take_narrow(s, i, n) : !xsw_take_wide(p, s, i, n))
		return false;
	if (unlikely(data_race(p->exact_high_water)))
		xsw_count_exact(p, n);
	else
		xsw_percpu_add(&p->hints->used, n);
	return true;
}

/*
 * The place where this CPU released such a run last, if it suits; nothing is claimed.
 * @aligned: bits of the first slot's number that must be those of @phase
 * A want with a boundary is not for here.  Return: seg is NULL if the place does not suit.
 */
static __always_inline struct xsw_run xsw_hinted(const struct xsw_pool *p,
						 struct xsw_hints __percpu *h, u64 mask, u32 slots,
						 u32 aligned, u32 phase)
{
	const struct xsw_table *t = xsw_rcu_dereference(p->table);
	size_t cls = xsw_class_of(slots);
	u32 depth = xsw_percpu_read(&h->depth[cls]);
	u32 place = xsw_percpu_read(&h->place[cls][depth % XSW_HINTS]);
	struct xsw_segment *s = xsw_at_place(t, place);
	u32 i = place & (XSW_MAX_SLOTS - 1);

	if (unlikely(!s) || unlikely(s->top > mask) || unlikely(i + slots > s->slots) ||
	    unlikely(((s->first + i) ^ phase) & aligned))
		return (struct xsw_run){ 0 };
	return (struct xsw_run){ .seg = s, .start = i };
}

/* The hinted place is claimed: the one released before it comes next */
static __always_inline void xsw_hint_done(struct xsw_hints __percpu *h, u32 slots)
{
	xsw_percpu_add(&h->depth[xsw_class_of(slots)], -1);
}

/**
 * xsw_claim_hinted() - claim the place this CPU released last, if it is still free and fits
 * As xsw_hinted().  Return: seg is NULL if it must be searched for.
 */
static __always_inline struct xsw_run xsw_claim_hinted(struct xsw_pool *p, u64 mask, u32 slots,
						       u32 aligned, u32 phase)
{
	struct xsw_hints __percpu *h = p->hints;
	struct xsw_run run = xsw_hinted(p, h, mask, slots, aligned, phase);

	if (unlikely(!run.seg) || unlikely(!xsw_claim_at(p, run.seg, run.start, slots)))
		return (struct xsw_run){ 0 };
	xsw_hint_done(h, slots);
	return run;
}

/* Remember a released run as the first place to look */
static __always_inline void xsw_remember(struct xsw_pool *p, struct xsw_segment *s, u32 start,
					 u32 slots)
{
	struct xsw_hints __percpu *h = p->hints;
	size_t cls = xsw_class_of(slots);
	u32 depth = xsw_percpu_read(&h->depth[cls]) + 1;

	if (unlikely(data_race(p->exact_high_water)))
		xsw_fetch_add64(&p->used_exact, -(u64)slots);
	else
		xsw_percpu_add(&h->used, -(u64)slots);
	xsw_percpu_write(&h->place[cls][depth % XSW_HINTS], xsw_place(s, start));
	xsw_percpu_write(&h->depth[cls], depth);
}

/*
 * Must a release in @s look further?  Only where the group does not know of a run as long as the
 * segment, or where a memo is in use.
 */
static __always_inline bool xsw_is_scarce(const struct xsw_pool *p, const struct xsw_segment *s)
{
	return unlikely(!(READ_ONCE(*s->may_whole) & s->may_bit)) ||
	       unlikely((u16)READ_ONCE(p->watch) != XSW_WATCH_LEAST);
}

/*
 * The slots @ours were released.  Is the free run around them known already?  It is if it ends
 * inside the word, no slot of it is in use again, the group knows of a run as long in this
 * segment, and no memo is about one.  @n is less than a word.
 */
static __always_inline bool xsw_is_run_known(const struct xsw_pool *p, const struct xsw_segment *s,
					     u32 i, u32 n, u64 ours)
{
	u32 bit = i % XSW_WORD_BITS;
	u64 free = ~READ_ONCE(s->map[i / XSW_WORD_BITS]);
	/* shifts in two steps: by less than 64 each, and a zero comes in, which ends the count */
	u32 above = (u32)__builtin_ctzll(~(free >> bit >> n));
	u32 below = (u32)__builtin_clzll(~(free << 1 << (XSW_WORD_BITS - 1 - bit)));
	u32 run = below + n + above;

	/*
	 * The run goes on beyond the word: it is known if the group knows of a longer one here and
	 * no memo is in use.
	 */
	if (below == bit || bit + n + above == XSW_WORD_BITS)
		return (u16)READ_ONCE(p->watch) == XSW_WATCH_LEAST &&
		       READ_ONCE(s->group->may[xsw_log2_floor(run) + 1]) & s->may_bit;
	return !(ours & ~free) && run < (u16)READ_ONCE(p->watch) &&
	       READ_ONCE(s->group->may[xsw_log2_floor(run)]) & s->may_bit;
}

/**
 * xsw_release_unlock() - release a run, and the RCU read lock
 * The rare cases are tail calls, so that the usual one saves no register.  Return: @slots.
 */
static __always_inline u32 xsw_release_unlock(struct xsw_pool *p, struct xsw_segment *s, u32 start,
					      u32 slots) __releases(RCU_SCHED)
{
	u32 bit = start % XSW_WORD_BITS;
	u64 ours;

	xsw_remember(p, s, start, slots);
	if (unlikely(bit + slots > XSW_WORD_BITS))
		return xsw_release_wide(p, s, start, slots);
	ours = xsw_run_mask(bit, slots);
	xsw_and64(&s->map[start / XSW_WORD_BITS], ~ours);
	if (xsw_is_scarce(p, s) &&
	    (slots == XSW_WORD_BITS || !xsw_is_run_known(p, s, start, slots, ours)))
		return xsw_release_scarce(p, s, start, slots);
	xsw_rcu_read_unlock();
	return slots;
}

/** xsw_release() - release a run; any context */
void xsw_release(struct xsw_pool *p, struct xsw_segment *s, u32 start, u32 slots);

/** xsw_close() - take all of @s for ever, if nothing of it is in use */
bool xsw_close(struct xsw_pool *p, struct xsw_segment *s);

#endif /* XSW_RUN_H */
