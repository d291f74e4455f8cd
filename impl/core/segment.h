/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A segment: one machine-contiguous extent cut into slots, and the bitmap that owns them.
 *
 * How ownership works.  A set bit is a slot in use; whoever set it (by compare and exchange)
 * owns the slot and its record until it clears the bit.  There is no other owner: no cache, no
 * free list.  A run inside one word takes one atomic to claim and one to release.  A wider run
 * takes its words one after the other and gives them back if it loses one.  Words that the
 * run fills are released by a plain store: nobody else changes a word that has no clear bit.
 *
 * Bits past the last slot are set for ever.  A segment is closed by claiming all of it.
 */
#ifndef XSW_SEGMENT_H
#define XSW_SEGMENT_H

#include "bits.h"
#include "engine.h"
#include "hypervisor.h"
#include "record.h"

#define XSW_MAX_ORDER 10 /* of one segment: 4 MiB, 2048 slots */
#define XSW_MAX_SLOTS (1u << (XSW_MAX_ORDER + XSW_PAGE_SHIFT - XSW_SLOT_SHIFT))
#define XSW_NOWHERE   (~0u)

/* What a segment is for; each kind has a pool of its own */
enum xsw_kind {
	XSW_KIND_STREAMING, /* bounced mappings */
	XSW_KIND_LARGE,     /* bounced mappings that found no run in the former: promise.c */
	XSW_KIND_COHERENT,
	XSW_KIND_ATOMIC, /* coherent memory for callers that may not sleep */
	XSW_NR_KIND,
};

struct xsw_segment {
	/* one cache line, read by every claim and release, never written while it can be found */
	u64 bus;
	u64 top; /* its highest bus address */
	u8 *va;
	struct xsw_slot *slot;
	u64 *may_whole; /* its group's word for runs as long as the segment */
	u64 may_bit;    /* its bit in the group's words */
	u32 slots;
	u32 id;    /* in its pool's table */
	u32 first; /* number of its first slot on the bus, low 32 bits: decides alignment */
	u16 words;
	u8 zone; /* bits of 'top' */
	u8 kind; /* enum xsw_kind, that of its pool */

	struct xsw_block block __attribute__((aligned(64)));
	struct xsw_pool *pool;
	struct xsw_group *group;
	struct xsw_segment *next; /* in whatever list it is on */
	u64 quarantined;          /* slots; changed by atomics */

	u64 map[] __attribute__((aligned(64)));
};

/* What a claim asks for */
struct xsw_want {
	u64 mask;
	u32 slots;
	u32 stride; /* power of two: the first slot's bus slot number is phase modulo stride */
	u32 phase;
	u32 block; /* power of two: slots between two boundaries that may not be crossed; 0: none */
};

/* Does a run that begins at slot @i of @s lie as @w wants it? */
static inline bool xsw_fits_at(const struct xsw_segment *s, const struct xsw_want *w, u32 i)
{
	u32 at = s->first + i;

	if ((at ^ w->phase) & (w->stride - 1))
		return false;
	return likely(!w->block) || (at & (w->block - 1)) + w->slots <= w->block;
}

static inline u64 xsw_slot_bus(const struct xsw_segment *s, u32 i)
{
	return s->bus + ((u64)i << XSW_SLOT_SHIFT);
}

static inline u32 xsw_slot_of(const struct xsw_segment *s, u64 bus)
{
	return (u32)((bus - s->bus) >> XSW_SLOT_SHIFT);
}

/* Is a claimed word's worth of bits ours now?  One compare and exchange unless others interfere. */
static inline bool xsw_take_bits(u64 *word, u64 bits)
{
	u64 old = READ_ONCE(*word);

	while (likely(!(old & bits)))
		if (likely(xsw_try_cmpxchg64(word, &old, old | bits)))
			return true;
	return false;
}

/**
 * xsw_take() - claim the @n slots from @i up
 * Return: how many were claimed: @n, or fewer, which the caller must give back.
 */
static inline u32 xsw_take(struct xsw_segment *s, u32 i, u32 n)
{
	u64 *word = &s->map[i / XSW_WORD_BITS];
	u32 bit = i % XSW_WORD_BITS, done = 0;

	if (bit) {
		done = min(n, XSW_WORD_BITS - bit);
		if (!xsw_take_bits(word++, xsw_run_mask(bit, done)))
			return 0;
	}
	for (; n - done >= XSW_WORD_BITS; done += XSW_WORD_BITS)
		if (xsw_cmpxchg64(word++, 0, XSW_ALL_BUSY))
			return done;
	if (done < n && !xsw_take_bits(word, xsw_run_mask(0, n - done)))
		return done;
	return n;
}

/**
 * xsw_segment_new() - describe block @b, whose first machine frame is @mfn [process]
 * Return: the segment, all of it free, or NULL; it owns the block.
 */
struct xsw_segment *xsw_segment_new(const struct xsw_block *b, u64 mfn);

/**
 * xsw_give() - release the @n slots from @i up; a full barrier
 * The last word comes last, by an atomic: the barrier.
 */
static inline void xsw_give(struct xsw_segment *s, u32 i, u32 n)
{
	u64 *word = &s->map[i / XSW_WORD_BITS];
	u32 bit = i % XSW_WORD_BITS, left;

	if (bit + n <= XSW_WORD_BITS) {
		xsw_and64(word, ~xsw_run_mask(bit, n));
		return;
	}
	left = n - (XSW_WORD_BITS - bit);
	if (bit)
		xsw_and64(word, ~xsw_run_mask(bit, XSW_WORD_BITS - bit));
	else
		xsw_store_release(word, 0);
	word++;
	for (; left > XSW_WORD_BITS; left -= XSW_WORD_BITS)
		xsw_store_release(word++, 0);
	xsw_and64(word, ~xsw_run_mask(0, left));
}

/**
 * xsw_find() - the first free run that fits, searching from word @from on and round
 * Return: its first slot, or XSW_NOWHERE.
 */
u32 xsw_find(const struct xsw_segment *s, const struct xsw_want *w, u32 from);

/**
 * xsw_free_run() - the free run that holds slot @i
 * Return: its length, its first slot in *@start; 0 if the slot is not free.
 */
u32 xsw_free_run(const struct xsw_segment *s, u32 i, u32 *start);

u32 xsw_free_slots(const struct xsw_segment *s);
u32 xsw_largest_free(const struct xsw_segment *s);

/**
 * xsw_head_of() - the first slot of the live mapping that slot @i is in
 * Return: its number, or XSW_NOWHERE.
 */
u32 xsw_head_of(const struct xsw_segment *s, u32 i);

#endif /* XSW_SEGMENT_H */
