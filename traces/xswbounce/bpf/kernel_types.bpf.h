/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's types, as far as the programs look into them.
 *
 * A member is found by its name in the type information of the kernel that runs (CO-RE), whatever
 * stands around it there: so no kernel's own header is needed to build, and one build fits all.
 */
#ifndef XB_KERNEL_TYPES_BPF_H
#define XB_KERNEL_TYPES_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/bpf.h>

#include "bpf/shared.h"

typedef __u8 u8;
typedef __u16 u16;
typedef __s32 s32;
typedef __s64 s64;
typedef u64 dma_addr_t;
typedef u64 phys_addr_t;
typedef unsigned int gfp_t;

enum dma_data_direction {
	DMA_BIDIRECTIONAL,
	DMA_TO_DEVICE,
	DMA_FROM_DEVICE,
	DMA_NONE,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct kernfs_node {
	u64 id;
};

struct kobject {
	const char *name;
	struct kernfs_node *sd;
};

struct device_driver {
	const char *name;
};

struct device_dma_parameters {
	unsigned int min_align_mask;
	unsigned long segment_boundary_mask;
};

struct io_tlb_slot {
	phys_addr_t orig_addr;
	size_t alloc_size;
	unsigned short list; /* an int before 6.8: its low half, which holds every value */
};

struct io_tlb_area {
	unsigned long used;
};

struct io_tlb_pool {
	phys_addr_t start;
	unsigned long nslabs;
	unsigned int nareas;
	struct io_tlb_area *areas;
	struct io_tlb_slot *slots;
};

struct io_tlb_mem {
	struct io_tlb_pool defpool;
	bool force_bounce;
	bool can_grow; /* only with CONFIG_SWIOTLB_DYNAMIC */
};

/* Before 6.6 the pool's own numbers stood in struct io_tlb_mem itself. */
struct io_tlb_mem___old {
	phys_addr_t start;
	unsigned long nslabs;
	unsigned int nareas;
	struct io_tlb_area *areas;
	struct io_tlb_slot *slots;
	bool force_bounce;
};

struct device {
	struct kobject kobj;
	struct device_driver *driver;
	u64 *dma_mask;
	u64 bus_dma_limit;
	struct device_dma_parameters *dma_parms;
	struct io_tlb_mem *dma_io_tlb_mem;
};

struct page {
	unsigned long private;
};

struct scatterlist {
	unsigned long page_link;
	dma_addr_t dma_address;
	unsigned int dma_length;
};

struct bpf_prog_aux {
	u32 id;
};

struct bpf_prog {
	int *active;
	struct bpf_prog_aux *aux;
};

struct bpf_iter__bpf_prog {
	struct bpf_prog *prog;
};

/* Two types that every kernel has, to look at memory by: an int, and a u64 at their beginning. */
struct kref {
	struct {
		struct {
			int counter;
		} refs;
	} refcount;
};

struct timespec64 {
	s64 tv_sec;
};

#pragma clang attribute pop

/* In page->private, where Xen's grant code notes whose page it is. */
struct xen_page_foreign {
	u16 domid;
	u32 gref;
};

#endif /* XB_KERNEL_TYPES_BPF_H */
