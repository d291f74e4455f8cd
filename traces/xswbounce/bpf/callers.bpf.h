/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does a function of the kernel call another, or has the compiler put it inline?
 *
 * Then no program on the other sees what the first one does. It is found in the machine code: a
 * call to the other, within the size that the kernel shows for the first.
 */
#ifndef XB_CALLERS_BPF_H
#define XB_CALLERS_BPF_H

#include "bpf/code.bpf.h"

#define XB_CALL_OPCODE 0xe8 /* followed by the distance from the next instruction */
#define XB_CODE_MOST   4096 /* bytes; none of these functions is as long */

struct xb_caller callers[XB_CALLERS];

#define CALLER(which, list, one, one_before)                       \
	do {                                                       \
		FIND_CODE(&callers[which].code, list);             \
		callers[which].of[0] = symbol_address(one);        \
		callers[which].of[1] = symbol_address(one_before); \
	} while (0)

SEC("syscall")
int find_callers(void *ctx)
{
	CALLER(XB_MAP_SG, xen_swiotlb_map_sg, xen_swiotlb_map_phys, xen_swiotlb_map_page);
	CALLER(XB_UNMAP_SG, xen_swiotlb_unmap_sg, xen_swiotlb_unmap_phys, xen_swiotlb_unmap_page);
	CALLER(XB_SYNC_SG_CPU, xen_swiotlb_sync_sg_for_cpu, xen_swiotlb_sync_single_for_cpu,
	       xen_swiotlb_sync_single_for_cpu);
	CALLER(XB_SYNC_SG_DEVICE, xen_swiotlb_sync_sg_for_device,
	       xen_swiotlb_sync_single_for_device, xen_swiotlb_sync_single_for_device);
	return 0;
}

static int look_step(u64 i, struct xb_caller *c)
{
	u64 at = c->code.at + i, target;
	int distance = 0;
	u8 opcode = 0;

	if (i >= c->code.size)
		return 1;
	bpf_probe_read_kernel(&opcode, sizeof(opcode), (void *)at);
	if (opcode != XB_CALL_OPCODE)
		return 0;
	bpf_probe_read_kernel(&distance, sizeof(distance), (void *)(at + 1));
	target = at + 5 + distance;
	c->calls = target == c->of[0] || target == c->of[1];
	return c->calls;
}

SEC("syscall")
int look_at_callers(void *ctx)
{
	struct xb_caller c;
	u32 i;

	for (i = 0; i < XB_CALLERS; i++) {
		c = callers[i];
		bpf_loop(XB_CODE_MOST, look_step, &c, 0);
		callers[i].calls = c.calls;
	}
	return 0;
}

#endif /* XB_CALLERS_BPF_H */
