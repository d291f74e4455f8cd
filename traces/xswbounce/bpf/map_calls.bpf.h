/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The functions that map for swiotlb, as hooks. What a program makes of a mapping it says itself,
 * in the two functions declared here.
 */
#ifndef XB_MAP_CALLS_BPF_H
#define XB_MAP_CALLS_BPF_H

#include "bpf/clock.bpf.h"
#include "bpf/machine.bpf.h"

/* In a PV domain: every mapping; @bus is XB_ERROR_ADDR if it failed. */
static __always_inline int map_end(void *ctx, struct device *dev, u64 phys, u64 size, u32 dir,
				   u64 attrs, u64 bus);

/* Off Xen: only what bounces, or what could not. */
static __always_inline int bounce_end(void *ctx, struct device *dev, u64 phys, u64 size, u32 dir,
				      u64 attrs, u64 bus);

SEC("fentry/xen_swiotlb_map_page")
int BPF_PROG(map_page_start)
{
	clock_start(ctx);
	return 0;
}

SEC("fexit/xen_swiotlb_map_page")
int BPF_PROG(map_page_end, struct device *dev, void *unused, unsigned long offset, size_t size,
	     enum dma_data_direction dir, unsigned long attrs, dma_addr_t bus)
{
	u64 page = 0;

	/* as a number: the verifier allows no arithmetic with a pointer to a page */
	bpf_get_func_arg(ctx, 1, &page);
	return map_end(ctx, dev, page_phys(page) + offset, size, dir, attrs, bus);
}

SEC("fentry/xen_swiotlb_map_phys")
int BPF_PROG(map_phys_start)
{
	clock_start(ctx);
	return 0;
}

SEC("fexit/xen_swiotlb_map_phys")
int BPF_PROG(map_phys_end, struct device *dev, phys_addr_t phys, size_t size,
	     enum dma_data_direction dir, unsigned long attrs, dma_addr_t bus)
{
	return map_end(ctx, dev, phys, size, dir, attrs, bus);
}

SEC("fentry/swiotlb_map")
int BPF_PROG(swiotlb_map_start)
{
	clock_start(ctx);
	return 0;
}

SEC("fexit/swiotlb_map")
int BPF_PROG(swiotlb_map_end, struct device *dev, phys_addr_t phys, size_t size,
	     enum dma_data_direction dir, unsigned long attrs, dma_addr_t bus)
{
	return bounce_end(ctx, dev, phys, size, dir, attrs, bus);
}

#endif /* XB_MAP_CALLS_BPF_H */
