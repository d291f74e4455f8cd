// SPDX-License-Identifier: GPL-2.0-only
/*
 * What max_mapping_size promises, and the pool that keeps the promise.
 *
 * How this works.  A pool of its own, the large pool, serves maps of more than XSW_LARGE_ABOVE
 * slots that found no run in the streaming pool.  Small maps never use it, so a small map that is
 * held for ever cannot take it away.  It has at least one segment within the mask of each
 * attached device, where one could be had.  So at any occupancy a request of up to that segment's
 * size, in one entry or several, either succeeds or waits for large maps that will end.
 *
 * A driver reads the promise once.  So it is computed from segments that exist; one that an
 * attached device relies on is not given back; and where a device leaks a mapping in one,
 * another is made.
 */
#include "state.h"

#define LARGE_LEAST_ORDER 6 /* 256 KiB, what stock promises */

/* The largest segment of @p within @mask without a quarantined slot, in slots */
static u32 largest_whole(struct xsw_pool *p, u64 mask, const struct xsw_segment *but)
{
	const struct xsw_table *t;
	u32 best = 0, id;

	xsw_rcu_read_lock();
	t = xsw_rcu_dereference(p->table);
	for (id = 0; id < t->ids; id++) {
		const struct xsw_segment *s = xsw_rcu_dereference(t->seg[id]);

		if (s && s != but && s->top <= mask && !READ_ONCE(s->quarantined))
			best = max(best, s->slots);
	}
	xsw_rcu_read_unlock();
	return best;
}

void xsw_large_provide(struct xsw_engine *e, u64 mask)
{
	struct xsw_memory_want want = {
		.bytes = XSW_PAGE_SIZE << XSW_SEGMENT_ORDER,
		.bits = min(xsw_bits_within(mask), (u8)32),
		.order = XSW_SEGMENT_ORDER,
		.least_order = LARGE_LEAST_ORDER,
		.kind = XSW_KIND_LARGE,
	};
	struct xsw_change c = { 0 };

	if (want.bits > XSW_PAGE_SHIFT && !largest_whole(&e->pool[XSW_KIND_LARGE], mask, NULL))
		xsw_memory_get(e, &want, &c);
}

void xsw_large_provide_all(struct xsw_engine *e)
{
	const struct xsw_dev *d;

	for (d = e->devices; d; d = d->next)
		xsw_large_provide(e, d->dma_mask);
}

/* Slots that @d is sure of while @but is not counted */
static u32 promised_slots(const struct xsw_dev *d, const struct xsw_segment *but)
{
	struct xsw_engine *e = d->engine;
	u32 slots = largest_whole(&e->pool[XSW_KIND_LARGE], d->dma_mask, but);

	if (slots)
		return slots;
	slots = largest_whole(&e->pool[XSW_KIND_STREAMING], d->dma_mask, but);
	return min(slots, XSW_STOCK_MAPPING >> XSW_SLOT_SHIFT);
}

/* The same as bytes of one mapping */
static u64 promised_bytes(const struct xsw_dev *d, const struct xsw_segment *but)
{
	u64 most = (u64)promised_slots(d, but) << XSW_SLOT_SHIFT;
	u64 padding = (d->min_align_mask + XSW_SLOT_SIZE - 1) & ~(u64)(XSW_SLOT_SIZE - 1);

	if (d->boundary_mask < most)
		most = d->boundary_mask + 1;
	return most > padding ? most - padding : XSW_SLOT_SIZE;
}

/*
 * A device keeps one segment of each pool too, though it may not have asked yet.  Where its promise
 * is out of reach already (its limits were lowered since, or a leak was not replaced) it keeps what
 * is left of it.
 */
bool xsw_is_promised(struct xsw_engine *e, const struct xsw_segment *s)
{
	const struct xsw_dev *d;

	for (d = e->devices; d; d = d->next)
		if (s->top <= d->dma_mask &&
		    (promised_bytes(d, s) < min(READ_ONCE(d->promised), promised_bytes(d, NULL)) ||
		     !largest_whole(&e->pool[s->kind], d->dma_mask, s)))
			return true;
	return false;
}

size_t xsw_max_mapping_size(struct xsw_dev *d)
{
	u64 bytes = promised_bytes(d, NULL);

	if (bytes > READ_ONCE(d->promised))
		WRITE_ONCE(d->promised, bytes);
	return bytes;
}
