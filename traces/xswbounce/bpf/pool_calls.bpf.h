/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the pool is asked for slots, as a hook for what bounces off Xen: there the IOMMU's code
 * asks by itself, for devices that are not trusted, and no function of swiotlb's that maps is
 * called. Of its arguments the first three are the same in all kernels.
 */
#ifndef XB_POOL_CALLS_BPF_H
#define XB_POOL_CALLS_BPF_H

#include "bpf/map_calls.bpf.h"

SEC("fentry/swiotlb_tbl_map_single")
int BPF_PROG(pool_map_start)
{
	clock_start(ctx);
	return 0;
}

SEC("fexit/swiotlb_tbl_map_single")
int BPF_PROG(pool_map_end, struct device *dev, phys_addr_t phys, size_t size)
{
	u64 tlb = XB_ERROR_ADDR;

	bpf_get_func_ret(ctx, &tlb);
	return bounce_end(ctx, dev, phys, size, DMA_NONE, 0, tlb);
}

#endif /* XB_POOL_CALLS_BPF_H */
