// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DMA operations of an attached device: streaming mappings.
 *
 * Semantics are those of the kernel's xen_swiotlb_dma_ops.  What costs nothing of ours goes
 * straight to the engine; trace events sit behind static keys, and time is taken only for
 * them.  A direct map costs: the masks compared with the engine's copy, the P2M read, two
 * counters of this CPU, all inline.
 */
#include <linux/pci.h>
#include <linux/scatterlist.h>

#include "../compat/dma_ops.h"
#include "../core/map.h"
#include "attach.h"
#include "bdf.h"
#include "coherent.h"
#include "trace.h"

static_assert((int)XSW_TO_DEVICE == (int)DMA_TO_DEVICE);
static_assert((int)XSW_FROM_DEVICE == (int)DMA_FROM_DEVICE);
static_assert((int)XSW_BIDIRECTIONAL == (int)DMA_BIDIRECTIONAL);
static_assert(XSW_QUIET == DMA_ATTR_NO_WARN);

static __always_inline void follow(u64 *known, u64 now)
{
	if (*known != now)
		WRITE_ONCE(*known, now);
}

static noinline void follow_changed(struct xsw_attached *a, struct device *dev)
{
	u64 limit = dev->bus_dma_limit ?: ~0ULL;

	follow(&a->dev.dma_mask, min(dma_get_mask(dev), limit));
	follow(&a->dev.min_align_mask, dma_get_min_align_mask(dev));
	follow(&a->dev.boundary_mask, dma_get_seg_boundary(dev));
}

/* A driver may change its masks at any time; usually they are what the engine has already. */
static __always_inline bool masks_changed(const struct xsw_attached *a, const struct device *dev)
{
	const struct device_dma_parameters *parms = dev->dma_parms;

	return unlikely(!parms) || unlikely(!dev->dma_mask) || unlikely(dev->bus_dma_limit) ||
	       unlikely(*dev->dma_mask != a->dev.dma_mask) ||
	       unlikely(parms->min_align_mask != a->dev.min_align_mask) ||
	       unlikely(parms->segment_boundary_mask != a->dev.boundary_mask);
}

static void follow_masks(struct xsw_attached *a, struct device *dev)
{
	if (masks_changed(a, dev))
		follow_changed(a, dev);
}

void xsw_follow_masks(struct xsw_attached *a, struct device *dev)
{
	u64 limit = dev->bus_dma_limit ?: ~0ULL;

	follow_masks(a, dev);
	follow(&a->dev.coherent_mask, min(dev->coherent_dma_mask, limit));
}

static __always_inline u32 engine_attrs(unsigned long attrs)
{
	u32 ours = 0;

	if (likely(!attrs))
		return 0;
	if (attrs & DMA_ATTR_SKIP_CPU_SYNC)
		ours |= XSW_ATTR_SKIP_SYNC;
	if (attrs & XSW_DMA_ATTR_REQUIRE_COHERENT)
		ours |= XSW_ATTR_NO_BOUNCE;
	if (attrs & XSW_DMA_ATTR_MMIO)
		ours |= XSW_ATTR_MMIO | XSW_ATTR_NO_BOUNCE;
	return ours;
}

/* All that an unmap asks of them */
static __always_inline u32 unmap_attrs(unsigned long attrs)
{
	return XSW_ATTR_SKIP_SYNC * !!(attrs & DMA_ATTR_SKIP_CPU_SYNC);
}

void xsw_map_failed(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir, bool quiet,
		    enum xsw_fail why)
{
	struct xsw_attached *a = container_of(d, struct xsw_attached, dev);
	struct xsw_pool_state st;

	if (trace_xsw_full_enabled()) {
		xsw_pool_glance(xsw.engine, &st);
		trace_xsw_full(d->id, phys, size, (enum dma_data_direction)dir, why, &st);
	}
	if (why == XSW_FAIL_FULL || why == XSW_FAIL_FRAGMENTED)
		xsw_growth_soon();
	if (!quiet)
		dev_warn_ratelimited(
			a->device,
			"xen_swiotlb: cannot map %zu bytes: %s; see pool and pool_bytes\n", size,
			xsw_fail_name(why));
}

