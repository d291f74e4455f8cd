// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DMA operations of an attached device: coherent memory.
 *
 * A block comes from the engine's contiguous regions.  A caller that may not wait for other
 * memory to be written out is served from what is there; the refill is left to a worker.  Where
 * the engine has nothing, the kernel's own allocation (an exchange of its own) is the last
 * resort; its blocks are told apart at the free and go back where they came from.
 */
#include <linux/gfp.h>
#include <linux/sched/mm.h>

#include "attached.h"
#include "coherent.h"
#include "masks.h"
#include "pool.h"
#include "stock.h"
#include "trace.h"
#include "xen_swiotlb.h"

/*
 * May the caller wait for the engine's mutex?  Who holds that may be reclaiming memory, by writing
 * to the very disk that the caller serves, if it allocates with GFP_NOIO or GFP_NOFS.
 */
static bool may_wait(gfp_t gfp)
{
	const gfp_t all = __GFP_DIRECT_RECLAIM | __GFP_IO | __GFP_FS;

	return (current_gfp_context(gfp) & all) == all;
}

static __always_inline void *alloc(struct xsw_attached *a, size_t size, dma_addr_t *bus, gfp_t gfp,
				   unsigned long attrs, bool atomic)
{
	enum xsw_coherent_source from = XSW_FROM_NONE;
	u64 began = 0, at;
	void *va;

	xsw_follow_coherent(a);
	if (trace_xsw_alloc_enabled())
		began = xsw_now_ns();
	va = xsw_coherent_alloc(&a->dev, size, atomic, &at, &from);
	if (likely(va)) {
		*bus = at;
	} else {
		va = xsw_stock_alloc(a->device, size, bus, gfp, attrs);
		from = va ? XSW_FROM_STOCK : XSW_FROM_NONE;
	}
	if (unlikely(xsw_coherent_wants_work(&a->dev)))
		xsw_refill_soon();
	if (trace_xsw_alloc_enabled() && began)
		trace_xsw_alloc(a->dev.id, va ? *bus : DMA_MAPPING_ERROR, size, atomic, from,
				xsw_now_ns() - began);
	return va;
}

void *xsw_op_alloc(struct device *dev, size_t size, dma_addr_t *bus, gfp_t gfp, unsigned long attrs)
{
	struct xsw_attached *a = xsw_attached(dev);
	void *va;

	if (unlikely(!a))
		return xsw_stock_alloc(dev, size, bus, gfp, attrs);
	if (!gfpflags_allow_blocking(gfp))
		return alloc(a, size, bus, gfp, attrs, true);
	atomic_inc(&a->sleepers);
	va = alloc(a, size, bus, gfp, attrs, !may_wait(gfp));
	atomic_dec(&a->sleepers);
	return va;
}

void xsw_op_free(struct device *dev, size_t size, void *va, dma_addr_t bus, unsigned long attrs)
{
	struct xsw_attached *a = xsw_attached(dev);
	u64 began = 0;

	if (trace_xsw_free_enabled())
		began = xsw_now_ns();
	if (unlikely(!a) || !xsw_coherent_free(&a->dev, size, va, bus))
		xsw_stock_free(dev, size, va, bus, attrs);
	else if (unlikely(xsw_coherent_wants_work(&a->dev)))
		xsw_refill_soon();
	if (trace_xsw_free_enabled() && began && a)
		trace_xsw_free(a->dev.id, bus, size, xsw_now_ns() - began);
}
