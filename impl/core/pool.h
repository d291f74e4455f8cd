/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pool: segments of many sizes and addresses, and the quick way to a free run in them.
 *
 * How a claim finds its run, quickest first:
 *  1. Hints.  Each CPU keeps, by size class, the places of the runs it released last, newest
 *     first.  A hint owns nothing: it is tried with the same compare and exchange as any
 *     place, and a stale one fails.  So free slots are never hoarded by a CPU, there is no
 *     cache to drain, and what is free is what the bitmaps say.
 *  2. Home.  The segment where this CPU last found a run by searching, from there on.
 *  3. Groups.  64 segments of one address width share a group; a bit for each class tells
 *     which may have a run that long.  These bits are hints too: a search that finds nothing
 *     clears one, a release that makes such a run sets it.
 *  4. Everything.  Before anybody hears 'full', all segments within reach are searched and the
 *     verdict is made safe against releases meanwhile (verdict.c).
 */
#ifndef XSW_POOL_H
#define XSW_POOL_H

#include "segment.h"

#define XSW_CLASSES    13 /* class c: runs of 2^c slots and more; the last one has none */
#define XSW_HINTS      16 /* places remembered a class and CPU */
#define XSW_GROUP      64 /* segments of a group */
#define XSW_PLACE_BITS 11 /* a place is id << XSW_PLACE_BITS | slot */

struct xsw_group {
	u64 may[XSW_CLASSES]; /* bit i: segment i may have a run of this class */
	u64 members;          /* changed under the engine's mutex */
	u32 id;               /* of its first segment / XSW_GROUP; 0 is none, as is place 0 */
	u8 zone;              /* all its segments' highest addresses have this many bits */
};

/* Replaced as a whole when a group is added; its entries change in place */
struct xsw_table {
	struct xsw_table *retired; /* the one before, until a grace period has passed */
	u32 groups;
	u32 ids;                   /* entries of 'seg' */
	struct xsw_group **group;  /* by falling zone: wide devices leave low memory alone */
	struct xsw_segment *seg[]; /* by id */
};

/* Per CPU; written by its CPU and, after a migration, by a neighbour: any value is valid */
struct xsw_hints {
	u32 depth[XSW_CLASSES];
	u32 place[XSW_CLASSES][XSW_HINTS];
	u32 home; /* place of the last run found by searching; 0: none yet */
	u64 used; /* slots claimed less slots released here: the sum over CPUs counts */
};

/* What the verdicts know, by address bits of the mask: verdict.c */
enum xsw_memo_kind { XSW_MEMO_ANY, XSW_MEMO_PAGE, XSW_MEMO_RARE, XSW_MEMO_KINDS };

struct xsw_pool {
	struct xsw_table *table;
	struct xsw_hints *hints; /* per CPU */
	u64 watch;               /* the shortest run a memo is about, and a version: verdict.c */
	bool exact_high_water;
	u32 largest;    /* slots of the largest segment */
	u64 top;        /* highest address of any segment; both under the engine's mutex */
	u64 armed;      /* bit b: a memo of reach b was ever in use */
	u64 sampled_at; /* stamp of the last sample */

	u64 used_exact __attribute__((aligned(64))); /* written only when exact_high_water */
	u64 high_water;
	u64 slots, segments; /* changed under the engine's mutex */
	u64 memo[64][XSW_MEMO_KINDS];
};

/* What a claim got: by value, so that it stays in registers */
struct xsw_run {
	struct xsw_segment *seg; /* NULL: nothing */
	u32 start;
	u32 fail; /* enum xsw_fail: why nothing */
};

#define XSW_WATCH_LEAST ((u64)0xffff) /* the shortest run; all ones: nobody watches */

static inline u32 xsw_place(const struct xsw_segment *s, u32 slot)
{
	return s->id << XSW_PLACE_BITS | slot;
}

/* The segment of a place, NULL if it is gone; under the RCU read lock */
static inline struct xsw_segment *xsw_at_place(const struct xsw_table *t, u32 place)
{
	u32 id = place >> XSW_PLACE_BITS;

	return likely(id < t->ids) ? xsw_rcu_dereference(t->seg[id]) : NULL;
}

int xsw_pool_init(struct xsw_pool *p);
void xsw_pool_exit(struct xsw_pool *p);

/* Membership changes under the engine's mutex; xsw_pool_settle() frees what was replaced. */
int xsw_pool_add(struct xsw_pool *p, struct xsw_segment *s);
void xsw_pool_remove(struct xsw_pool *p, struct xsw_segment *s);
void xsw_pool_settle(struct xsw_pool *p); /* after a grace period */

/**
 * xsw_claim() - claim a run as @w wants it; any context, under the RCU read lock
 * Return: the run, or why not: 'full' and 'fragmented' are told only if at some instant of
 * the call no fitting run was free.
 */
struct xsw_run xsw_claim(struct xsw_pool *p, const struct xsw_want *w);

/** xsw_release() - release a run; any context */
void xsw_release(struct xsw_pool *p, struct xsw_segment *s, u32 start, u32 slots);

/** xsw_search_all() - look through every segment within reach and claim what fits */
bool xsw_search_all(struct xsw_pool *p, const struct xsw_want *w, struct xsw_run *run);

/** xsw_close() - claim all of @s for ever, if nothing of it is in use */
bool xsw_close(struct xsw_pool *p, struct xsw_segment *s);

/* verdict.c */
#define XSW_MEMO_SURE (1ULL << 16)

/* Bits of a want's mask: which memos it has */
static __always_inline u32 xsw_reach_of(const struct xsw_want *w)
{
	return min(xsw_bit_length(w->mask), 63u);
}

/* Is it known that not one slot is free within reach? */
static __always_inline bool xsw_verdict_empty(const struct xsw_pool *p, const struct xsw_want *w)
{
	u64 memo = xsw_load_acquire(&p->memo[xsw_reach_of(w)][XSW_MEMO_ANY]);

	return (u32)memo == (XSW_MEMO_SURE | 1) && !(w->mask & (w->mask + 1)) &&
	       READ_ONCE(p->largest) >= w->slots;
}

bool xsw_verdict_known(struct xsw_pool *p, const struct xsw_want *w);
bool xsw_verdict(struct xsw_pool *p, const struct xsw_want *w, struct xsw_run *run);
void xsw_verdict_release(struct xsw_pool *p, struct xsw_segment *s, u32 start, u32 run);
enum xsw_fail xsw_why_not(struct xsw_pool *p, const struct xsw_want *w);

u64 xsw_pool_used(struct xsw_pool *p);
void xsw_pool_sample(struct xsw_pool *p);

#endif /* XSW_POOL_H */
