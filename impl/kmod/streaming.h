/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DMA operations of an attached device: streaming mappings.
 */
#ifndef XSW_KMOD_STREAMING_H
#define XSW_KMOD_STREAMING_H

#include <linux/dma-map-ops.h>

/* As map_phys and unmap_phys of 6.18; older kernels map a page and an offset. */
dma_addr_t xsw_op_map(struct device *dev, phys_addr_t phys, size_t size,
		      enum dma_data_direction dir, unsigned long attrs);
void xsw_op_unmap(struct device *dev, dma_addr_t bus, size_t size, enum dma_data_direction dir,
		  unsigned long attrs);
dma_addr_t xsw_op_map_page(struct device *dev, struct page *page, unsigned long offset, size_t size,
			   enum dma_data_direction dir, unsigned long attrs);

int xsw_op_map_sg(struct device *dev, struct scatterlist *sgl, int nents,
		  enum dma_data_direction dir, unsigned long attrs);
void xsw_op_unmap_sg(struct device *dev, struct scatterlist *sgl, int nents,
		     enum dma_data_direction dir, unsigned long attrs);

/* Device memory before 6.18; later kernels call the first two with DMA_ATTR_MMIO. */
dma_addr_t xsw_op_map_resource(struct device *dev, phys_addr_t phys, size_t size,
			       enum dma_data_direction dir, unsigned long attrs);
void xsw_op_unmap_resource(struct device *dev, dma_addr_t bus, size_t size,
			   enum dma_data_direction dir, unsigned long attrs);

void xsw_op_sync_for_cpu(struct device *dev, dma_addr_t bus, size_t size,
			 enum dma_data_direction dir);
void xsw_op_sync_for_device(struct device *dev, dma_addr_t bus, size_t size,
			    enum dma_data_direction dir);
void xsw_op_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl, int nents,
			    enum dma_data_direction dir);
void xsw_op_sync_sg_for_device(struct device *dev, struct scatterlist *sgl, int nents,
			       enum dma_data_direction dir);

#endif /* XSW_KMOD_STREAMING_H */
