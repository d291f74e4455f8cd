/* SPDX-License-Identifier: GPL-2.0-only */
/* The stock pool as a failed mapping found it, and what that says about the failure. */
#ifndef XB_POOL_BPF_H
#define XB_POOL_BPF_H

#include "bpf/kernel.bpf.h"

struct pool_state {
	u64 slots;
	u64 used;
};

struct areas {
	struct io_tlb_area *areas;
	u64 used;
};

static int add_used(u64 i, struct areas *a)
{
	struct io_tlb_area *area = (void *)a->areas + i * bpf_core_type_size(struct io_tlb_area);

	a->used += BPF_CORE_READ(area, used);
	return 0;
}

/*
 * Of a pool that has grown its first part, where areas, slots and their number belong together. Not
 * static: the verifier looks at it once, not at each call. It takes no pointer but its own.
 */
__noinline int pool_read(u64 of, struct pool_state *p)
{
	struct io_tlb_mem *mem = (void *)of;
	struct io_tlb_mem___old *old = (void *)mem;
	struct areas a = {};
	u32 n;

	if (!mem || !p)
		return 0;
	if (bpf_core_field_exists(mem->defpool)) {
		p->slots = BPF_CORE_READ(mem, defpool.nslabs);
		a.areas = BPF_CORE_READ(mem, defpool.areas);
		n = BPF_CORE_READ(mem, defpool.nareas);
	} else {
		p->slots = BPF_CORE_READ(old, nslabs);
		a.areas = BPF_CORE_READ(old, areas);
		n = BPF_CORE_READ(old, nareas);
	}
	bpf_loop(n, add_used, &a, 0);
	p->used = a.used;
	return 0;
}

/* Can it grow beyond its first part? */
static __always_inline bool pool_can_grow(u64 of)
{
	struct io_tlb_mem *mem = (void *)of;

	return bpf_core_field_exists(mem->can_grow) && BPF_CORE_READ(mem, can_grow);
}

/* The areas tell on every kernel; the pool's own sum is kept only where asked for from 7.0 on. */
static __always_inline void pool_state(struct device *dev, struct pool_state *p)
{
	pool_read((u64)BPF_CORE_READ(dev, dma_io_tlb_mem), p);
}

static __always_inline enum xb_fail fail_reason(const struct pool_state *p, u64 mask, u64 size)
{
	u64 slots = (size + (1 << XB_SLOT_SHIFT) - 1) >> XB_SLOT_SHIFT;

	if (size > XB_SEGMENT)
		return XB_FAIL_TOO_LARGE;
	if (p->used + slots > p->slots)
		return XB_FAIL_FULL;
	if (mask < 0xffffffffULL && p->used * 2 < p->slots)
		return XB_FAIL_MASK;
	return XB_FAIL_FRAGMENTED;
}

#endif /* XB_POOL_BPF_H */
