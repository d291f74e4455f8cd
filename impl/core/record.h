/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The record of a mapping or of a coherent block, in its first slot: who owns it, what it is.
 *
 * How a mapping ends.  A record's mark says whose mapping it is and how many slots it has.  Three
 * things can happen to a live mapping, and each is one compare and exchange of the mark:
 *   - its device unmaps it: the mark becomes 0;
 *   - its driver has gone: the mark is quarantined.  A later unmap still makes it 0;
 *   - its device has gone for good: the quarantine has no end.
 * So of an unmap and a quarantine at the same time exactly one wins.  Who made the mark 0 owns the
 * slots, until it clears their bits in the segment's bitmap.
 */
#ifndef XSW_RECORD_H
#define XSW_RECORD_H

#include "platform.h"

#define XSW_QUARANTINED 0x8000u /* in 'slots': its driver left it behind */
#define XSW_FOR_GOOD    0x4000u /* in 'slots', beside it: no unmap can end it any more */
#define XSW_RUN_SLOTS   0x3fffu

/* Compared and exchanged as one word; 0: no mapping begins at this slot */
union xsw_mark {
	struct {
		u16 slots;  /* of the run, and the flags above */
		u16 offset; /* bytes of the first slot before the mapping */
		u32 owner;  /* xsw_dev.id */
	};
	u64 word;
};

struct xsw_slot {
	u64 mark; /* union xsw_mark; the other members are valid while it is not 0 */
	u64 orig; /* physical address of the caller's buffer */
	u64 stamp;
	u32 size;
	u8 dir;
	u8 why; /* enum xsw_bounce */
};

static __always_inline union xsw_mark xsw_mark_of(const struct xsw_slot *slot)
{
	return (union xsw_mark){ .word = xsw_load_acquire(&slot->mark) };
}

/* The slots of the mapping that begins here, live or not; 0: none */
static inline u32 xsw_run_slots(union xsw_mark m)
{
	return m.slots & XSW_RUN_SLOTS;
}

/* Is it a mapping of a bound device: neither absent nor quarantined? */
static __always_inline bool xsw_is_live(union xsw_mark m)
{
	return (u16)(m.slots - 1) < XSW_FOR_GOOD - 1;
}

/* Is it a mapping that was left behind and may still come back? */
static inline bool xsw_is_left(union xsw_mark m)
{
	return (m.slots & (XSW_QUARANTINED | XSW_FOR_GOOD)) == XSW_QUARANTINED;
}

/* The owner's part of a mark */
static inline u64 xsw_mark_owner(u32 id)
{
	return (union xsw_mark){ .owner = id }.word;
}

/* The mark of a live mapping; @owner as of xsw_mark_owner() */
static __always_inline union xsw_mark xsw_mark(u64 owner, u64 offset, u64 slots)
{
	return (union xsw_mark){ .word = owner | offset << 16 | slots };
}

/*
 * Is @m the mark of a live mapping of @owner that begins @offset bytes into its first slot?
 * One compare for all: what is left of the word is its slots, without a flag.
 */
static __always_inline bool xsw_is_its(union xsw_mark m, u64 owner, u32 offset, u32 *slots)
{
	u64 left = m.word - xsw_mark(owner, offset, 0).word;

	*slots = (u32)left;
	return left - 1 < XSW_FOR_GOOD - 1;
}

/* Replace the mark @seen by @next.  Return: was it still @seen? */
static __always_inline bool xsw_mark_replace(struct xsw_slot *slot, union xsw_mark seen,
					     union xsw_mark next)
{
	return xsw_try_cmpxchg64(&slot->mark, &seen.word, next.word);
}

static __always_inline bool xsw_mark_end(struct xsw_slot *slot, union xsw_mark seen)
{
	return xsw_mark_replace(slot, seen, (union xsw_mark){ .word = 0 });
}

/* Write a mapping down: the mark last, which makes it seen */
static __always_inline void xsw_record(struct xsw_slot *slot, union xsw_mark mark, u64 orig,
				       u32 size, u8 dir, u8 why)
{
	WRITE_ONCE(slot->orig, orig);
	WRITE_ONCE(slot->stamp, xsw_stamp());
	WRITE_ONCE(slot->size, size);
	WRITE_ONCE(slot->dir, dir);
	WRITE_ONCE(slot->why, why);
	xsw_store_release(&slot->mark, mark.word);
}

#endif /* XSW_RECORD_H */
