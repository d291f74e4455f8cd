/* SPDX-License-Identifier: GPL-2.0-only */
/* The devices seen: each is described once, its counters are found by the pointer alone. */
#ifndef XB_DEVICE_BPF_H
#define XB_DEVICE_BPF_H

#include "bpf/mask.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XB_MAX_DEVICES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u64);
	__type(value, struct xb_device);
} devices SEC(".maps");

#ifdef XB_KEEP_DESCRIPTIONS
/* Every description by its version: a reader of the ring comes when the device has another. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 2 * XB_MAX_DEVICES);
	__type(key, u64);
	__type(value, struct xb_device);
} descriptions SEC(".maps");
#endif

struct xb_losses losses;
static u64 versions;

static __always_inline u64 folder_of(struct device *dev)
{
	struct kernfs_node *folder = dev->kobj.sd;

	return folder ? folder->id : 0;
}

/* By its address where it has no folder: that may be another device's later. */
static __always_inline u64 device_key(struct device *dev)
{
	return (folder_of(dev) ?: (u64)dev - (u64)&losses) | XB_STOCK_DEVICE;
}

/* @s: counters that keep the mask at hand, or NULL */
static __noinline int describe(struct device *dev, struct xb_stat *s)
{
	struct xb_device d = {};
	u64 key = device_key(dev);

	d.seen.dma_mask = mask_set(dev);
	d.seen.folder = folder_of(dev);
	d.seen.driver_at = device_long(dev, driver);
	bpf_probe_read_kernel_str(d.name, sizeof(d.name), (void *)device_long(dev, kobj.name));
	bpf_probe_read_kernel_str(d.driver, sizeof(d.driver), BPF_CORE_READ(dev, driver, name));
	d.mask = mask_now(dev);
	d.boundary = BPF_CORE_READ(dev, dma_parms, segment_boundary_mask);
	d.min_align = BPF_CORE_READ(dev, dma_parms, min_align_mask);
	d.forced = BPF_CORE_READ(dev, dma_io_tlb_mem, force_bounce);
	d.version = __sync_fetch_and_add(&versions, 1) + 1;
#ifdef XB_KEEP_DESCRIPTIONS
	bpf_map_update_elem(&descriptions, &d.version, &d, BPF_ANY);
#endif
	if (s) {
		s->mask = d.mask;
		s->key = key;
		s->forced = d.forced;
		s->seen = d.seen;
	}
	return bpf_map_update_elem(&devices, &key, &d, BPF_ANY);
}

/* Has it the mask and the driver that it was described with? */
static __always_inline bool is_set_as(struct device *dev, const struct xb_seen *seen)
{
	return seen->dma_mask == mask_set(dev) && seen->driver_at == device_long(dev, driver);
}

/*
 * Described when first seen, and again when it has changed since. Return: its description.
 * @key: the device's
 */
static __always_inline struct xb_device *know(struct device *dev, u64 key)
{
	struct xb_device *d = bpf_map_lookup_elem(&devices, &key);

	if (d && is_set_as(dev, &d->seen))
		return d;
	describe(dev, NULL);
	return bpf_map_lookup_elem(&devices, &key);
}

/* Described at least once. @key: the device's */
static __always_inline void meet(struct device *dev, u64 key)
{
	if (!bpf_map_lookup_elem(&devices, &key))
		describe(dev, NULL);
}

#endif /* XB_DEVICE_BPF_H */
