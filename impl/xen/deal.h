/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dealing frames out anew: pages of ours change machine frames among themselves.
 *
 * A PV domain may have its frames beneath its pages in any order, if it tells Xen, which keeps the
 * M2P.  It needs no free memory of Xen's, and there is nothing to undo.
 */
#ifndef XSW_XEN_DEAL_H
#define XSW_XEN_DEAL_H

#include <linux/types.h>
#include <asm/xen/hypercall.h>
#include <xen/interface/xen.h>

#define XSW_DEAL_AT_ONCE 256 /* pages told in one hypercall */

/**
 * struct xsw_deal - who gets which frame
 * @page: PFNs; the pages are the caller's alone, and their contents are lost
 * @frame: what each of them gets: the frames that they have, in another order
 */
struct xsw_deal {
	u64 *page, *frame;
	u32 n;
	union {
		struct mmu_update update[XSW_DEAL_AT_ONCE];
		struct multicall_entry call[XSW_DEAL_AT_ONCE];
	};
};

/**
 * xsw_deal() - each page gets its frame: M2P, P2M and page table; one TLB flush
 * Return: 0, or why all is as before: -EFAULT, a page is not ours, is mapped elsewhere too, or its
 * P2M entry cannot be written; -EPERM, Xen's policy forbids it.
 */
int xsw_deal(struct xsw_deal *d);

#endif /* XSW_XEN_DEAL_H */
