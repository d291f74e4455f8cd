/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unmapping a scatterlist where the compiler has put the unmap of one buffer into the loop over
 * them: no program on that function sees it then. Whether it has is found in the machine code.
 */
#ifndef XB_UNMAP_SG_BPF_H
#define XB_UNMAP_SG_BPF_H

#include "bpf/kernel.bpf.h"

#define XB_SG_CHAIN 1UL
#define XB_SG_END   2UL

#define XB_CALL_OPCODE 0xe8 /* followed by the distance from the next instruction */

extern const void xen_swiotlb_unmap_sg __ksym __weak;
extern const void xen_swiotlb_unmap_page __ksym __weak;
extern const void xen_swiotlb_unmap_phys __ksym __weak;

u32 sg_calls_single;

static int look_step(u64 i, void *unused)
{
	u64 at = (u64)&xen_swiotlb_unmap_sg + i, target;
	int distance = 0;
	u8 opcode = 0;

	bpf_probe_read_kernel(&opcode, sizeof(opcode), (void *)at);
	if (opcode != XB_CALL_OPCODE)
		return 0;
	bpf_probe_read_kernel(&distance, sizeof(distance), (void *)(at + 1));
	target = at + 5 + distance;
	sg_calls_single =
		target == (u64)&xen_swiotlb_unmap_page || target == (u64)&xen_swiotlb_unmap_phys;
	return sg_calls_single;
}

/* The function is some 150 bytes long. */
SEC("syscall")
int look_at_unmap_sg(void *ctx)
{
	if (&xen_swiotlb_unmap_sg)
		bpf_loop(512, look_step, NULL, 0);
	return 0;
}

struct sg_walk {
	struct device *dev;
	u64 sg; /* of struct scatterlist */
	u64 attrs;
	u32 left, dir;
};

static __always_inline u64 next_sg(u64 sg)
{
	u64 link = BPF_CORE_READ((struct scatterlist *)sg, page_link);

	if (link & XB_SG_END)
		return 0;
	sg += bpf_core_type_size(struct scatterlist);
	link = BPF_CORE_READ((struct scatterlist *)sg, page_link);
	return link & XB_SG_CHAIN ? link & ~(XB_SG_CHAIN | XB_SG_END) : sg;
}

static int unmap_step(u64 i, struct sg_walk *w)
{
	struct scatterlist *sg = (void *)w->sg;

	if (i >= w->left || !sg)
		return 1;
	tell_call(w->dev, XB_UNMAP, BPF_CORE_READ(sg, dma_address), BPF_CORE_READ(sg, dma_length),
		  w->dir, w->attrs);
	w->sg = next_sg(w->sg);
	return 0;
}

SEC("fentry/xen_swiotlb_unmap_sg")
int BPF_PROG(unmap_sg, struct device *dev, void *unused, int nelems, enum dma_data_direction dir,
	     unsigned long attrs)
{
	struct sg_walk w = { .dev = dev, .attrs = attrs, .left = nelems, .dir = dir };

	bpf_get_func_arg(ctx, 1, &w.sg);
	bpf_loop(1 << 16, unmap_step, &w, 0);
	return 0;
}

#endif /* XB_UNMAP_SG_BPF_H */
