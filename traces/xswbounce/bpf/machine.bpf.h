/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Machine addresses: did a mapping bounce, and why?
 *
 * In a PV domain the bus address of a buffer that did not bounce is the machine address that the
 * P2M gives for it; any other means a slot of the pool. Elsewhere the two addresses are the same.
 */
#ifndef XB_MACHINE_BPF_H
#define XB_MACHINE_BPF_H

#include "bpf/kernel.bpf.h"

/* Read once by machine_init; zero where there is none, for a failed read leaves zero. */
u64 vmemmap;
u64 p2m;
u64 p2m_size;

SEC("syscall")
int machine_init(void *ctx)
{
	bpf_probe_read_kernel(&vmemmap, sizeof(vmemmap), (void *)symbol_address(vmemmap_base));
	bpf_probe_read_kernel(&p2m, sizeof(p2m), (void *)symbol_address(xen_p2m_addr));
	bpf_probe_read_kernel(&p2m_size, sizeof(p2m_size), (void *)symbol_address(xen_p2m_size));
	return 0;
}

static __always_inline u64 page_phys(u64 page)
{
	return (page - vmemmap) / bpf_core_type_size(struct page) << XB_PAGE_SHIFT;
}

static __always_inline struct page *phys_page(u64 phys)
{
	return (void *)(vmemmap + (phys >> XB_PAGE_SHIFT) * bpf_core_type_size(struct page));
}

/* The P2M's entry, flags and all; an address beyond it stands for itself. */
static __always_inline u64 p2m_entry(u64 phys)
{
	u64 pfn = phys >> XB_PAGE_SHIFT;

	return pfn < p2m_size ? long_at(p2m + pfn * sizeof(u64)) : pfn;
}

static __always_inline u64 entry_address(u64 entry, u64 phys)
{
	return (entry & ~XB_P2M_FLAGS) << XB_PAGE_SHIFT | (phys & XB_PAGE_MASK);
}

static __always_inline u64 machine_address(u64 phys)
{
	return entry_address(p2m_entry(phys), phys);
}

/* The guest that granted this page, or XB_DOMAIN_OWN: Xen's grant code notes it in the page. */
static __always_inline u32 granted_by(u64 entry, u64 phys)
{
	struct xen_page_foreign foreign;

	if (!(entry & XB_P2M_FOREIGN))
		return XB_DOMAIN_OWN;
	if (bpf_probe_read_kernel(&foreign, sizeof(foreign), &phys_page(phys)->private))
		return XB_DOMAIN_OWN;
	return foreign.domid;
}

/*
 * Is the buffer one run of machine memory?  Up to the largest mapping that can bounce. Not static:
 * the verifier looks at it once, not at each call.
 */
__noinline int contiguous(u64 phys, u64 size)
{
	u64 first = machine_address(phys) - phys;
	u64 page = phys & ~XB_PAGE_MASK;
	int i;

	for (i = 0; i < 64; i++) {
		page += XB_PAGE_SIZE;
		if (page >= phys + size)
			break;
		if (machine_address(page) - page != first)
			return 0;
	}
	return 1;
}

static __always_inline enum xb_reason bounce_reason(bool forced, u64 mask, u64 phys, u64 machine,
						    u64 size)
{
	if (forced)
		return XB_FORCED;
	if (machine + size - 1 > mask)
		return XB_MASK;
	return contiguous(phys, size) ? XB_ALIGN : XB_STRADDLE;
}

#endif /* XB_MACHINE_BPF_H */
