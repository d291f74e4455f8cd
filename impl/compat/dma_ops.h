/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * struct dma_map_ops and its neighbours as they differ between kernels.
 */
#ifndef XSW_COMPAT_DMA_OPS_H
#define XSW_COMPAT_DMA_OPS_H

#include <linux/device.h>
#include <linux/dma-map-ops.h>

/* 6.10 lets a device skip syncs; 6.18 hides the bit behind an accessor. */
static inline void xsw_dev_needs_sync(struct device *dev)
{
#if defined(XSW_HAVE_SKIP_SYNC_ACCESSOR)
	dev_clear_dma_skip_sync(dev);
#elif defined(XSW_HAVE_SKIP_SYNC)
	dev->dma_skip_sync = false;
#endif
}

/* 6.18: device memory comes through map_phys with an attribute, not through map_resource. */
#ifdef DMA_ATTR_MMIO
#define XSW_DMA_ATTR_MMIO DMA_ATTR_MMIO
#else
#define XSW_DMA_ATTR_MMIO 0UL
#endif

/* 7.0: memory that must not be bounced. */
#ifdef DMA_ATTR_REQUIRE_COHERENT
#define XSW_DMA_ATTR_REQUIRE_COHERENT DMA_ATTR_REQUIRE_COHERENT
#else
#define XSW_DMA_ATTR_REQUIRE_COHERENT 0UL
#endif

/*
 * xsw_inherit_ops() - callbacks that need nothing of ours are stock's own
 *
 * Ours is memory contiguous in PFN, which is all that stock's mmap and get_sgtable ask of an
 * allocation; alloc_pages and free_pages map and unmap through the device's own operations.
 */
static inline void xsw_inherit_ops(struct dma_map_ops *ops, const struct dma_map_ops *stock)
{
	ops->mmap = stock->mmap;
	ops->get_sgtable = stock->get_sgtable;
	ops->free_pages = stock->free_pages;
#if defined(XSW_HAVE_ALLOC_PAGES_OP)
	ops->alloc_pages_op = stock->alloc_pages_op;
#else
	ops->alloc_pages = stock->alloc_pages;
#endif
#if defined(XSW_HAVE_MAP_RESOURCE)
	ops->map_resource = stock->map_resource;
	ops->unmap_resource = stock->unmap_resource;
#endif
}

#endif /* XSW_COMPAT_DMA_OPS_H */
