/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device's masks as its driver has set them, against the engine's copy.
 *
 * A driver may change its masks at any time; usually they are what the engine has already.
 */
#ifndef XSW_KMOD_MASKS_H
#define XSW_KMOD_MASKS_H

#include "attached.h"

/** xsw_masks_changed() - are the streaming masks others than the engine knows? */
static __always_inline bool xsw_masks_changed(const struct xsw_attached *a,
					      const struct device *dev)
{
	const struct device_dma_parameters *parms = dev->dma_parms;

	return unlikely(!parms) || unlikely(!dev->dma_mask) || unlikely(dev->bus_dma_limit) ||
	       unlikely(*dev->dma_mask != a->dev.dma_mask) ||
	       unlikely(parms->min_align_mask != a->dev.min_align_mask) ||
	       unlikely(parms->segment_boundary_mask != a->dev.boundary_mask);
}

/** xsw_follow_streaming() - make the engine's copy of the streaming masks current */
void xsw_follow_streaming(struct xsw_attached *a);

/** xsw_follow_coherent() - and of the coherent mask */
static __always_inline void xsw_follow_coherent(struct xsw_attached *a)
{
	u64 mask = a->device->coherent_dma_mask;

	if (unlikely(a->device->bus_dma_limit))
		mask = min(mask, a->device->bus_dma_limit);
	if (unlikely(a->dev.coherent_mask != mask))
		WRITE_ONCE(a->dev.coherent_mask, mask);
}

#endif /* XSW_KMOD_MASKS_H */
