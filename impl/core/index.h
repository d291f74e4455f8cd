/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a bus address to its segment: an array by machine frame, read under RCU.
 *
 * How this works.  The array has an entry for each 2 MiB of machine memory between the pool's
 * lowest and highest address, and its bounds tell at once most addresses that are not ours; a
 * large segment takes two dependent loads.  Where smaller or unaligned segments lie the entry,
 * marked in bit 0, leads to a leaf with an entry for each page.  Our own index decides, never the
 * M2P: a foreign frame's M2P entry is another domain's PFN and may equal one of ours.
 *
 * Finding is done under the RCU read lock.  What it finds for an address that its caller has
 * mapped stays as long as the mapping.  A segment leaves the index, and a grace period passes,
 * before its frames go to Xen; an array that was outgrown is freed after a grace period, too.
 */
#ifndef XSW_INDEX_H
#define XSW_INDEX_H

#include "segment.h"

#define XSW_CHUNK_SHIFT (XSW_SEGMENT_ORDER + XSW_PAGE_SHIFT)
#define XSW_CHUNK_SIZE  (1UL << XSW_CHUNK_SHIFT)
#define XSW_LEAF_PAGES  (1u << XSW_SEGMENT_ORDER)

struct xsw_leaf {
	struct xsw_segment __rcu *page[XSW_LEAF_PAGES];
};

/* Replaced as a whole when its bounds grow; its entries change in place */
struct xsw_index {
	u64 base;                 /* chunk number of the first entry */
	u64 chunks;               /* 0: empty */
	struct xsw_index *before; /* the one it replaced, until xsw_index_settle() */
	void __rcu *entry[];      /* struct xsw_segment *, or struct xsw_leaf * with bit 0 set */
};

struct xsw_segment *xsw_index_leaf(void *entry, u64 bus);

/* The segment that @bus is in, or NULL */
static __always_inline struct xsw_segment *xsw_index_find(struct xsw_index __rcu *const *where,
							  u64 bus)
{
	const struct xsw_index *x = xsw_rcu_dereference(*where);
	u64 chunk = (bus >> XSW_CHUNK_SHIFT) - x->base;
	void *entry;

	if (likely(chunk >= x->chunks))
		return NULL;
	entry = xsw_rcu_dereference(x->entry[chunk]);
	if (unlikely((unsigned long)entry & 1))
		return xsw_index_leaf(entry, bus);
	return entry;
}

/* The same for a segment that has its chunks to itself; NULL also where only a leaf can tell */
static __always_inline struct xsw_segment *xsw_index_find_quick(
	struct xsw_index __rcu *const *where, u64 bus)
{
	const struct xsw_index *x = xsw_rcu_dereference(*where);
	u64 chunk = (bus >> XSW_CHUNK_SHIFT) - x->base;
	void *entry;

	if (unlikely(chunk >= x->chunks))
		return NULL;
	entry = xsw_rcu_dereference(x->entry[chunk]);
	return unlikely((unsigned long)entry & 1) ? NULL : entry;
}

/* All of these in process context, under the engine's mutex */
struct xsw_index *xsw_index_new(void);
void xsw_index_free(struct xsw_index *x);
int xsw_index_add(struct xsw_index __rcu **where, struct xsw_segment *s);
void xsw_index_remove(struct xsw_index __rcu **where, struct xsw_segment *s);
/* free the arrays that @x replaced: a grace period has passed */
void xsw_index_settle(struct xsw_index *x);

#endif /* XSW_INDEX_H */
