/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own DMA operations, for what is not ours.
 *
 * A domain without swiotlb-xen has none, or gets them later, when a device is passed to it: so
 * they are looked up at each call, and each call here fails or does nothing where there are none.
 */
#ifndef XSW_KMOD_STOCK_H
#define XSW_KMOD_STOCK_H

#include <linux/dma-map-ops.h>

void *xsw_stock_alloc(struct device *dev, size_t size, dma_addr_t *bus, gfp_t gfp,
		      unsigned long attrs);
void xsw_stock_free(struct device *dev, size_t size, void *va, dma_addr_t bus, unsigned long attrs);

/* For calls that were under way when our operations were taken off their device */
dma_addr_t xsw_stock_map(struct device *dev, phys_addr_t phys, size_t size,
			 enum dma_data_direction dir, unsigned long attrs);
void xsw_stock_unmap(struct device *dev, dma_addr_t bus, size_t size, enum dma_data_direction dir,
		     unsigned long attrs);
void xsw_stock_sync(struct device *dev, dma_addr_t bus, size_t size, enum dma_data_direction dir,
		    bool for_cpu);
int xsw_stock_dma_supported(struct device *dev, u64 mask);
size_t xsw_stock_max_mapping_size(struct device *dev);

#endif /* XSW_KMOD_STOCK_H */
