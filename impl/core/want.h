/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a mapping's address, size and the device's limits to the run of slots it needs.
 */
#ifndef XSW_WANT_H
#define XSW_WANT_H

#include "segment.h"

#define XSW_MAX_BYTES ((u64)XSW_MAX_SLOTS << XSW_SLOT_SHIFT)

/* Bytes of the first slot before the mapping: the low bits of @align are kept by an offset */
static __always_inline size_t xsw_offset_of(u64 phys, u64 align)
{
	return phys & align & (XSW_SLOT_SIZE - 1);
}

static __always_inline size_t xsw_slots_for(size_t offset, size_t size)
{
	return (offset + size + XSW_SLOT_SIZE - 1) >> XSW_SLOT_SHIFT;
}

/*
 * The bits of @align above a slot are kept by the phase, so no slot is spent on padding.  A device
 * that names no alignment gets whole pages aligned to a page.  @align is a power of two less one.
 * Return: the stride less one, the bits of a slot's number that must be those of the phase.
 */
static __always_inline u32 xsw_aligned_for(size_t size, u64 align)
{
	return (u32)(align ? align >> XSW_SLOT_SHIFT : size >= XSW_PAGE_SIZE);
}

static __always_inline u32 xsw_phase_of(u64 phys, u64 align)
{
	return (u32)((phys & align) >> XSW_SLOT_SHIFT);
}

/* Can a boundary fall inside a segment?  None crosses 4 GiB, the usual one. */
static __always_inline bool xsw_is_bounded(u64 boundary)
{
	return boundary < (1ULL << 32) - 1;
}

/* All of it; @size <= XSW_MAX_BYTES */
static __always_inline struct xsw_want xsw_want_for(u64 phys, size_t size, u64 mask, u64 align,
						    u64 boundary)
{
	struct xsw_want w = {
		.mask = mask,
		.slots = (u32)xsw_slots_for(xsw_offset_of(phys, align), size),
		.stride = xsw_aligned_for(size, align) + 1,
		.phase = xsw_phase_of(phys, align),
	};

	if (unlikely(xsw_is_bounded(boundary)))
		w.block = max((u32)((boundary + 1) >> XSW_SLOT_SHIFT), 1u);
	return w;
}

#endif /* XSW_WANT_H */
