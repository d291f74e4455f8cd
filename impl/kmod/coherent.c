// SPDX-License-Identifier: GPL-2.0-only
/*
 * Coherent memory: from the engine's contiguous regions, else from the kernel's own.
 *
 * A caller that may not sleep is served from what is there; the refill is left to a worker.
 * Where the engine has nothing, the kernel's own allocation (an exchange of its own) is the
 * last resort; its blocks are told apart at the free and go back where they came from.
 */
#include "attach.h"
#include "coherent.h"
#include "trace.h"

void *xsw_op_alloc(struct device *dev, size_t size, dma_addr_t *bus, gfp_t gfp, unsigned long attrs)
{
	struct xsw_attached *a = xsw_attached(dev);
	bool atomic = !gfpflags_allow_blocking(gfp);
	enum xsw_coherent_source from = XSW_FROM_NONE;
	u64 began = 0, at;
	void *va;

	xsw_follow_masks(a, dev);
	if (trace_xsw_alloc_enabled())
		began = xsw_now_ns();
	va = xsw_coherent_alloc(&a->dev, size, atomic, &at, &from);
	if (va) {
		*bus = at;
	} else {
		va = xsw.stock->alloc(dev, size, bus, gfp, attrs);
		from = va ? XSW_FROM_STOCK : XSW_FROM_NONE;
	}
	if (xsw_coherent_wants_work(xsw.engine))
		xsw_upkeep_soon();
	if (trace_xsw_alloc_enabled() && began)
		trace_xsw_alloc(a->dev.id, va ? *bus : DMA_MAPPING_ERROR, size, atomic, from,
				xsw_now_ns() - began);
	return va;
}

void xsw_op_free(struct device *dev, size_t size, void *va, dma_addr_t bus, unsigned long attrs)
{
	struct xsw_attached *a = xsw_attached(dev);
	u64 began = 0;

	if (trace_xsw_free_enabled())
		began = xsw_now_ns();
	if (!xsw_coherent_free(&a->dev, size, va, bus))
		xsw.stock->free(dev, size, va, bus, attrs);
	else if (xsw_coherent_wants_work(xsw.engine))
		xsw_upkeep_soon();
	if (trace_xsw_free_enabled() && began)
		trace_xsw_free(a->dev.id, bus, size, xsw_now_ns() - began);
}
