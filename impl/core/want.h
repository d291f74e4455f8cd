/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a mapping's address, size and the device's limits to the run of slots it needs.
 */
#ifndef XSW_WANT_H
#define XSW_WANT_H

#include "segment.h"

#define XSW_MAX_BYTES ((u64)XSW_MAX_SLOTS << XSW_SLOT_SHIFT)

/**
 * xsw_want_for() - how the run must lie; @size <= XSW_MAX_BYTES
 *
 * The low bits of @align are kept: those below a slot by an offset into the first slot, those
 * above by the phase, so no slot is spent on padding.  A device that names no alignment gets
 * whole pages aligned to a page.
 * Return: bytes of the first slot before the mapping.
 */
static __always_inline u32 xsw_want_for(struct xsw_want *w, u64 phys, size_t size, u64 mask,
					u64 align, u64 boundary)
{
	u32 offset = (u32)(phys & align & (XSW_SLOT_SIZE - 1));

	w->mask = mask;
	w->slots = (u32)((offset + size + XSW_SLOT_SIZE - 1) >> XSW_SLOT_SHIFT);
	w->stride = 1;
	w->phase = 0;
	w->block = 0;
	if (align >= XSW_SLOT_SIZE) {
		w->stride = (u32)((align + 1) >> XSW_SLOT_SHIFT);
		w->phase = (u32)((phys & align) >> XSW_SLOT_SHIFT);
	} else if (!align && size >= XSW_PAGE_SIZE) {
		w->stride = XSW_PAGE_SIZE / XSW_SLOT_SIZE;
	}
	if (unlikely(boundary < XSW_MAX_BYTES - 1))
		w->block = max((u32)((boundary + 1) >> XSW_SLOT_SHIFT), 1u);
	return offset;
}

#endif /* XSW_WANT_H */
