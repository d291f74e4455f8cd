/* SPDX-License-Identifier: GPL-2.0-only */
/* The devices seen: each is described once, its counters are found by the pointer alone. */
#ifndef XB_DEVICE_BPF_H
#define XB_DEVICE_BPF_H

#include "kernel.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XB_MAX_DEVICES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u64);
	__type(value, struct xb_device);
} devices SEC(".maps");

struct xb_losses losses;

/* @s: counters that keep the mask at hand, or NULL */
static __noinline int describe(struct device *dev, struct xb_stat *s)
{
	struct xb_device d = {};
	u64 key = (u64)dev, limit = BPF_CORE_READ(dev, bus_dma_limit);

	bpf_probe_read_kernel_str(d.name, sizeof(d.name), BPF_CORE_READ(dev, kobj.name));
	bpf_probe_read_kernel_str(d.driver, sizeof(d.driver), BPF_CORE_READ(dev, driver, name));
	bpf_probe_read_kernel(&d.mask, sizeof(d.mask), BPF_CORE_READ(dev, dma_mask));
	if (!d.mask || (limit && limit < d.mask))
		d.mask = limit ?: ~0ULL;
	d.boundary = BPF_CORE_READ(dev, dma_parms, segment_boundary_mask);
	d.min_align = BPF_CORE_READ(dev, dma_parms, min_align_mask);
	d.forced = BPF_CORE_READ(dev, dma_io_tlb_mem, force_bounce);
	if (s) {
		s->mask = d.mask;
		s->forced = d.forced;
	}
	return bpf_map_update_elem(&devices, &key, &d, BPF_ANY);
}

#endif /* XB_DEVICE_BPF_H */
