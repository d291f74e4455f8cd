/* SPDX-License-Identifier: GPL-2.0-only */
/* The counters of flow.bpf.c: by device, by guest, of exchanges. */
#ifndef XB_STAT_BPF_H
#define XB_STAT_BPF_H

#include "clock.bpf.h"
#include "histogram.bpf.h"
#include "machine.bpf.h"

bool timing; /* the programs that take start times are attached */

const volatile bool want_guests;
const volatile bool maps_only; /* unmap and sync are not timed */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, XB_MAX_DEVICES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u64);
	__type(value, struct xb_stat);
} stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XB_MAX_DEVICES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct xb_guest_key);
	__type(value, struct xb_guest);
} guests SEC(".maps");

struct xb_exchanges exchanges;

static const struct xb_stat no_stat;
static const struct xb_guest no_guest;

/* The counters of this device on this CPU; described when either sees it first. */
static __always_inline struct xb_stat *stat_of(struct device *dev)
{
	u64 key = (u64)dev;
	struct xb_stat *s;

	s = bpf_map_lookup_elem(&stats, &key);
	if (s && s->mask)
		return s;
	bpf_map_update_elem(&stats, &key, &no_stat, BPF_NOEXIST);
	s = bpf_map_lookup_elem(&stats, &key);
	if (s)
		describe(dev, s);
	else
		__sync_fetch_and_add(&losses.devices, 1);
	return s;
}

static __noinline int count_guest(u64 dev, u32 domain, u64 size)
{
	struct xb_guest_key key = { .dev = dev, .domain = domain };
	struct xb_guest *g = bpf_map_lookup_elem(&guests, &key);

	if (!g) {
		bpf_map_update_elem(&guests, &key, &no_guest, BPF_NOEXIST);
		g = bpf_map_lookup_elem(&guests, &key);
		if (!g) {
			__sync_fetch_and_add(&losses.devices, 1);
			return 0;
		}
	}
	__sync_fetch_and_add(&g->bounces, 1);
	__sync_fetch_and_add(&g->bytes, size);
	return 0;
}

#endif /* XB_STAT_BPF_H */
