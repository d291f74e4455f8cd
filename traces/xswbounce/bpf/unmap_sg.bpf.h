/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unmapping a scatterlist where the compiler has put the unmap of one buffer into the loop over
 * them: no program on that function sees it then. Whether it has tells callers.bpf.h.
 */
#ifndef XB_UNMAP_SG_BPF_H
#define XB_UNMAP_SG_BPF_H

#include "bpf/kernel.bpf.h"

#define XB_SG_CHAIN 1UL
#define XB_SG_END   2UL

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