/* With the trace event on, other masks than last time, or attributes that forbid a bounce */
static noinline dma_addr_t map_rarely(struct device *dev, phys_addr_t phys, size_t size,
				      enum dma_data_direction dir, unsigned long attrs)
{
	struct xsw_attached *a = xsw_attached(dev);
	struct xsw_outcome o;
	u64 began = 0, bus;

	follow_masks(a, dev);
	if (trace_xsw_map_enabled())
		began = xsw_now_ns();
	bus = xsw_map(&a->dev, phys, size, (enum xsw_dir)dir, engine_attrs(attrs), &o);
	if (unlikely(bus == XSW_BUS_ERROR)) {
		xsw_map_failed(&a->dev, phys, size, (enum xsw_dir)dir, attrs & DMA_ATTR_NO_WARN,
			       (enum xsw_fail)o.fail);
		return DMA_MAPPING_ERROR;
	}
	if (trace_xsw_map_enabled() && began)
		trace_xsw_map(a->dev.id, phys, size, dir, attrs, &o, xsw_now_ns() - began);
	return bus;
}

/* What is not the plain direct case leaves by a tail call, so that case saves no register */
static __always_inline dma_addr_t map(struct device *dev, phys_addr_t phys, size_t size,
				      enum dma_data_direction dir, unsigned long attrs)
{
	struct xsw_attached *a = xsw_attached(dev);
	enum xsw_bounce why;
	u64 bus;

	if (trace_xsw_map_enabled() || masks_changed(a, dev) ||
	    unlikely(attrs & (XSW_DMA_ATTR_REQUIRE_COHERENT | XSW_DMA_ATTR_MMIO)))
		return map_rarely(dev, phys, size, dir, attrs);
	bus = xsw_map_direct(&a->dev, phys, size, &why);
	if (likely(bus != XSW_BUS_ERROR))
		return bus;
	return xsw_map_further(&a->dev, phys, size, (enum xsw_dir)dir,
			       why | (attrs & DMA_ATTR_NO_WARN));
}

static noinline void unmap_traced(struct xsw_attached *a, dma_addr_t bus, size_t size,
				  enum dma_data_direction dir, unsigned long attrs)
{
	u64 began = xsw_now_ns();
	u32 slots = xsw_unmap(&a->dev, bus, size, (enum xsw_dir)dir, unmap_attrs(attrs));

	trace_xsw_unmap(a->dev.id, bus, size, dir, attrs, slots, xsw_now_ns() - began);
}

static __always_inline void unmap(struct xsw_attached *a, dma_addr_t bus, size_t size,
				  enum dma_data_direction dir, unsigned long attrs)
{
	if (trace_xsw_unmap_enabled())
		unmap_traced(a, bus, size, dir, attrs);
	else
		xsw_unmap_run(&a->dev, bus, size, (enum xsw_dir)dir, unmap_attrs(attrs));
}

static __always_inline void sync(struct xsw_attached *a, dma_addr_t bus, size_t size,
				 enum dma_data_direction dir, bool for_cpu)
{
	u64 began = 0;
	bool bounced;

	if (trace_xsw_sync_enabled())
		began = xsw_now_ns();
	if (for_cpu)
		bounced = xsw_sync_for_cpu(&a->dev, bus, size, (enum xsw_dir)dir);
	else
		bounced = xsw_sync_for_device(&a->dev, bus, size, (enum xsw_dir)dir);
	if (trace_xsw_sync_enabled() && began && bounced)
		trace_xsw_sync(a->dev.id, bus, size, dir, for_cpu, xsw_now_ns() - began);
}

/* ---- callbacks ---- */

#if defined(XSW_HAVE_MAP_PHYS)
static dma_addr_t op_map_phys(struct device *dev, phys_addr_t phys, size_t size,
			      enum dma_data_direction dir, unsigned long attrs)
{
	return map(dev, phys, size, dir, attrs);
}
#else
static dma_addr_t op_map_page(struct device *dev, struct page *page, unsigned long offset,
			      size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	return map(dev, page_to_phys(page) + offset, size, dir, attrs);
}
#endif

static void op_unmap(struct device *dev, dma_addr_t bus, size_t size, enum dma_data_direction dir,
		     unsigned long attrs)
{
	unmap(xsw_attached(dev), bus, size, dir, attrs);
}

