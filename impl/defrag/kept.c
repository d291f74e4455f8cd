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

#define ANY_WIDTH 64

static bool is_wanted(const struct xsw_defrag *d, u64 pfn)
{
	return xsw_is_linux_memory(pfn, XSW_BLOCK_PAGES) && xsw_are_ours(pfn, XSW_BLOCK_PAGES) &&
	       !xsw_is_contiguous(pfn, XSW_BLOCK_PAGES, 0) &&
	       xsw_may_hold(d, PAGE_SIZE << XSW_BLOCK_ORDER);
}

void xsw_kept_take(struct xsw_defrag *d, struct xsw_kept *k)
{
	u64 wanted = d->limits.xen_floor_blocks, end = xsw_end_of_memory(), pfn;
	size_t done = 0;

	k->block = kvmalloc_array(wanted, sizeof(*k->block), XSW_GFP_ARRAY);
	for (pfn = 0; k->block && pfn < end && k->n < wanted; pfn += XSW_BLOCK_PAGES) {
		if (is_wanted(d, pfn) && xsw_take_block(&k->block[k->n], pfn))
			k->n++;
		cond_resched();
	}
	if (k->n == wanted)
		xsw_hv_make_contiguous(k->block, k->n, ANY_WIDTH, &done);
	if (done == wanted)
		return;
	xsw_kept_return(k);
	d->limits.ask_xen = false;
}

void xsw_kept_return(struct xsw_kept *k)
{
	size_t done, taken = 0;

	while (taken < k->n && k->block[taken].origin == XSW_ORIGIN_EXCHANGED)
		taken++;
	/* What Xen refuses to take back stays ours, and is contiguous. */
	xsw_hv_undo(k->block, taken, &done);
	while (k->n) {
		k->block[--k->n].origin = XSW_ORIGIN_NONE;
		xsw_hv_free(&k->block[k->n]);
	}
	kvfree(k->block);
	k->block = NULL;
}
