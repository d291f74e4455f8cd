/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * struct dma_map_ops and its neighbours as they differ between kernels.
 */
#ifndef XSW_COMPAT_DMA_OPS_H
#define XSW_COMPAT_DMA_OPS_H

#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/mm.h>

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

/* 6.10 renamed the callback. */
#if defined(XSW_HAVE_ALLOC_PAGES_OP)
#define XSW_ALLOC_PAGES alloc_pages_op
#else
#define XSW_ALLOC_PAGES alloc_pages
#endif

/* 6.18: a physical address, where it was a page and an offset. */
static inline dma_addr_t xsw_ops_map(const struct dma_map_ops *ops, struct device *dev,
				     phys_addr_t phys, size_t size, enum dma_data_direction dir,
				     unsigned long attrs)
{
#if defined(XSW_HAVE_MAP_PHYS)
	return ops->map_phys(dev, phys, size, dir, attrs);
#else
	return ops->map_page(dev, pfn_to_page(PHYS_PFN(phys)), offset_in_page(phys), size, dir,
			     attrs);
#endif
}

static inline void xsw_ops_unmap(const struct dma_map_ops *ops, struct device *dev, dma_addr_t bus,
				 size_t size, enum dma_data_direction dir, unsigned long attrs)
{
#if defined(XSW_HAVE_MAP_PHYS)
	ops->unmap_phys(dev, bus, size, dir, attrs);
#else
	ops->unmap_page(dev, bus, size, dir, attrs);
#endif
}

#endif /* XSW_COMPAT_DMA_OPS_H */
