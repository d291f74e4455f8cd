/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stacks of calls, each kept once and known by a number.
 *
 * An interrupt runs on top of whatever its CPU was doing, whose frames are on the stack as well.
 * Those frames are left out: else one path that maps in an interrupt would make new stacks without
 * end. They would fill the table, and the mappings of that path would be counted in many pieces.
 */
#ifndef XB_CALL_STACK_BPF_H
#define XB_CALL_STACK_BPF_H

#include "bpf/code.bpf.h"

struct xb_stack {
	u64 frames[XB_STACK_DEPTH]; /* innermost first */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XB_MAX_STACKS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u32);
	__type(value, struct xb_stack);
} stacks SEC(".maps");

/* A program on a module's event may interrupt one on a stock function, but never its own kind. */
enum walker { STOCK_WALKS, MODULE_WALKS, WALKERS };

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, WALKERS);
	__type(key, u32);
	__type(value, struct xb_stack);
} walks SEC(".maps");

struct xb_code interrupts[XB_INTERRUPTS];

SEC("syscall")
int find_interrupts(void *ctx)
{
	FIND_CODE(&interrupts[XB_HARDIRQ], handle_irq_event);
	FIND_CODE(&interrupts[XB_SOFTIRQ], handle_softirqs);
	FIND_CODE(&interrupts[XB_SOFTIRQ_BEFORE], __do_softirq); /* before 6.10 */
	return 0;
}

static __always_inline bool in_interrupt(u64 address)
{
	return address - interrupts[XB_HARDIRQ].at < interrupts[XB_HARDIRQ].size ||
	       address - interrupts[XB_SOFTIRQ].at < interrupts[XB_SOFTIRQ].size ||
	       address - interrupts[XB_SOFTIRQ_BEFORE].at < interrupts[XB_SOFTIRQ_BEFORE].size;
}

/*
 * Keeps the stack that was walked. Not static: the verifier looks at it once, not at each call.
 * Return: its number, a hash of 31 bits; two of some thousand stacks hardly share one.
 */
__noinline int keep_stack(u32 walker)
{
	struct xb_stack *s = bpf_map_lookup_elem(&walks, &walker);
	u64 hash = 0, frame;
	bool outside = false;
	u32 i, number;

	if (!s)
		return XB_STACK_LOST;
	for (i = 0; i < XB_STACK_DEPTH; i++) {
		if (outside)
			s->frames[i] = 0;
		frame = s->frames[i];
		hash = (hash ^ frame) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 32;
		if (in_interrupt(frame))
			outside = true;
	}
	number = hash >> 1 & 0x7fffffff;
	if (!bpf_map_lookup_elem(&stacks, &number) &&
	    bpf_map_update_elem(&stacks, &number, s, BPF_ANY))
		return XB_STACK_LOST;
	return number;
}

/* Return: the number of the stack that runs, or XB_STACK_LOST. */
static __always_inline int call_stack(void *ctx, u32 walker)
{
	struct xb_stack *s = bpf_map_lookup_elem(&walks, &walker);

	if (!s || bpf_get_stack(ctx, s, sizeof(*s), 0) < 0)
		return XB_STACK_LOST;
	return keep_stack(walker);
}

#endif /* XB_CALL_STACK_BPF_H */
