// SPDX-License-Identifier: GPL-2.0-only
/*
 * Deals frames out anew: see deal.h.
 */
#include <linux/mm.h>

#include "../core/hypervisor.h"
#include "alias.h"
#include "deal.h"
#include "ptes.h"

/*
 * Nothing has been told to Xen yet: whatever can be refused by us is refused now.
 *
 * Xen takes no frame in an exchange that anything maps besides.  Nothing of that kind stands before
 * a deal, so it must hold of itself that the direct map is the only mapping of these pages.  They
 * come from the page allocator, and what a page was mapped for has ended before it gets there:
 *
 * - vmalloc and vmap: vunmap_range_noflush() clears the entries before the pages are freed.  What
 *   __purge_vmap_area_lazy() does later is the flush of TLBs.  No address of the area is used until
 *   then, and the flush at the end of a deal is of the whole TLB, wherever the domain ran.
 * - programs: zap_pte_range() clears the entries, and tlb_finish_mmu() frees the pages after the
 *   flush.  The calls that Xen's lazy mode gathers are made before that.
 * - debug_pagealloc and set_direct_map_invalid_noflush() change the direct map alone, and
 *   post_alloc_hook() or vfree() has put it back.
 * - grants: gnttab_end_foreign_access() keeps a page that another domain still maps.
 * - page tables: xen_release_ptpage() makes the page writable before it is freed.
 * - the initial P2M and initrd: xen_cleanhighmap() has taken them out of the kernel image's range.
 *
 * The kernel image's initial memory is the exception: its pages are freed and stay mapped.
 */
static bool may_be_dealt(const struct xsw_deal *d)
{
	u32 i;

	for (i = 0; i < d->n; i++) {
		u64 pfn = d->page[i];

		if (!xsw_pfn_is_ours(pfn) || xsw_is_aliased(pfn) ||
		    xsw_p2m_set(pfn, xsw_pfn_to_mfn(pfn)))
			return false;
	}
	return true;
}

/* Tells Xen's M2P about all these pages. */
static int tell_xen(struct xsw_deal *d)
{
	u32 first, i, count;

	for (first = 0; first < d->n; first += count) {
		count = min_t(u32, XSW_DEAL_AT_ONCE, d->n - first);
		for (i = 0; i < count; i++) {
			d->update[i].ptr =
				(d->frame[first + i] << PAGE_SHIFT) | MMU_MACHPHYS_UPDATE;
			d->update[i].val = d->page[first + i];
		}
		if (HYPERVISOR_mmu_update(d->update, count, NULL, DOMID_SELF) < 0)
			return -EPERM;
		cond_resched();
	}
	return 0;
}

/*
 * The P2M still holds the truth.  Each page is told for itself: what Xen refused to change, it
 * refuses now, too, and that must not keep the others from being as they were.
 */
static void take_back(struct xsw_deal *d)
{
	u32 i;

	for (i = 0; i < d->n; i++) {
		u64 pfn = d->page[i];

		d->update[0].ptr = (xsw_pfn_to_mfn(pfn) << PAGE_SHIFT) | MMU_MACHPHYS_UPDATE;
		d->update[0].val = pfn;
		(void)HYPERVISOR_mmu_update(d->update, 1, NULL, DOMID_SELF);
		cond_resched();
	}
}

/* Maps @count pages from @first; the last of all has the TLB flush. */
static int map_piece(struct xsw_deal *d, u32 first, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		struct multicall_entry *call = &d->call[i];
		void *va = page_address(pfn_to_page(d->page[first + i]));
		bool last = first + i + 1 == d->n;

		call->op = __HYPERVISOR_update_va_mapping;
		call->args[0] = (unsigned long)va;
		call->args[1] = mfn_pte(d->frame[first + i], PAGE_KERNEL).pte;
		call->args[2] = last ? UVMF_TLB_FLUSH | UVMF_ALL : 0;
	}
	return xsw_ptes_map(d->call, count);
}

/* Gives each page its planned frame. */
static void map_planned(struct xsw_deal *d)
{
	u32 first, i, count;
	int err = 0;

	for (first = 0; first < d->n; first += count) {
		count = min_t(u32, XSW_DEAL_AT_ONCE, d->n - first);
		for (i = 0; i < count; i++)
			if (xsw_p2m_set(d->page[first + i], d->frame[first + i]))
				err = -EFAULT;
		if (map_piece(d, first, count))
			err = -EINVAL;
		cond_resched();
	}
	/* All these frames are ours and mapped already: Xen has no ground to refuse. */
	WARN_ONCE(err, "xen_swiotlb: Xen refuses to map our own frames elsewhere (%d)\n", err);
}

int xsw_deal(struct xsw_deal *d)
{
	if (!may_be_dealt(d))
		return -EFAULT;
	if (tell_xen(d)) {
		take_back(d);
		return -EPERM;
	}
	map_planned(d);
	return 0;
}
