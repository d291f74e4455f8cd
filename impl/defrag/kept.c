// SPDX-License-Identifier: GPL-2.0-only
/*
 * What Xen is to keep, held by the run.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "../xen/blocks.h"
#include "contiguity.h"
#include "hand.h"
#include "kept.h"

#define ANY_WIDTH     64
#define TRIES_TOO     16 /* blocks that may turn out busy, besides as many as are wanted */
#define DEALT_AT_ONCE 16

/* Beside them there must be room for the run's hand. */
static bool may_hold_more(const struct xsw_defrag *d)
{
	return xsw_may_hold(d, d->limits.held_bytes + (PAGE_SIZE << XSW_BLOCK_ORDER));
}

enum taking { TAKEN, TAKEN_PRESSED, TAKEN_STOPPED };

/* Empties as many blocks as are wanted, or can be had without much ado. */
static enum taking take(struct xsw_defrag *d, struct xsw_kept *k)
{
	u64 wanted = d->limits.xen_floor_blocks, end = xsw_end_of_memory(), tries = 0, pfn;

	for (pfn = 0; pfn < end && k->n < wanted && tries < 2 * wanted + TRIES_TOO;
	     pfn += XSW_BLOCK_PAGES) {
		cond_resched();
		if (!xsw_are_ours(pfn, XSW_BLOCK_PAGES) ||
		    xsw_is_contiguous(pfn, XSW_BLOCK_PAGES, 0))
			continue;
		if (!may_hold_more(d))
			return TAKEN_PRESSED;
		tries++;
		if (xsw_take_block(&k->block[k->n], pfn))
			k->n++;
		if (xsw_is_awaited() && !xsw_go_on(d, 0))
			return TAKEN_STOPPED;
	}
	return TAKEN;
}

/* Return: false if it is not known what Xen has. */
static bool exchange(struct xsw_defrag *d, struct xsw_kept *k)
{
	enum xsw_exchange_result result = XSW_EXCHANGE_OK;
	size_t done = 1;

	while (done && k->exchanged < k->n) {
		result = xsw_hv_make_contiguous(k->block + k->exchanged, k->n - k->exchanged,
						ANY_WIDTH, &done);
		k->exchanged += done;
	}
	if (result == XSW_EXCHANGE_NO_MEMORY)
		d->most_order = XSW_BLOCK_ORDER - 1;
	if (result == XSW_EXCHANGE_ORDER)
		d->forbidden = XSW_BLOCK_ORDER;
	return result == XSW_EXCHANGE_OK || result == XSW_EXCHANGE_NO_MEMORY;
}

/* Blocks with frames from anywhere: neighbours are dealt out among them, as far as there are any.
 */
static void give_back(struct xsw_defrag *d, struct xsw_kept *k, size_t first)
{
	struct xsw_hand h;

	if (k->n > first && !xsw_hand_begin(&h, DEALT_AT_ONCE)) {
		while (k->n > first) {
			while (k->n > first && h.n < h.most)
				h.block[h.n++] = k->block[--k->n];
			xsw_hand_deal(d, &h);
			xsw_hand_give_back(&h);
			cond_resched();
		}
		xsw_hand_end(&h);
	}
	while (k->n > first) {
		k->block[--k->n].origin = XSW_ORIGIN_NONE;
		xsw_hv_free(&k->block[k->n]);
	}
}

bool xsw_kept_take(struct xsw_defrag *d, struct xsw_kept *k)
{
	enum taking taking = TAKEN_PRESSED;

	k->block = kvmalloc_array(d->limits.xen_floor_blocks, sizeof(*k->block), XSW_GFP_ARRAY);
	if (k->block)
		taking = take(d, k);
	if (taking == TAKEN && exchange(d, k)) {
		give_back(d, k, k->exchanged);
		d->progress.kept = k->n;
		return true;
	}
	xsw_kept_return(d, k);
	d->most_order = 0;
	return taking != TAKEN_STOPPED;
}

void xsw_kept_return(struct xsw_defrag *d, struct xsw_kept *k)
{
	size_t done;

	/* What Xen refuses to take back stays ours, and is contiguous. */
	xsw_hv_undo(k->block, k->exchanged, &done);
	give_back(d, k, 0);
	kvfree(k->block);
	*k = (struct xsw_kept){ 0 };
}