static void op_unmap_sg(struct device *dev, struct scatterlist *sgl, int nents,
			enum dma_data_direction dir, unsigned long attrs)
{
	struct xsw_attached *a = xsw_attached(dev);
	struct scatterlist *sg;
	int i;

	for_each_sg (sgl, sg, nents, i)
		unmap(a, sg_dma_address(sg), sg_dma_len(sg), dir, attrs);
}

static int op_map_sg(struct device *dev, struct scatterlist *sgl, int nents,
		     enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg (sgl, sg, nents, i) {
		dma_addr_t bus = map(dev, sg_phys(sg), sg->length, dir, attrs);

		if (unlikely(bus == DMA_MAPPING_ERROR)) {
			op_unmap_sg(dev, sgl, i, dir, attrs | DMA_ATTR_SKIP_CPU_SYNC);
			sg_dma_len(sgl) = 0;
			return -EIO;
		}
		sg_dma_address(sg) = bus;
		sg_dma_len(sg) = sg->length;
	}
	return nents;
}

static void op_sync_for_cpu(struct device *dev, dma_addr_t bus, size_t size,
			    enum dma_data_direction dir)
{
	sync(xsw_attached(dev), bus, size, dir, true);
}

static void op_sync_for_device(struct device *dev, dma_addr_t bus, size_t size,
			       enum dma_data_direction dir)
{
	sync(xsw_attached(dev), bus, size, dir, false);
}

static void op_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl, int nents,
			       enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sg (sgl, sg, nents, i)
		sync(xsw_attached(dev), sg_dma_address(sg), sg->length, dir, true);
}

static void op_sync_sg_for_device(struct device *dev, struct scatterlist *sgl, int nents,
				  enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sg (sgl, sg, nents, i)
		sync(xsw_attached(dev), sg_dma_address(sg), sg->length, dir, false);
}

/* Is there a segment within @mask, or can one be made there now? */
static bool reach(struct device *dev, u64 mask)
{
	u8 bits = mask == ~0ULL ? 64 : ilog2(mask + 1);
	struct xsw_change change = {};

	if (xsw_pool_reaches(xsw.engine, mask))
		return true;
	if (bits <= PAGE_SHIFT)
		return false;
	if (xsw_pool_grow(xsw.engine, XSW_POOL_STEP, bits, &change))
		dev_warn(dev, "xen_swiotlb: only %llu KiB could be had below 2^%u (%s)\n",
			 change.bytes >> 10, bits, xsw_exchange_name(change.last));
	return xsw_pool_reaches(xsw.engine, mask);
}

/*
 * Drivers ask this in process context, before they set the mask and before they map: the last
 * moment at which memory can be made where the device reaches.
 */
static int op_dma_supported(struct device *dev, u64 mask)
{
	struct xsw_attached *a = xsw_attached(dev);

	if (!reach(dev, mask))
		return 0;
	/* Which of the two masks it is for, nobody says; each is followed again when it is used. */
	if (mask < a->dev.dma_mask || mask < a->dev.coherent_mask) {
		follow(&a->dev.dma_mask, min(mask, a->dev.dma_mask));
		follow(&a->dev.coherent_mask, min(mask, a->dev.coherent_mask));
		xsw_dev_masks_changed(&a->dev);
	}
	return 1;
}

static size_t op_max_mapping_size(struct device *dev)
{
	struct xsw_attached *a = xsw_attached(dev);

	follow_masks(a, dev);
	return xsw_max_mapping_size(&a->dev);
}

void xsw_ops_init(struct dma_map_ops *ops)
{
	*ops = (struct dma_map_ops)
	{
#if defined(XSW_HAVE_MAP_PHYS)
		.map_phys = op_map_phys, .unmap_phys = op_unmap,
#else
		.map_page = op_map_page, .unmap_page = op_unmap,
#endif
		.map_sg = op_map_sg, .unmap_sg = op_unmap_sg,
		.sync_single_for_cpu = op_sync_for_cpu,
		.sync_single_for_device = op_sync_for_device, .sync_sg_for_cpu = op_sync_sg_for_cpu,
		.sync_sg_for_device = op_sync_sg_for_device, .dma_supported = op_dma_supported,
		.max_mapping_size = op_max_mapping_size, .alloc = xsw_op_alloc, .free = xsw_op_free,
	};
	xsw_inherit_ops(ops, xsw.stock);
}
