/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DMA operations of an attached device: showing its memory to others, and plain pages.
 */
#ifndef XSW_KMOD_PAGES_H
#define XSW_KMOD_PAGES_H

#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/gfp.h>

struct sg_table;
struct vm_area_struct;

int xsw_op_mmap(struct device *dev, struct vm_area_struct *vma, void *va, dma_addr_t bus,
		size_t size, unsigned long attrs);
int xsw_op_get_sgtable(struct device *dev, struct sg_table *table, void *va, dma_addr_t bus,
		       size_t size, unsigned long attrs);
struct page *xsw_op_alloc_pages(struct device *dev, size_t size, dma_addr_t *bus,
				enum dma_data_direction dir, gfp_t gfp);
void xsw_op_free_pages(struct device *dev, size_t size, struct page *page, dma_addr_t bus,
		       enum dma_data_direction dir);

#endif /* XSW_KMOD_PAGES_H */
