/* SPDX-License-Identifier: GPL-2.0-only */
/* Walks the slots of the stock pool: how many are used, how long the longest free run is. */
#ifndef XB_POOL_WALK_BPF_H
#define XB_POOL_WALK_BPF_H

#include "bpf/pool.bpf.h"

struct walk {
	struct io_tlb_slot *slots;
	u64 nr, at, used, runs, largest;
};

/* A free slot tells how many follow it free within its segment: whole runs are stepped over. */
static int walk_step(u64 index, struct walk *w)
{
	struct io_tlb_slot *slot =
		(void *)w->slots + w->at * bpf_core_type_size(struct io_tlb_slot);
	u64 run;

	if (w->at >= w->nr)
		return 1;
	run = BPF_CORE_READ(slot, list);
	w->runs += run > 0;
	w->used += run == 0;
	if (run > w->largest)
		w->largest = run;
	w->at += run ?: 1;
	return 0;
}

u64 default_mem; /* the address of the stock pool's description; 0: there is none */
u32 pool_grows;

SEC("syscall")
int find_pool(void *ctx)
{
	default_mem = symbol_address(io_tlb_default_mem);
	pool_grows = default_mem && pool_can_grow(default_mem);
	return 0;
}

/* The slots of the stock pool; NULL: there is none. Of a pool that grows (CONFIG_SWIOTLB_DYNAMIC)
 * the first part, the one there was at boot. */
static __always_inline struct io_tlb_slot *pool_slots(u64 *nr, u64 *start)
{
	struct io_tlb_mem *mem = (void *)default_mem;
	struct io_tlb_mem___old *old = (void *)mem;

	if (!default_mem)
		return NULL;
	if (bpf_core_field_exists(mem->defpool)) {
		*nr = BPF_CORE_READ(mem, defpool.nslabs);
		*start = BPF_CORE_READ(mem, defpool.start);
		return BPF_CORE_READ(mem, defpool.slots);
	}
	*nr = BPF_CORE_READ(old, nslabs);
	*start = BPF_CORE_READ(old, start);
	return BPF_CORE_READ(old, slots);
}

static __noinline int walk_pool(struct xb_pool *p)
{
	struct walk w = {};
	u64 start;

	if (!p)
		return 0;
	w.slots = pool_slots(&w.nr, &start);
	if (!w.slots)
		return 0;
	bpf_loop(1 << 23, walk_step, &w, 0);
	p->slots = w.nr;
	p->used = w.used;
	p->runs = w.runs;
	p->largest = w.largest;
	return 0;
}

#endif /* XB_POOL_WALK_BPF_H */
