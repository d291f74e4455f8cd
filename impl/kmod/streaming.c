// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DMA operations of an attached device: streaming mappings.
 *
 * Semantics are those of the kernel's xen_swiotlb_dma_ops.  What costs nothing of ours goes
 * straight to the engine; trace events sit behind static keys, and time is taken only for
 * them.  A direct map costs: the masks compared with the engine's copy, the P2M read, two
 * counters of this CPU, all inline.
 *
 * Each call reads dev->dma_ops once.  NULL there means that the device was let go while the call
 * was on its way: it goes to the kernel's own operations.
 */
#include <linux/scatterlist.h>

#include "../compat/dma_ops.h"
#include "../core/map.h"
#include "../core/want.h"
#include "masks.h"
#include "stock.h"
#include "streaming.h"
#include "trace.h"

static_assert((int)XSW_TO_DEVICE == (int)DMA_TO_DEVICE);
static_assert((int)XSW_FROM_DEVICE == (int)DMA_FROM_DEVICE);
static_assert((int)XSW_BIDIRECTIONAL == (int)DMA_BIDIRECTIONAL);

/* ---- attributes ---- */

static __always_inline u32 map_attrs(unsigned long attrs)
{
	u32 ours = 0;

	if (attrs & DMA_ATTR_NO_WARN)
		ours |= XSW_ATTR_QUIET;
	if (attrs & XSW_DMA_ATTR_REQUIRE_COHERENT)
		ours |= XSW_ATTR_NO_BOUNCE;
	if (attrs & XSW_DMA_ATTR_MMIO)
		ours |= XSW_ATTR_MMIO | XSW_ATTR_NO_BOUNCE;
	return ours;
}

static __always_inline u32 unmap_attrs(unsigned long attrs)
{
	return attrs & DMA_ATTR_SKIP_CPU_SYNC ? XSW_ATTR_SKIP_SYNC : 0;
}

/* ---- what takes slots and gives them back: events that cost a direct mapping nothing ---- */

static void tell_claim(struct xsw_attached *a, u32 slots)
{
	if (trace_xsw_claim_enabled() && slots)
		xsw_trace_whole(xsw_claim, a->dev.id, slots);
}

static void tell_release(struct xsw_attached *a, u32 slots)
{
	if (trace_xsw_release_enabled() && slots)
		xsw_trace_whole(xsw_release, a->dev.id, slots);
}

/* With a reason to bounce it did; without one the pool has to be asked */
static u32 slots_claimed(struct xsw_attached *a, phys_addr_t phys, size_t size, u64 bus,
			 enum xsw_bounce why)
{
	struct xsw_outcome o;

	if (why != XSW_BOUNCE_NONE)
		return xsw_slots_for(xsw_offset_of(phys, a->dev.min_align_mask), size);
	if (xsw_is_outside(&a->dev, bus))
		return 0;
	xsw_map_outcome(&a->dev, bus, &o);
	return o.slots;
}

static noinline dma_addr_t map_told(struct xsw_attached *a, phys_addr_t phys, size_t size,
				    enum dma_data_direction dir, enum xsw_bounce why, u32 ours)
{
	u64 bus = xsw_map_bounced(&a->dev, phys, size, (enum xsw_dir)dir, why, ours);

	if (bus == XSW_BUS_ERROR)
		return DMA_MAPPING_ERROR;
	tell_claim(a, slots_claimed(a, phys, size, bus, why));
	return bus;
}

static noinline void unmap_told(struct xsw_attached *a, dma_addr_t bus, size_t size,
				enum dma_data_direction dir, u32 ours)
{
	tell_release(a, xsw_unmap_bounced(&a->dev, bus, size, (enum xsw_dir)dir, ours));
}

/* ---- map, unmap, sync ---- */

/* Attributes that forbid a bounce are not in @ours */
static __always_inline dma_addr_t map_untraced(struct xsw_attached *a, phys_addr_t phys,
					       size_t size, enum dma_data_direction dir, u32 ours)
{
	enum xsw_bounce why;
	u64 bus = xsw_map_direct(&a->dev, phys, size, &why);

	if (likely(bus != XSW_BUS_ERROR))
		return bus;
	if (trace_xsw_claim_enabled())
		return map_told(a, phys, size, dir, why, ours);
	return xsw_map_bounced(&a->dev, phys, size, (enum xsw_dir)dir, why, ours);
}

