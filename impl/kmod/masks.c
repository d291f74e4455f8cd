// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies a device's masks to the engine when they have changed.
 */
#include <linux/dma-mapping.h>

#include "masks.h"

static void follow(u64 *known, u64 now)
{
	if (*known != now)
		WRITE_ONCE(*known, now);
}

static u64 limit_of(const struct device *dev)
{
	return dev->bus_dma_limit ?: ~0ULL;
}

void xsw_follow_streaming(struct xsw_attached *a)
{
	struct device *dev = a->device;

	if (!xsw_masks_changed(a, dev))
		return;
	follow(&a->dev.dma_mask, min(dma_get_mask(dev), limit_of(dev)));
	follow(&a->dev.min_align_mask, dma_get_min_align_mask(dev));
	follow(&a->dev.boundary_mask, dma_get_seg_boundary(dev));
}
