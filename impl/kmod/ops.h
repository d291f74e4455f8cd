/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DMA operations of an attached device.
 */
#ifndef XSW_KMOD_OPS_H
#define XSW_KMOD_OPS_H

#include <linux/dma-map-ops.h>
#include <linux/srcu.h>

#include "attached.h"

/* What an attached device's own operations are a copy of */
extern const struct dma_map_ops xsw_ops;

/** xsw_follow_masks() - make the engine's idea of the device's masks current */
void xsw_follow_masks(struct xsw_attached *a);

/**
 * xsw_ops_wait() - wait for calls that found our operations before they were taken off [process]
 */
void xsw_ops_wait(void);

/* A call that may sleep is inside this: a grace period of preempted tasks does not cover it. */
extern struct srcu_struct xsw_sleepers;

/* ops.c, as map_phys of newer kernels; @phys is device memory if @attrs say so */
dma_addr_t xsw_op_map(struct device *dev, phys_addr_t phys, size_t size,
		      enum dma_data_direction dir, unsigned long attrs);
void xsw_op_unmap(struct device *dev, dma_addr_t bus, size_t size, enum dma_data_direction dir,
		  unsigned long attrs);

/* coherent.c */
void *xsw_op_alloc(struct device *dev, size_t size, dma_addr_t *bus, gfp_t gfp,
		   unsigned long attrs);
void xsw_op_free(struct device *dev, size_t size, void *va, dma_addr_t bus, unsigned long attrs);

/* pages.c */
int xsw_op_mmap(struct device *dev, struct vm_area_struct *vma, void *va, dma_addr_t bus,
		size_t size, unsigned long attrs);
int xsw_op_get_sgtable(struct device *dev, struct sg_table *table, void *va, dma_addr_t bus,
		       size_t size, unsigned long attrs);
struct page *xsw_op_alloc_pages(struct device *dev, size_t size, dma_addr_t *bus,
				enum dma_data_direction dir, gfp_t gfp);
void xsw_op_free_pages(struct device *dev, size_t size, struct page *page, dma_addr_t bus,
		       enum dma_data_direction dir);

#endif /* XSW_KMOD_OPS_H */
