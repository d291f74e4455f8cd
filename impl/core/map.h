/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The direct path, inline: mapping what the device reaches as it is, and its unmap.
 *
 * Cost of a direct map: the gate, the device, one P2M entry, two counters of this CPU.
 * Of a direct unmap: two compares with the gate and one counter.  No lock, no shared cache line
 * written; a call only for buffers of more than one page.
 */
#ifndef XSW_MAP_H
#define XSW_MAP_H

#include "engine.h"

/* Counted per device and CPU; xsw_dev_counts() makes struct xsw_counts of it */
struct xsw_tally {
	u64 direct, direct_bytes;
	u64 bounces[XSW_NR_BOUNCE], bounce_bytes;
	u64 not_copied_bytes; /* of bounce_bytes: zeroed instead */
	u64 sync_in_bytes, copy_out_bytes;
	u64 unmaps, syncs;
	u64 fails[XSW_NR_FAIL];
	u64 coherent_allocs, coherent_frees, coherent_fails;
};

/**
 * xsw_map_direct() - map a buffer within a page without bouncing, if the device reaches it
 *
 * Such a buffer crosses a boundary in the machine only if it does so by its own address.
 * Return: the bus address, counted; XSW_BUS_ERROR with *@why for xsw_map_further() otherwise:
 * XSW_BOUNCE_NONE if that takes a closer look.
 */
static __always_inline u64 xsw_map_direct(struct xsw_dev *d, u64 phys, size_t size,
					  enum xsw_bounce *why)
{
	struct xsw_tally *tally = d->tally;
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

/* struct xsw_outcome in two registers; told: slots (32 bits) | bounce (8) | fail (8) */
struct xsw_mapped {
	u64 bus, told;
};

static inline struct xsw_outcome xsw_outcome_of(struct xsw_mapped m)
{
	return (struct xsw_outcome){ .bus = m.bus,
				     .slots = (u32)m.told,
				     .bounce = (u8)(m.told >> 32),
				     .fail = (u8)(m.told >> 40) };
}

u32 xsw_unmap_bounced(struct xsw_dev *d, u64 bus, size_t size, enum xsw_dir dir, u32 attrs);

/* Is @bus certainly not in the pool?  The quick filter before the index. */
static __always_inline bool xsw_is_outside(const struct xsw_dev *d, u64 bus)
{
	const struct xsw_gate *gate = d->gate;

	return bus > READ_ONCE(gate->high) || bus < READ_ONCE(gate->low);
}

/* xsw_unmap(), inline */
static __always_inline u32 xsw_unmap_run(struct xsw_dev *d, u64 bus, size_t size, enum xsw_dir dir,
					 u32 attrs)
{
	xsw_percpu_add(&d->tally->unmaps, 1);
	if (likely(xsw_is_outside(d, bus)))
		return 0;
	return xsw_unmap_bounced(d, bus, size, dir, attrs);
}

#endif /* XSW_MAP_H */
