/* SPDX-License-Identifier: GPL-2.0-only */
/* What a device can address. */
#ifndef XB_MASK_BPF_H
#define XB_MASK_BPF_H

#include "bpf/kernel.bpf.h"

/* A member of the device that is as long as a pointer, as a number. */
#define device_long(dev, member) ((u64)(dev)->member)

/* A driver sets its mask after others may have mapped for the device. */
static __always_inline u64 mask_set(struct device *dev)
{
	return long_at(device_long(dev, dma_mask));
}

/* What the device can address now. */
static __always_inline u64 mask_now(struct device *dev)
{
	u64 limit = device_long(dev, bus_dma_limit), mask = mask_set(dev);

	if (!mask || (limit && limit < mask))
		mask = limit ?: ~0ULL;
	return mask;
}

#endif /* XB_MASK_BPF_H */