static __always_inline void unmap_untraced(struct xsw_attached *a, dma_addr_t bus, size_t size,
					   enum dma_data_direction dir, u32 ours)
{
	if (likely(xsw_unmap_direct(&a->dev, bus)))
		return;
	if (trace_xsw_release_enabled())
		unmap_told(a, bus, size, dir, ours);
	else
		xsw_unmap_bounced(&a->dev, bus, size, (enum xsw_dir)dir, ours);
}

static dma_addr_t map_traced(struct xsw_attached *a, phys_addr_t phys, size_t size,
			     enum dma_data_direction dir, unsigned long attrs, u32 ours)
{
	struct xsw_outcome o;
	u64 began = xsw_now_ns(), ns, bus;

	bus = xsw_map(&a->dev, phys, size, (enum xsw_dir)dir, ours);
	ns = xsw_now_ns() - began;
	if (bus == XSW_BUS_ERROR)
		return DMA_MAPPING_ERROR;
	xsw_map_outcome(&a->dev, bus, &o);
	xsw_trace_whole(xsw_map, a->dev.id, phys, size, dir, attrs, &o, ns);
	tell_claim(a, o.slots);
	return bus;
}

/* Other masks than last time, the trace event on, or attributes that forbid a bounce */
static noinline dma_addr_t map_rare(struct xsw_attached *a, phys_addr_t phys, size_t size,
				    enum dma_data_direction dir, unsigned long attrs, u32 ours)
{
	xsw_follow_streaming(a);
	if (trace_xsw_map_enabled())
		return map_traced(a, phys, size, dir, attrs, ours);
	if (ours & (XSW_ATTR_NO_BOUNCE | XSW_ATTR_MMIO))
		return xsw_map_unbounced(&a->dev, phys, size, (enum xsw_dir)dir, ours);
	return map_untraced(a, phys, size, dir, ours);
}

/* What is not the plain direct case leaves by a tail call, so that case saves no register */
static __always_inline dma_addr_t map(struct xsw_attached *a, struct device *dev, phys_addr_t phys,
				      size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	const unsigned long rare = XSW_DMA_ATTR_REQUIRE_COHERENT | XSW_DMA_ATTR_MMIO;

	if (unlikely(!a))
		return xsw_stock_map(dev, phys, size, dir, attrs);
	if (trace_xsw_map_enabled() || xsw_masks_changed(a, dev) || unlikely(attrs & rare))
		return map_rare(a, phys, size, dir, attrs, map_attrs(attrs));
	return map_untraced(a, phys, size, dir, map_attrs(attrs & ~rare));
}

static noinline void unmap_traced(struct xsw_attached *a, dma_addr_t bus, size_t size,
				  enum dma_data_direction dir, unsigned long attrs)
{
	u64 began = xsw_now_ns();
	u32 slots = xsw_unmap(&a->dev, bus, size, (enum xsw_dir)dir, unmap_attrs(attrs));

	xsw_trace_whole(xsw_unmap, a->dev.id, bus, size, dir, attrs, slots, xsw_now_ns() - began);
	tell_release(a, slots);
}

static __always_inline void unmap(struct xsw_attached *a, struct device *dev, dma_addr_t bus,
				  size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	if (unlikely(!a))
		xsw_stock_unmap(dev, bus, size, dir, attrs);
	else if (trace_xsw_unmap_enabled())
		unmap_traced(a, bus, size, dir, attrs);
	else
		unmap_untraced(a, bus, size, dir, unmap_attrs(attrs));
}

static __always_inline void sync(struct xsw_attached *a, struct device *dev, dma_addr_t bus,
				 size_t size, enum dma_data_direction dir, bool for_cpu)
{
	u64 began = 0;
	bool bounced;

	if (unlikely(!a)) {
		xsw_stock_sync(dev, bus, size, dir, for_cpu);
		return;
	}
	if (trace_xsw_sync_enabled())
		began = xsw_now_ns();
	if (for_cpu)
		bounced = xsw_sync_for_cpu(&a->dev, bus, size, (enum xsw_dir)dir);
	else
		bounced = xsw_sync_for_device(&a->dev, bus, size, (enum xsw_dir)dir);
	if (trace_xsw_sync_enabled() && began && bounced)
		xsw_trace_whole(xsw_sync, a->dev.id, bus, size, dir, for_cpu, xsw_now_ns() - began);
}

