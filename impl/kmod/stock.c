// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls the kernel's own DMA operations, where it has any.
 */
#include "../compat/dma_ops.h"
#include "stock.h"

static const struct dma_map_ops *stock(void)
{
	return READ_ONCE(dma_ops);
}

/* They take a mask of 0, which reaches nothing, for no limit. */
void *xsw_stock_alloc(struct device *dev, size_t size, dma_addr_t *bus, gfp_t gfp,
		      unsigned long attrs)
{
	const struct dma_map_ops *ops = stock();

	if (!ops || !ops->alloc || !dev->coherent_dma_mask)
		return NULL;
	return ops->alloc(dev, size, bus, gfp, attrs);
}

void xsw_stock_free(struct device *dev, size_t size, void *va, dma_addr_t bus, unsigned long attrs)
{
	const struct dma_map_ops *ops = stock();

	if (ops && ops->free)
		ops->free(dev, size, va, bus, attrs);
}

dma_addr_t xsw_stock_map(struct device *dev, phys_addr_t phys, size_t size,
			 enum dma_data_direction dir, unsigned long attrs)
{
	const struct dma_map_ops *ops = stock();

	return ops ? xsw_ops_map(ops, dev, phys, size, dir, attrs) : DMA_MAPPING_ERROR;
}

void xsw_stock_unmap(struct device *dev, dma_addr_t bus, size_t size, enum dma_data_direction dir,
		     unsigned long attrs)
{
	const struct dma_map_ops *ops = stock();

	if (ops)
		xsw_ops_unmap(ops, dev, bus, size, dir, attrs);
}

void xsw_stock_sync(struct device *dev, dma_addr_t bus, size_t size, enum dma_data_direction dir,
		    bool for_cpu)
{
	const struct dma_map_ops *ops = stock();

	if (ops && for_cpu && ops->sync_single_for_cpu)
		ops->sync_single_for_cpu(dev, bus, size, dir);
	if (ops && !for_cpu && ops->sync_single_for_device)
		ops->sync_single_for_device(dev, bus, size, dir);
}

int xsw_stock_dma_supported(struct device *dev, u64 mask)
{
	const struct dma_map_ops *ops = stock();

	return ops && ops->dma_supported ? ops->dma_supported(dev, mask) : 0;
}

size_t xsw_stock_max_mapping_size(struct device *dev)
{
	const struct dma_map_ops *ops = stock();

	return ops && ops->max_mapping_size ? ops->max_mapping_size(dev) : SIZE_MAX;
}
