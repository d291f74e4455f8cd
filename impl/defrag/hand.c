// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks of 2 MiB in the run's hands.
 *
 * How this works.  A hand is cured in three steps, each for what the one before left scattered:
 *
 * 1. Xen gives an extent of 2 MiB for a block.
 * 2. The frames of what is held are dealt out anew, so that neighbours lie beneath neighbours: it
 *    costs nobody anything.
 * 3. Xen gives smaller extents, down to 32 KiB, which is what the kernel's network memory comes in.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "../compat/pages.h"
#include "../xen/alias.h"
#include "../xen/blocks.h"
#include "contiguity.h"
#include "extents.h"
#include "hand.h"
#include "neighbours.h"

#define PARTS (1UL << (XSW_BLOCK_ORDER - XSW_LEAST_ORDER)) /* most pieces of a block */

int xsw_hand_begin(struct xsw_hand *h, size_t most)
{
	size_t pages = most << XSW_BLOCK_ORDER;

	*h = (struct xsw_hand){ .most = most };
	h->block = kvmalloc_array(most, sizeof(*h->block), XSW_GFP_ARRAY);
	h->part = kvmalloc_array(most * PARTS, sizeof(*h->part), XSW_GFP_ARRAY);
	h->sorted = kvmalloc_array(pages, sizeof(u64), XSW_GFP_ARRAY);
	h->deal = kvzalloc(sizeof(*h->deal), XSW_GFP_ARRAY);
	if (h->deal) {
		h->deal->page = kvmalloc_array(pages, sizeof(u64), XSW_GFP_ARRAY);
		h->deal->frame = kvmalloc_array(pages, sizeof(u64), XSW_GFP_ARRAY);
	}
	if (h->block && h->part && h->sorted && h->deal && h->deal->page && h->deal->frame)
		return 0;
	xsw_hand_end(h);
	return -ENOMEM;
}

void xsw_hand_end(struct xsw_hand *h)
{
	if (h->deal) {
		kvfree(h->deal->page);
		kvfree(h->deal->frame);
	}
	kvfree(h->deal);
	kvfree(h->sorted);
	kvfree(h->part);
	kvfree(h->block);
}

static struct xsw_block block_at(u64 pfn, u8 order)
{
	return (struct xsw_block){
		.va = page_address(pfn_to_page(pfn)),
		.pfn = pfn,
		.order = order,
		.origin = XSW_ORIGIN_NONE,
	};
}

bool xsw_take_block(struct xsw_block *b, u64 pfn)
{
	/* It may have gone, or become another domain's, since it was looked at. */
	if (!xsw_is_linux_memory(pfn, XSW_BLOCK_PAGES) || !xsw_are_ours(pfn, XSW_BLOCK_PAGES) ||
	    xsw_any_aliased(pfn, XSW_BLOCK_PAGES) ||
	    xsw_alloc_contig_range(pfn, pfn + XSW_BLOCK_PAGES, XSW_GFP_RANGE))
		return false;
	*b = block_at(pfn, XSW_BLOCK_ORDER);
	/* And again while it was emptied. */
	if (xsw_are_ours(pfn, XSW_BLOCK_PAGES))
		return true;
	xsw_hv_free(b);
	return false;
}

bool xsw_hand_take(struct xsw_hand *h, u64 pfn)
{
	if (!xsw_take_block(&h->block[h->n], pfn))
		return false;
	h->n++;
	return true;
}

void xsw_hand_give_back(struct xsw_hand *h)
{
	while (h->n) {
		struct xsw_block *b = &h->block[--h->n];

		b->origin = XSW_ORIGIN_NONE; /* the engine's search of blocks is another module's */
		xsw_hv_free(b);
	}
}

static bool is_cured(const struct xsw_defrag *d, u64 pfn, u8 order)
{
	return xsw_is_contiguous(pfn, 1ULL << order, d->limits.width);
}

/* What is still scattered, as blocks of @order */
static size_t scattered_parts(const struct xsw_defrag *d, struct xsw_hand *h, u8 order)
{
	size_t n = 0, i;
	u64 pfn;

	for (i = 0; i < h->n; i++)
		for (pfn = h->block[i].pfn; pfn < h->block[i].pfn + XSW_BLOCK_PAGES;
		     pfn += 1ULL << order)
			if (!is_cured(d, pfn, order))
				h->part[n++] = block_at(pfn, order);
	return n;
}

static void deal(struct xsw_defrag *d, struct xsw_hand *h, size_t n)
{
	u64 *page = h->deal->page;
	size_t i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k < XSW_BLOCK_PAGES; k++)
			*page++ = h->part[i].pfn + k;
	h->deal->n = n << XSW_BLOCK_ORDER;
	xsw_dealt(d, h->deal, xsw_neighbours(h->deal, h->sorted));
}

void xsw_hand_deal(struct xsw_defrag *d, struct xsw_hand *h)
{
	size_t n = scattered_parts(d, h, XSW_BLOCK_ORDER);

	/* Frames of any address are in the hand: no cure for pages that want low ones. */
	if (n && !d->limits.width)
		deal(d, h, n);
}

void xsw_hand_cure(struct xsw_defrag *d, struct xsw_hand *h)
{
	size_t n = scattered_parts(d, h, XSW_BLOCK_ORDER), i;
	u8 order;

	n = xsw_extents(d, h->part, n);
	xsw_hand_deal(d, h);
	for (order = XSW_BLOCK_ORDER - 1; n && order >= XSW_LEAST_ORDER; order--) {
		n = scattered_parts(d, h, order);
		n = xsw_extents(d, h->part, n);
	}
	for (i = 0; i < h->n; i++)
		d->progress.cured += is_cured(d, h->block[i].pfn, XSW_BLOCK_ORDER);
}
