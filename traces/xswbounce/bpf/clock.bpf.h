/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long a call takes, without a hash table.
 *
 * fentry and fexit of one call run with the same context, a place on the stack of that call:
 * nothing else under way has the same. A hash of it chooses a word of a table; the word holds the
 * start time and, as a tag, the rest of the hash. One store at entry, one load at exit. Another
 * call that chose the same word shows in the tag; an end without its start is counted. A nested
 * call has its own place on the stack, and a task that moves to another CPU takes its stack along.
 */
#ifndef XB_CLOCK_BPF_H
#define XB_CLOCK_BPF_H

#include "bpf/device.bpf.h"

#define XB_NS_MASK ((1ULL << XB_NS_BITS) - 1)

static u64 starts[1 << XB_STARTS_BITS];

u64 own_ns; /* what an empty function takes; set by the tool after calibration */

/* The verifier lets a pointer become a number by the difference to another pointer only. */
static __always_inline u64 call_hash(void *ctx)
{
	return ((u64)ctx - (u64)starts) / 8 * 0x9e3779b97f4a7c15ULL;
}

static __always_inline void clock_start(void *ctx)
{
	u64 hash = call_hash(ctx);

	starts[hash >> (64 - XB_STARTS_BITS)] =
		hash << XB_NS_BITS | (bpf_ktime_get_ns() & XB_NS_MASK);
}

/* Return: nanoseconds since the call's start, net of the probe's own; or negative: unknown. */
static __always_inline s64 clock_stop(void *ctx)
{
	u64 now = bpf_ktime_get_ns(), hash = call_hash(ctx), ns;
	u64 *start = &starts[hash >> (64 - XB_STARTS_BITS)];
	u64 word = *start;

	if (!word || (word ^ hash << XB_NS_BITS) >> XB_NS_BITS) {
		__sync_fetch_and_add(&losses.starts, 1);
		return -1;
	}
	*start = 0;
	ns = (now - word) & XB_NS_MASK;
	if (!ns)
		__sync_fetch_and_add(&losses.zeros, 1);
	return ns > own_ns ? ns - own_ns : 0;
}

/* Calibration: an empty function of the kernel's own, which BPF_PROG_TEST_RUN calls. */
u64 calibrated[XB_CALIBRATIONS];
u32 calibrations;

SEC("fentry/bpf_fentry_test1")
int BPF_PROG(calibrate_start)
{
	clock_start(ctx);
	return 0;
}

SEC("fexit/bpf_fentry_test1")
int BPF_PROG(calibrate_end)
{
	s64 ns = clock_stop(ctx);

	if (ns >= 0)
		calibrated[calibrations++ % XB_CALIBRATIONS] = ns;
	return 0;
}

#endif /* XB_CLOCK_BPF_H */