/* ---- callbacks ---- */

dma_addr_t xsw_op_map(struct device *dev, phys_addr_t phys, size_t size,
		      enum dma_data_direction dir, unsigned long attrs)
{
	return map(xsw_attached(dev), dev, phys, size, dir, attrs);
}

#if !defined(XSW_HAVE_MAP_PHYS)
dma_addr_t xsw_op_map_page(struct device *dev, struct page *page, unsigned long offset, size_t size,
			   enum dma_data_direction dir, unsigned long attrs)
{
	return map(xsw_attached(dev), dev, page_to_phys(page) + offset, size, dir, attrs);
}
#endif

void xsw_op_unmap(struct device *dev, dma_addr_t bus, size_t size, enum dma_data_direction dir,
		  unsigned long attrs)
{
	unmap(xsw_attached(dev), dev, bus, size, dir, attrs);
}

static void unmap_sg(struct xsw_attached *a, struct device *dev, struct scatterlist *sgl, int nents,
		     enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
		unmap(a, dev, sg_dma_address(sg), sg_dma_len(sg), dir, attrs);
}

void xsw_op_unmap_sg(struct device *dev, struct scatterlist *sgl, int nents,
		     enum dma_data_direction dir, unsigned long attrs)
{
	unmap_sg(xsw_attached(dev), dev, sgl, nents, dir, attrs);
}

int xsw_op_map_sg(struct device *dev, struct scatterlist *sgl, int nents,
		  enum dma_data_direction dir, unsigned long attrs)
{
	struct xsw_attached *a = xsw_attached(dev);
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i) {
		dma_addr_t bus = map(a, dev, sg_phys(sg), sg->length, dir, attrs);

		if (unlikely(bus == DMA_MAPPING_ERROR)) {
			unmap_sg(a, dev, sgl, i, dir, attrs | DMA_ATTR_SKIP_CPU_SYNC);
			sg_dma_len(sgl) = 0;
			return -EIO;
		}
		sg_dma_address(sg) = bus;
		sg_dma_len(sg) = sg->length;
	}
	return nents;
}

/* 6.18 and later come to map and unmap with DMA_ATTR_MMIO instead. */
#if defined(XSW_HAVE_MAP_RESOURCE)
dma_addr_t xsw_op_map_resource(struct device *dev, phys_addr_t phys, size_t size,
			       enum dma_data_direction dir, unsigned long attrs)
{
	struct xsw_attached *a = xsw_attached(dev);

	if (unlikely(!a))
		return DMA_MAPPING_ERROR;
	return map_rare(a, phys, size, dir, attrs,
			map_attrs(attrs) | XSW_ATTR_MMIO | XSW_ATTR_NO_BOUNCE);
}

void xsw_op_unmap_resource(struct device *dev, dma_addr_t bus, size_t size,
			   enum dma_data_direction dir, unsigned long attrs)
{
	xsw_op_unmap(dev, bus, size, dir, attrs);
}
#endif

void xsw_op_sync_for_cpu(struct device *dev, dma_addr_t bus, size_t size,
			 enum dma_data_direction dir)
{
	sync(xsw_attached(dev), dev, bus, size, dir, true);
}

void xsw_op_sync_for_device(struct device *dev, dma_addr_t bus, size_t size,
			    enum dma_data_direction dir)
{
	sync(xsw_attached(dev), dev, bus, size, dir, false);
}

void xsw_op_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl, int nents,
			    enum dma_data_direction dir)
{
	struct xsw_attached *a = xsw_attached(dev);
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
		sync(a, dev, sg_dma_address(sg), sg->length, dir, true);
}

void xsw_op_sync_sg_for_device(struct device *dev, struct scatterlist *sgl, int nents,
			       enum dma_data_direction dir)
{
	struct xsw_attached *a = xsw_attached(dev);
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
		sync(a, dev, sg_dma_address(sg), sg->length, dir, false);
}
