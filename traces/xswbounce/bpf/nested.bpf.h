/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * No call is lost to an interrupt.
 *
 * The kernel runs no program within itself: while a CPU is in the program that counts maps, what an
 * interrupt maps there is not counted. So a second program hangs on the same function. The kernel
 * keeps a counter for each program and CPU that tells whether it is running (struct bpf_prog,
 * active; kernel/bpf/trampoline.c): where the second finds the first running, that one was left out
 * of this call, and the second counts in its stead, into counters of its own, for the first may be
 * amid a change of its.
 *
 * A task may be preempted between the two and go on on another CPU. If the first one runs there,
 * the call is counted twice; if it does not, a call that it left out is not counted. The time
 * between the two is a handful of instructions in each call.
 *
 * A second costs every call as much as the first, for one call in ten thousand under load: the tool
 * attaches it when the kernel's counters say that a call was missed, until a minute without one.
 * What was missed before is told as lost.
 */
#ifndef XB_NESTED_BPF_H
#define XB_NESTED_BPF_H

#include "bpf/kernel.bpf.h"

struct xb_watched watched[XB_MAX_WATCHED];

u64 cpu_offsets[XB_MAX_CPUS]; /* from an address that stands for each CPU's to one CPU's */

u64 rescued; /* calls counted by a second program */

SEC("syscall")
int read_cpu_offsets(void *ctx)
{
	bpf_probe_read_kernel(cpu_offsets, sizeof(cpu_offsets),
			      (void *)symbol_address(__per_cpu_offset));
	return 0;
}

/* Finds the counters of the programs whose IDs the tool has put down. */
SEC("iter/bpf_prog")
int find_watched(struct bpf_iter__bpf_prog *ctx)
{
	struct bpf_prog *program = ctx->prog;
	u32 id, i;

	if (!program)
		return 0;
	id = BPF_CORE_READ(program, aux, id);
	for (i = 0; i < XB_MAX_WATCHED; i++)
		if (watched[i].id == id)
			watched[i].active = (u64)BPF_CORE_READ(program, active);
	return 0;
}

/* Was the first program left out of the call that runs the second? */
static __always_inline bool left_out(enum xb_watched_program first)
{
	u32 cpu = bpf_get_smp_processor_id();
	u64 active = watched[first].active;

	if (!active || cpu >= XB_MAX_CPUS || !number_at(active + cpu_offsets[cpu]))
		return false;
	__sync_fetch_and_add(&rescued, 1);
	return true;
}

#endif /* XB_NESTED_BPF_H */
