/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Streaming map and unmap: the direct case is inline, a bounce is a call.
 *
 * Cost of a direct map: the gate, the device, one P2M entry, two counters of this CPU.
 * Of a direct unmap: two compares with the gate and one counter.  No lock, no shared cache line
 * written; a call only for buffers of more than one page.
 */
#ifndef XSW_MAP_H
#define XSW_MAP_H

#include "engine.h"

/*
 * The bus address of a buffer that the device reaches as it is, where one look tells: it lies
 * in one page.  Return: the address, counted; else XSW_BUS_ERROR, and *@why: the reason to
 * bounce, or XSW_BOUNCE_NONE if it takes a closer look.
 */
static __always_inline u64 xsw_map_direct(struct xsw_dev *d, u64 phys, size_t size,
					  enum xsw_bounce *why)
{
	struct xsw_tally __percpu *tally = d->tally;
	u64 offset = phys & (XSW_PAGE_SIZE - 1), mfn, bus;

	*why = XSW_BOUNCE_FORCED;
	if (unlikely(d->force) || unlikely(READ_ONCE(d->gate->force_all)))
		return XSW_BUS_ERROR;
	*why = XSW_BOUNCE_NONE;
	mfn = xsw_pfn_to_mfn_quick(phys >> XSW_PAGE_SHIFT);
	if (unlikely(mfn == XSW_INVALID_MFN))
		return XSW_BUS_ERROR;
	bus = mfn << XSW_PAGE_SHIFT | offset;
	if (unlikely(bus + size - 1 > d->dma_mask)) {
		*why = XSW_BOUNCE_MASK;
		return XSW_BUS_ERROR;
	}
	if (unlikely(offset + size > XSW_PAGE_SIZE))
		return XSW_BUS_ERROR;
	xsw_percpu_add(&tally->direct, 1);
	xsw_percpu_add(&tally->direct_bytes, size);
	return bus;
}

/* map.c: what xsw_map_direct() could not do, for the reason @why.  Tells failures. */
u64 xsw_map_bounced(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir, enum xsw_bounce why,
		    u32 attrs);
/* map.c: a mapping that must not bounce (XSW_ATTR_NO_BOUNCE, XSW_ATTR_MMIO) */
u64 xsw_map_unbounced(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir, u32 attrs);
/* map.c: the address lies between the lowest and the highest of the pool */
u32 xsw_unmap_bounced(struct xsw_dev *d, u64 bus, size_t size, enum xsw_dir dir, u32 attrs);

/**
 * xsw_map() - map @size bytes at physical address @phys for streaming DMA; any context
 *
 * Direct if the device reaches all of it, else through the pool.  Every bounced map copies
 * in, whatever the direction and XSW_ATTR_SKIP_SYNC say.
 * Return: the bus address, or XSW_BUS_ERROR after XSW_TOLD_FAILED was told.
 */
static __always_inline u64 xsw_map(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir,
				   u32 attrs)
{
	enum xsw_bounce why;
	u64 bus;

	if (unlikely(attrs & (XSW_ATTR_NO_BOUNCE | XSW_ATTR_MMIO)))
		return xsw_map_unbounced(d, phys, size, dir, attrs);
	bus = xsw_map_direct(d, phys, size, &why);
	if (likely(bus != XSW_BUS_ERROR))
		return bus;
	return xsw_map_bounced(d, phys, size, dir, why, attrs);
}

/**
 * xsw_map_outcome() - what became of a map that xsw_map() answered with @bus
 * For trace events and tests; @bus must still be mapped.  Fills all but @o->fail.
 */
void xsw_map_outcome(struct xsw_dev *d, u64 bus, struct xsw_outcome *o);

/* Is @bus certainly not in the pool?  The quick filter before the index. */
static __always_inline bool xsw_is_outside(const struct xsw_dev *d, u64 bus)
{
	const struct xsw_gate *gate = d->gate;

	return bus > READ_ONCE(gate->high) || bus < READ_ONCE(gate->low);
}

/* Counts an unmap.  Return: was the mapping certainly direct?  Else it is xsw_unmap_bounced()'s. */
static __always_inline bool xsw_unmap_direct(struct xsw_dev *d, u64 bus)
{
	xsw_percpu_add(&d->tally->unmaps, 1);
	return likely(xsw_is_outside(d, bus));
}

/**
 * xsw_unmap() - end a streaming mapping; any context
 * @bus: as xsw_map() gave it.  An address in the pool that is not the first byte of a mapping of
 *       @d is counted as stray and told; nothing else happens.
 * Return: slots released; 0 if none were (a direct mapping, a stray one).
 */
static __always_inline u32 xsw_unmap(struct xsw_dev *d, u64 bus, size_t size, enum xsw_dir dir,
				     u32 attrs)
{
	if (likely(xsw_unmap_direct(d, bus)))
		return 0;
	return xsw_unmap_bounced(d, bus, size, dir, attrs);
}

#endif /* XSW_MAP_H */
