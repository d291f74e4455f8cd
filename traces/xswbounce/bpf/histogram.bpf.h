/* SPDX-License-Identifier: GPL-2.0-only */
/* Latency histograms: linear steps within each octave, one histogram a device and kind of call. */
#ifndef XB_HISTOGRAM_BPF_H
#define XB_HISTOGRAM_BPF_H

#include "bpf/device.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, XB_MAX_DEVICES *XB_NR_CALLS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct xb_hist_key);
	__type(value, struct xb_hist);
} hists SEC(".maps");

static const struct xb_hist no_hist;

static __always_inline u32 octave_of(u64 v)
{
	u32 n = 0;

	if (v >> 16)
		v >>= 16, n += 16;
	if (v >> 8)
		v >>= 8, n += 8;
	if (v >> 4)
		v >>= 4, n += 4;
	if (v >> 2)
		v >>= 2, n += 2;
	return n + (v >> 1);
}

/* 0..7 are themselves; above, the octave and the three bits below the highest. */
static __always_inline u32 hist_slot(u64 ns)
{
	u32 octave;

	if (ns < XB_HIST_SUB)
		return ns;
	if (ns >> 32)
		return XB_HIST_SLOTS - 1;
	octave = octave_of(ns);
	return ((octave - 2) * XB_HIST_SUB + (ns >> (octave - 3) & (XB_HIST_SUB - 1))) &
	       (XB_HIST_SLOTS - 1);
}

static __always_inline void hist_add(u64 dev, enum xb_call call, u64 ns)
{
	struct xb_hist_key key = { .dev = dev, .call = call };
	struct xb_hist *h = bpf_map_lookup_elem(&hists, &key);
	u32 slot;

	if (!h) {
		bpf_map_update_elem(&hists, &key, &no_hist, BPF_NOEXIST);
		h = bpf_map_lookup_elem(&hists, &key);
		if (!h) {
			__sync_fetch_and_add(&losses.memory, 1);
			return;
		}
	}
	/* atomic: an interrupt may come amid, and add to the same */
	__sync_fetch_and_add(&h->ns, ns);
	__sync_fetch_and_add(&h->count, 1);
	/* the compiler knows the range and drops the mask; the verifier of 6.1 does not know it */
	slot = hist_slot(ns);
	barrier_var(slot);
	__sync_fetch_and_add(&h->slots[slot & (XB_HIST_SLOTS - 1)], 1);
}

#endif /* XB_HISTOGRAM_BPF_H */
