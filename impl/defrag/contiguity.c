// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much of the domain's memory is contiguous in the machine: reads the P2M alone.
 */
#include <linux/mm.h>

#include "../xen/blocks.h"
#include "contiguity.h"

#define LOW_FRAMES (1ULL << (32 - PAGE_SHIFT))

bool xsw_are_ours(u64 pfn, u64 pages)
{
	u64 i;

	for (i = 0; i < pages; i++)
		if (!xsw_pfn_is_ours(pfn + i))
			return false;
	return true;
}

bool xsw_is_contiguous(u64 pfn, u64 pages, u8 width)
{
	u64 first = xsw_pfn_to_mfn(pfn), i;

	if (!xsw_are_ours(pfn, pages))
		return false;
	for (i = 1; i < pages; i++)
		if (xsw_pfn_to_mfn(pfn + i) != first + i)
			return false;
	return !width || !((first + pages - 1) >> (width - PAGE_SHIFT));
}

/* Pages from @pfn on, up to @most, whose frames are ours and neighbours; 0: the first is not ours
 */
static u64 run_at(u64 pfn, u64 most)
{
	u64 first = xsw_pfn_to_mfn(pfn), n;

	for (n = 0; n < most; n++)
		if (!xsw_pfn_is_ours(pfn + n) || xsw_pfn_to_mfn(pfn + n) != first + n)
			break;
	return n;
}

/* The largest naturally aligned block at @offset that ends before @end */
static u8 largest_order(u64 offset, u64 end)
{
	u8 order = 0;

	while (order < XSW_BLOCK_ORDER && !(offset & ((2ULL << order) - 1)) &&
	       offset + (2ULL << order) <= end)
		order++;
	return order;
}

void xsw_contiguity_add(struct xsw_contiguity *c, u64 pfn)
{
	u64 at = 0;

	while (at < XSW_BLOCK_PAGES) {
		u64 end = at + run_at(pfn + at, XSW_BLOCK_PAGES - at);

		if (end == at) {
			at++;
			continue;
		}
		while (at < end) {
			u8 order = largest_order(at, end);

			c->pages += 1ULL << order;
			c->largest[order] += 1ULL << order;
			if (xsw_pfn_to_mfn(pfn + at) < LOW_FRAMES)
				c->low += 1ULL << order;
			at += 1ULL << order;
		}
	}
}

void xsw_contiguity_look(struct xsw_contiguity *c)
{
	u64 end = xsw_end_of_memory(), pfn;

	*c = (struct xsw_contiguity){ 0 };
	for (pfn = 0; pfn < end; pfn += XSW_BLOCK_PAGES) {
		if (pfn_to_online_page(pfn))
			xsw_contiguity_add(c, pfn);
		cond_resched();
	}
}
