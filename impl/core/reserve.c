// SPDX-License-Identifier: GPL-2.0-only
/*
 * The run kept for large maps, so that max_mapping_size is a promise of progress.
 *
 * How this works.  A segment outside the pool, shared by all devices that reach it, serves one
 * large map at a time when the pool has no run for it.  So at any occupancy a map of up to its
 * size either succeeds or waits for one that will end.  Small maps never use it.
 */
#include "state.h"

#define RESERVE_LEAST_ORDER 6 /* 256 KiB, what stock promises */

static struct xsw_segment *reserve_within(struct xsw_engine *e, u64 mask)
{
	struct xsw_segment *s, *best = NULL;

	for (s = e->reserves; s; s = s->next)
		if (s->top <= mask && !s->quarantined && (!best || s->slots > best->slots))
			best = s;
	return best;
}

void xsw_reserve_get(struct xsw_dev *d)
{
	struct xsw_engine *e = d->engine;
	struct xsw_memory_want want = {
		.bytes = XSW_PAGE_SIZE << XSW_SEGMENT_ORDER,
		.bits = min(xsw_bits_within(d->dma_mask), (u8)XSW_COHERENT_BITS),
		.order = XSW_SEGMENT_ORDER,
		.least_order = RESERVE_LEAST_ORDER,
		.reserve = true,
		.index = &e->index,
	};
	struct xsw_change c = { 0 };
	struct xsw_segment *s = reserve_within(e, d->dma_mask);

	if (!s && want.bits > XSW_PAGE_SHIFT) {
		want.bits = min(want.bits, (u8)32);
		xsw_memory_get(e, &want, &c);
		s = reserve_within(e, d->dma_mask);
	}
	if (s)
		s->devices++;
	d->reserve = s;
}

void xsw_reserve_put(struct xsw_dev *d)
{
	if (d->reserve)
		d->reserve->devices--;
	d->reserve = NULL;
}

struct xsw_run xsw_reserve_claim(struct xsw_dev *d, const struct xsw_want *w)
{
	struct xsw_segment *s = d->reserve;
	struct xsw_run none = { 0 };
	u32 i;

	if (s->top > w->mask)
		return none;
	i = (w->phase - s->first) & (w->stride - 1);
	if (i + w->slots > s->slots || !xsw_fits_at(s, w, i))
		return none;
	if (xsw_cmpxchg64(&s->taken, 0, 1))
		return none;
	return (struct xsw_run){ .seg = s, .start = i };
}

void xsw_reserve_release(struct xsw_segment *s)
{
	xsw_store_release(&s->taken, 0);
}

size_t xsw_max_mapping_size(struct xsw_dev *d)
{
	u64 most = XSW_STOCK_MAPPING;
	u64 padding = (d->min_align_mask + XSW_SLOT_SIZE - 1) & ~(u64)(XSW_SLOT_SIZE - 1);

	if (d->reserve && d->reserve->top <= d->dma_mask)
		most = xsw_segment_bytes(d->reserve);
	if (d->boundary_mask < most)
		most = d->boundary_mask + 1;
	return most > padding ? most - padding : XSW_SLOT_SIZE;
}
