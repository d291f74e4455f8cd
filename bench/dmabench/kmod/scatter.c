// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scatters a buffer in machine memory: two of its pages swap their machine frames.
 *
 * All three places that know a page's frame change: its PTE in the direct map, the P2M, and Xen's
 * M2P. Nothing is exchanged with Xen, so it always succeeds and is undone by the same swap. The
 * pages' contents change places.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <asm/tlbflush.h>
#include <xen/xen.h>

#include "scatter.h"

#ifdef CONFIG_XEN_PV
#include <asm/xen/hypercall.h>
#include <asm/xen/page.h>

static int give_frame(struct page *page, unsigned long mfn)
{
	struct mmu_update m2p = {
		.ptr = PFN_PHYS((u64)mfn) | MMU_MACHPHYS_UPDATE,
		.val = page_to_pfn(page),
	};
	int rc;

	rc = HYPERVISOR_update_va_mapping((unsigned long)page_address(page),
					  mfn_pte(mfn, PAGE_KERNEL), UVMF_INVLPG | UVMF_ALL);
	if (rc)
		return rc;
	if (xen_safe_write_ulong(xen_p2m_addr + page_to_pfn(page), mfn))
		return -EFAULT;
	return HYPERVISOR_mmu_update(&m2p, 1, NULL, DOMID_SELF);
}

int scatter_swap(struct page *a, struct page *b)
{
	unsigned long frame_of_a, frame_of_b;

	if (!xen_pv_domain())
		return -EOPNOTSUPP;
	frame_of_a = pfn_to_mfn(page_to_pfn(a));
	frame_of_b = pfn_to_mfn(page_to_pfn(b));
	return give_frame(a, frame_of_b) ?: give_frame(b, frame_of_a);
}
#else
int scatter_swap(struct page *a, struct page *b)
{
	return -EOPNOTSUPP;
}
#endif
