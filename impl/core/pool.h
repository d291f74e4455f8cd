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
 *  4. Everything.  Before a claim is told 'full', all segments within reach are searched, and
 *     releases meanwhile are taken into account (memo.h).
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
	u32 ids;                         /* entries of 'seg' */
	struct xsw_group **group;        /* by falling zone: wide devices leave low memory alone */
	struct xsw_segment __rcu *seg[]; /* by id */
};

/* Per CPU; written by its CPU and, after a migration, by a neighbour: any value is valid */
struct xsw_hints {
	u32 depth[XSW_CLASSES];
	u32 place[XSW_CLASSES][XSW_HINTS];
	u32 home; /* place of the last run found by searching; 0: none yet */
	u64 used; /* slots claimed less slots released here: the sum over CPUs counts */
};

/* What is known of failures, by address bits of the mask: memo.h */
enum xsw_memo_kind { XSW_MEMO_ANY, XSW_MEMO_PAGE, XSW_MEMO_RARE, XSW_MEMO_KINDS };

struct xsw_pool {
	struct xsw_table __rcu *table; /* changed under the engine's mutex */
	struct xsw_hints __percpu *hints;
	u8 kind;               /* enum xsw_kind */
	u64 watch;             /* the shortest run a memo is about, and a version: memo.h */
	bool exact_high_water; /* changed under the engine's mutex; a claim reads it as it happens
				  to be */
	u32 largest;           /* slots of the largest segment */
	u64 top;               /* highest address of any segment; both under the engine's mutex */
	u64 armed;             /* bit b: a memo of reach b was ever in use */
	u64 sampled_at;        /* stamp of the last sample */

	u64 used_exact __attribute__((aligned(64))); /* written only when exact_high_water */
	u64 used_on_cpus; /* then: what was counted elsewhere, constant */
	u64 high_water;
	u64 mark_began;      /* when, in ns */
	u64 slots, segments; /* changed under the engine's mutex */
	u64 memo[64][XSW_MEMO_KINDS];
};

/* What a claim got: by value, so that it stays in registers */
struct xsw_run {
	struct xsw_segment *seg; /* NULL: nothing */
	u32 start;
	u32 fail; /* enum xsw_fail: why nothing */
};

/* The table and its segments for who holds the engine's mutex */
static inline struct xsw_table *xsw_table_of(const struct xsw_pool *p)
{
	return xsw_rcu_protected(p->table);
}

static inline struct xsw_segment *xsw_segment_at(const struct xsw_table *t, u32 id)
{
	return xsw_rcu_protected(t->seg[id]);
}

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

int xsw_pool_init(struct xsw_pool *p, enum xsw_kind kind);
void xsw_pool_exit(struct xsw_pool *p);

/*
 * Membership changes under the engine's mutex; xsw_pool_settle() frees what was replaced.  A
 * segment that was added is free memory: xsw_memo_release() tells those who wait.
 */
int xsw_pool_add(struct xsw_pool *p, struct xsw_segment *s);
void xsw_pool_remove(struct xsw_pool *p, struct xsw_segment *s);
void xsw_pool_settle(struct xsw_pool *p); /* after a grace period */

u64 xsw_pool_used(struct xsw_pool *p);
u64 xsw_pool_used_on_cpus(struct xsw_pool *p); /* the part of it that the CPUs have counted */

/** xsw_pool_largest_free() - slots that no free run exceeds: a few loads a group; any context */
u32 xsw_pool_largest_free(struct xsw_pool *p);

/** xsw_pool_has() - is a segment of @slots or more within @mask, other than @but? */
bool xsw_pool_has(struct xsw_pool *p, u64 mask, u32 slots, const struct xsw_segment *but);

#endif /* XSW_POOL_H */
