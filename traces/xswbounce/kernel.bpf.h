/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's types, and those that differ from kernel to kernel in the shapes they had. */
#ifndef XB_KERNEL_BPF_H
#define XB_KERNEL_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "xswbounce.h"

#define XB_PAGE_SHIFT 12
#define XB_PAGE_SIZE  (1ULL << XB_PAGE_SHIFT)
#define XB_PAGE_MASK  (XB_PAGE_SIZE - 1)

/* Before 6.6 the pool's own numbers stood in struct io_tlb_mem itself. */
struct io_tlb_area___xb {
	unsigned long used;
} __attribute__((preserve_access_index));

struct io_tlb_mem___old {
	phys_addr_t start;
	phys_addr_t end;
	unsigned long nslabs;
	unsigned long used;
	unsigned int nareas;
	struct io_tlb_area___xb *areas;
	struct io_tlb_slot *slots;
} __attribute__((preserve_access_index));

/* Bits of a P2M entry that are no part of the frame number. */
#define XB_P2M_FLAGS   (3ULL << 62)
#define XB_P2M_FOREIGN (1ULL << 63) /* a page that a guest granted */

#define XB_SKIP_CPU_SYNC (1UL << 5) /* DMA_ATTR_SKIP_CPU_SYNC */

#endif /* XB_KERNEL_BPF_H */
