/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DMA operations of an attached device: coherent memory.
 */
#ifndef XSW_KMOD_COHERENT_H
#define XSW_KMOD_COHERENT_H

#include <linux/device.h>
#include <linux/gfp.h>

void *xsw_op_alloc(struct device *dev, size_t size, dma_addr_t *bus, gfp_t gfp,
		   unsigned long attrs);
void xsw_op_free(struct device *dev, size_t size, void *va, dma_addr_t bus, unsigned long attrs);

#endif /* XSW_KMOD_COHERENT_H */
