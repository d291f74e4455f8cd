/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The P2M (PFN to MFN) as the module reads and writes it: nothing else touches the table.
 *
 * An entry is an MFN with two flag bits on top: FOREIGN (a page granted by another domain)
 * and IDENTITY (device memory, PFN == MFN).  All ones means that the PFN has no frame.
 */
#ifndef XSW_XEN_P2M_H
#define XSW_XEN_P2M_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/types.h>
#include <asm/xen/page.h>

#define XSW_NO_FRAME (~(u64)0)

static __always_inline u64 xsw_p2m_entry(u64 pfn)
{
	u64 entry = INVALID_P2M_ENTRY;

	if (likely(pfn < xen_p2m_size))
		entry = READ_ONCE(xen_p2m_addr[pfn]);
	/* Beyond the table, or in a hole of it: the kernel knows which PFNs are identity. */
	if (unlikely(entry == INVALID_P2M_ENTRY))
		entry = get_phys_to_machine(pfn);
	return entry;
}

/**
 * xsw_pfn_to_mfn() - the machine frame beneath @pfn, whoever owns it
 * Return: the MFN without flag bits, XSW_NO_FRAME (all ones) if there is none.
 */
static __always_inline u64 xsw_pfn_to_mfn(u64 pfn)
{
	u64 entry = xsw_p2m_entry(pfn);

	if (unlikely(entry == INVALID_P2M_ENTRY))
		return XSW_NO_FRAME;
	return entry & ~(FOREIGN_FRAME_BIT | IDENTITY_FRAME_BIT);
}

/**
 * xsw_pfn_to_mfn_quick() - the same without a call
 * Return: XSW_NO_FRAME also where only the kernel can tell: ask xsw_pfn_to_mfn() then.
 */
static __always_inline u64 xsw_pfn_to_mfn_quick(u64 pfn)
{
	u64 entry = INVALID_P2M_ENTRY;

	if (likely(pfn < xen_p2m_size))
		entry = READ_ONCE(xen_p2m_addr[pfn]);
	if (unlikely(entry == INVALID_P2M_ENTRY))
		return XSW_NO_FRAME;
	return entry & ~(FOREIGN_FRAME_BIT | IDENTITY_FRAME_BIT);
}

/**
 * xsw_pfn_is_ours() - is the frame beneath @pfn this domain's own memory?
 * Only such a frame may be exchanged.
 */
static inline bool xsw_pfn_is_ours(u64 pfn)
{
	u64 entry = xsw_p2m_entry(pfn);

	return entry != INVALID_P2M_ENTRY && !(entry & (FOREIGN_FRAME_BIT | IDENTITY_FRAME_BIT));
}

/**
 * xsw_p2m_set() - write the entry of a PFN whose leaf page is the domain's own
 * Return: 0, or -EFAULT: the leaf is shared and read-only, nothing was written.
 */
static inline int xsw_p2m_set(u64 pfn, u64 mfn)
{
	if (pfn >= xen_p2m_size)
		return -EFAULT;
	return xen_safe_write_ulong(xen_p2m_addr + pfn, mfn) ? -EFAULT : 0;
}

#endif /* XSW_XEN_P2M_H */
