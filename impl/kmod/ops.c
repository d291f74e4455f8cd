// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of an attached device's DMA operations, and what it tells drivers of its limits.
 */
#include "../compat/dma_ops.h"
#include "../xen/machine.h"
#include "attached.h"
#include "coherent.h"
#include "masks.h"
#include "ops.h"
#include "pages.h"
#include "pool.h"
#include "stock.h"
#include "streaming.h"
#include "xen_swiotlb.h"

/*
 * Drivers ask this in process context, before they set the mask and before they map: the last
 * moment at which memory can be made where the device reaches.  The call does not tell which of the
 * two masks is meant: so neither is changed here, and each is copied when it is used.
 */
static bool prepare(struct xsw_attached *a, u64 mask)
{
	struct xsw_change change = {};
	bool ready = xsw_dev_prepare(&a->dev, mask, xsw.address_bits, &change);

	if (!ready)
		dev_warn(
			a->device,
			"xen_swiotlb: only %llu KiB could be had within the mask %#llx (%s): it is "
			"refused\n",
			change.bytes >> 10, mask, xsw_shortage(&change));
	return ready;
}

static int op_dma_supported(struct device *dev, u64 mask)
{
	struct xsw_attached *a = xsw_attached(dev);
	bool supported;

	if (!a)
		return xsw_stock_dma_supported(dev, mask);
	atomic_inc(&a->sleepers);
	supported = prepare(a, mask);
	atomic_dec(&a->sleepers);
	return supported;
}

/*
 * A driver that could use 64 bits asks whether it has to.  Without this callback the kernel
 * answers 32 bits, and a driver that believes it has all higher memory bounced.
 */
static u64 op_get_required_mask(struct device *dev)
{
	return xsw_machine_mask();
}

static size_t op_max_mapping_size(struct device *dev)
{
	struct xsw_attached *a = xsw_attached(dev);

	if (unlikely(!a))
		return xsw_stock_max_mapping_size(dev);
	xsw_follow_streaming(a);
	return xsw_max_mapping_size(&a->dev);
}

const struct dma_map_ops xsw_ops = {
	.alloc = xsw_op_alloc,
	.free = xsw_op_free,
	.XSW_ALLOC_PAGES = xsw_op_alloc_pages,
	.free_pages = xsw_op_free_pages,
	.mmap = xsw_op_mmap,
	.get_sgtable = xsw_op_get_sgtable,
#if defined(XSW_HAVE_MAP_PHYS)
	.map_phys = xsw_op_map,
	.unmap_phys = xsw_op_unmap,
#else
	.map_page = xsw_op_map_page,
	.unmap_page = xsw_op_unmap,
#endif
	.map_sg = xsw_op_map_sg,
	.unmap_sg = xsw_op_unmap_sg,
#if defined(XSW_HAVE_MAP_RESOURCE)
	.map_resource = xsw_op_map_resource,
	.unmap_resource = xsw_op_unmap_resource,
#endif
	.sync_single_for_cpu = xsw_op_sync_for_cpu,
	.sync_single_for_device = xsw_op_sync_for_device,
	.sync_sg_for_cpu = xsw_op_sync_sg_for_cpu,
	.sync_sg_for_device = xsw_op_sync_sg_for_device,
	.dma_supported = op_dma_supported,
	.get_required_mask = op_get_required_mask,
	.max_mapping_size = op_max_mapping_size,
};
