/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages of the page allocator that are mapped a second time.
 */
#ifndef XSW_XEN_ALIAS_H
#define XSW_XEN_ALIAS_H

#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/types.h>

/**
 * xsw_is_aliased() - is the page mapped in the kernel image's own range, too?
 *
 * free_kernel_image_pages() gives the image's initial memory, and the gaps between its sections, to
 * the page allocator.  It takes them out of that range only for PTI, which a PV domain never has.
 */
static inline bool xsw_is_aliased(u64 pfn)
{
	unsigned long offset = (pfn << PAGE_SHIFT) - phys_base;
	unsigned int level;
	pte_t *pte;

	if (offset >= KERNEL_IMAGE_SIZE)
		return false;
	pte = lookup_address(__START_KERNEL_map + offset, &level);
	return pte && pte_present(*pte);
}

static inline bool xsw_any_aliased(u64 pfn, u64 pages)
{
	while (pages--)
		if (xsw_is_aliased(pfn++))
			return true;
	return false;
}

#endif /* XSW_XEN_ALIAS_H */
