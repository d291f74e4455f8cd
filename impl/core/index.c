// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeping the index from bus addresses to segments: what changes it.
 */
#include "index.h"

static struct xsw_leaf *leaf_of(const void *entry)
{
	return (struct xsw_leaf *)((unsigned long)entry & ~1UL);
}

static bool is_leaf(const void *entry)
{
	return (unsigned long)entry & 1;
}

struct xsw_segment *xsw_index_leaf(void *entry, u64 bus)
{
	u64 page = bus >> XSW_PAGE_SHIFT & (XSW_LEAF_PAGES - 1);

	return xsw_rcu_dereference(leaf_of(entry)->page[page]);
}

static struct xsw_index *index_alloc(u64 base, u64 chunks)
{
	struct xsw_index *x = xsw_zalloc(sizeof(*x) + chunks * sizeof(x->entry[0]));

	if (x) {
		x->base = base;
		x->chunks = chunks;
	}
	return x;
}

struct xsw_index *xsw_index_new(void)
{
	return index_alloc(0, 0);
}

void xsw_index_settle(struct xsw_index *x)
{
	struct xsw_index *old;

	while ((old = x->before)) {
		x->before = old->before;
		xsw_free(old);
	}
}

void xsw_index_free(struct xsw_index *x)
{
	u64 i;

	if (!x)
		return;
	xsw_index_settle(x);
	for (i = 0; i < x->chunks; i++) {
		void *entry = xsw_rcu_protected(x->entry[i]);

		if (is_leaf(entry))
			xsw_free(leaf_of(entry));
	}
	xsw_free(x);
}

/* Make the array span chunks @first to @last too */
static int index_span(struct xsw_index __rcu **where, u64 first, u64 last)
{
	struct xsw_index *old = xsw_rcu_protected(*where), *x;
	u64 base = first, end = last + 1, i;

	if (old->chunks) {
		base = min(base, old->base);
		end = max(end, old->base + old->chunks);
		if (base == old->base && end == old->base + old->chunks)
			return 0;
	}
	x = index_alloc(base, end - base);
	if (!x)
		return -ENOMEM;
	for (i = 0; i < old->chunks; i++)
		xsw_rcu_assign(x->entry[old->base - base + i], xsw_rcu_protected(old->entry[i]));
	x->before = old;
	xsw_rcu_assign(*where, x);
	return 0;
}

/* The pages of @s that lie in @chunk, where other segments lie too */
static int index_put_leaf(struct xsw_index *x, u64 chunk, struct xsw_segment *s)
{
	u64 page = max(s->bus >> XSW_PAGE_SHIFT, chunk << XSW_SEGMENT_ORDER);
	u64 end = min((s->top >> XSW_PAGE_SHIFT) + 1, (chunk + 1) << XSW_SEGMENT_ORDER);
	void __rcu **entry = &x->entry[chunk - x->base];
	struct xsw_leaf *leaf = leaf_of(xsw_rcu_protected(*entry));

	if (!leaf) {
		leaf = xsw_zalloc(sizeof(*leaf));
		if (!leaf)
			return -ENOMEM;
		xsw_rcu_assign(*entry, (void *)((unsigned long)leaf | 1));
	}
	for (; page < end; page++)
		xsw_rcu_assign(leaf->page[page % XSW_LEAF_PAGES], s);
	return 0;
}

int xsw_index_add(struct xsw_index __rcu **where, struct xsw_segment *s)
{
	u64 first = s->bus >> XSW_CHUNK_SHIFT, last = s->top >> XSW_CHUNK_SHIFT, i;
	bool whole = !(s->bus & (XSW_CHUNK_SIZE - 1)) && !((s->top + 1) & (XSW_CHUNK_SIZE - 1));
	int rc = index_span(where, first, last);

	for (i = first; !rc && i <= last; i++) {
		struct xsw_index *x = xsw_rcu_protected(*where);
		void __rcu **entry = &x->entry[i - x->base];

		/* A leaf left by segments that are gone stays: only xsw_index_free() frees it */
		if (whole && !is_leaf(xsw_rcu_protected(*entry)))
			xsw_rcu_assign(*entry, (void *)s);
		else
			rc = index_put_leaf(x, i, s);
	}
	if (rc)
		xsw_index_remove(where, s);
	return rc;
}

void xsw_index_remove(struct xsw_index __rcu **where, struct xsw_segment *s)
{
	struct xsw_index *x = xsw_rcu_protected(*where);
	u64 page;

	for (page = s->bus >> XSW_PAGE_SHIFT; page <= s->top >> XSW_PAGE_SHIFT; page++) {
		u64 chunk = (page >> XSW_SEGMENT_ORDER) - x->base;
		void *entry;

		if (chunk >= x->chunks)
			continue;
		entry = xsw_rcu_protected(x->entry[chunk]);
		if (!is_leaf(entry))
			xsw_rcu_assign(x->entry[chunk], NULL);
		else if (xsw_rcu_protected(leaf_of(entry)->page[page % XSW_LEAF_PAGES]) == s)
			xsw_rcu_assign(leaf_of(entry)->page[page % XSW_LEAF_PAGES], NULL);
	}
}
