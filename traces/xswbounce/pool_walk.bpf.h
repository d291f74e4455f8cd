/* SPDX-License-Identifier: GPL-2.0-only */
/* Walks the slots of the stock pool: how many are used, how long the longest free run is. */
#ifndef XB_POOL_WALK_BPF_H
#define XB_POOL_WALK_BPF_H

#include "pool.bpf.h"

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

static __noinline int walk_pool(struct io_tlb_mem *mem, struct xb_pool *p)
{
	struct io_tlb_mem___old *old = (void *)mem;
	struct walk w = {};

	if (!mem)
		return 0;
	w.nr = BPF_CORE_READ(old, nslabs);
	w.slots = bpf_core_field_exists(mem->defpool) ? BPF_CORE_READ(mem, defpool.slots)
						      : BPF_CORE_READ(old, slots);
	bpf_loop(1 << 23, walk_step, &w, 0);
	p->slots = w.nr;
	p->used = w.used;
	p->runs = w.runs;
	p->largest = w.largest;
	return 0;
}

#endif /* XB_POOL_WALK_BPF_H */
