// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes naturally aligned blocks of pages from Linux, low and contiguous ones first.
 *
 * How this works.  A domain often owns machine frames that are low and neighbours already;
 * Xen may have none.  So before a block is taken from anywhere, the P2M is searched for an
 * aligned run of PFNs over such frames, and just that run is asked for (its movable pages
 * move elsewhere).  The search goes on where the last one of its order ended and gives up
 * after a few busy runs, so that all of a pool's blocks together cost one pass over the
 * table.  A low block that comes back starts the search anew.
 */
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mutex.h>

#include "../compat/pages.h"
#include "../core/hypervisor.h"
#include "blocks.h"

#define BUSY_TRIES   8         /* runs that may turn out busy in one call */
#define SCAN_AT_MOST (1 << 16) /* runs looked at in one call */

static DEFINE_MUTEX(search_lock);
static u64 searched_to[XSW_MAX_PAGE_ORDER + 1]
		      [2]; /* PFN where a search goes on, by order and alignment */

static bool is_contiguous(u64 pfn, u8 order, u8 bits, bool aligned)
{
	u64 pages = 1UL << order, mfn = xsw_pfn_to_mfn(pfn), i;

	if (mfn == XSW_NO_FRAME || (mfn + pages - 1) >> (bits - PAGE_SHIFT))
		return false;
	if (aligned && (mfn & (pages - 1)))
		return false;
	for (i = 0; i < pages; i++)
		if (!xsw_pfn_is_ours(pfn + i) || xsw_pfn_to_mfn(pfn + i) != mfn + i)
			return false;
	return true;
}

bool xsw_is_linux_memory(u64 pfn, u64 pages)
{
	struct page *first = pfn_to_online_page(pfn);
	struct page *last = pfn_to_online_page(pfn + pages - 1);

	return first && last && page_zone(first) == page_zone(last);
}

/* Return: the first PFN of a low, contiguous run that is now ours, or 0. */
static u64 take_low_run(u8 order, u8 bits, bool aligned)
{
	u64 pages = 1UL << order, pfn, looked = 0;
	int busy = 0;

	mutex_lock(&search_lock);
	for (pfn = ALIGN(searched_to[order][aligned], pages); pfn + pages <= xen_p2m_size;
	     pfn += pages) {
		if (!pfn || !xsw_is_linux_memory(pfn, pages) ||
		    !is_contiguous(pfn, order, bits, aligned)) {
			if (++looked == SCAN_AT_MOST)
				break;
			if (!(looked & 1023))
				cond_resched();
			continue;
		}
		if (!xsw_alloc_contig_range(pfn, pfn + pages, XSW_GFP_RANGE)) {
			searched_to[order][aligned] = pfn + pages;
			mutex_unlock(&search_lock);
			return pfn;
		}
		if (++busy == BUSY_TRIES)
			break;
	}
	searched_to[order][aligned] = pfn;
	mutex_unlock(&search_lock);
	return 0;
}

int xsw_hv_alloc(struct xsw_block *b, u8 order, u8 bits, bool aligned)
{
	u64 pfn;

	if (order > XSW_MAX_PAGE_ORDER)
		return -ENOMEM;
	pfn = take_low_run(order, bits, aligned);
	if (!pfn) {
		struct page *page = alloc_pages(XSW_GFP_PAGES, order);

		if (!page)
			return -ENOMEM;
		split_page(page, order); /* as alloc_contig_range() gives them: one by one */
		pfn = page_to_pfn(page);
	}
	*b = (struct xsw_block){
		.va = page_address(pfn_to_page(pfn)),
		.pfn = pfn,
		.order = order,
		.origin = is_contiguous(pfn, order, bits, aligned) ? XSW_ORIGIN_FOUND
								   : XSW_ORIGIN_NONE,
	};
	return 0;
}

void xsw_hv_free(struct xsw_block *b)
{
	u64 i;

	for (i = 0; i < 1UL << b->order; i++)
		__free_page(pfn_to_page(b->pfn + i));
	if (b->origin != XSW_ORIGIN_NONE) {
		mutex_lock(&search_lock);
		memset(searched_to, 0, sizeof(searched_to));
		mutex_unlock(&search_lock);
	}
	*b = (struct xsw_block){ 0 };
}

u64 xsw_hv_available(void)
{
	long pages = si_mem_available();

	return pages > 0 ? (u64)pages << PAGE_SHIFT : 0;
}
