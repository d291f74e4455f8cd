// SPDX-License-Identifier: GPL-2.0-only
/*
 * Coherent memory: a cache of contiguous segments, cut by the same allocator as the pool.
 *
 * How this works.  A block of order k is a run of whole pages whose first slot is aligned to
 * the order, so CPU and bus address are naturally aligned and it is contiguous in both.
 * Larger blocks than a standard segment get a segment of their own order, one extent.  In
 * the steady state an allocation is a claim, without a hypercall or a lock.  When nothing fits:
 * a caller that may sleep makes a segment; one that may not takes from the atomic pool, which
 * nobody else uses, and a worker makes the segment.  A free releases the run; the worker gives
 * idle segments back when they exceed the limit.
 */
#include "claim.h"
#include "map.h"
#include "state.h"

#define ATOMIC_ORDER       8 /* 1 MiB for callers that may not sleep */
#define ATOMIC_LEAST_ORDER 4

static void want_block(const struct xsw_dev *d, size_t size, struct xsw_want *w, u8 *order)
{
	u64 pages = ((u64)size + XSW_PAGE_SIZE - 1) >> XSW_PAGE_SHIFT;

	*order = (u8)xsw_log2_ceil((u32)pages);
	w->mask = d->coherent_mask;
	w->slots = (u32)(pages << (XSW_PAGE_SHIFT - XSW_SLOT_SHIFT));
	w->stride = 1u << (*order + XSW_PAGE_SHIFT - XSW_SLOT_SHIFT);
	w->phase = 0;
	w->block = 0;
}

/* A new segment for a want that found nothing; under the mutex */
static u64 coherent_grow(struct xsw_engine *e, struct xsw_pool *p, u64 bits, u8 order, u8 least)
{
	struct xsw_memory_want want = {
		.bytes = XSW_PAGE_SIZE << order,
		.bits = (u8)min(bits, (u64)XSW_COHERENT_BITS),
		.order = order,
		.least_order = least,
		.pool = p,
		.index = &e->coherent_index,
	};
	struct xsw_change c = { 0 };

	return xsw_memory_get(e, &want, &c);
}

static __always_inline bool claim_from(struct xsw_pool *p, const struct xsw_want *w,
				       struct xsw_run *run)
{
	xsw_rcu_read_lock();
	*run = xsw_claim_hinted(p, w->mask, w->slots, w->stride, w->phase);
	if (unlikely(!run->seg))
		*run = xsw_claim_slowly(p, w);
	xsw_rcu_read_unlock();
	return run->seg != NULL;
}

/* Under the mutex somebody else's new segment may do; a worker may be giving one back */
static bool claim_sleeping(struct xsw_engine *e, const struct xsw_want *w, u8 order,
			   struct xsw_run *run, enum xsw_coherent_source *from)
{
	bool got;

	xsw_might_sleep();
	xsw_mutex_lock(&e->mutex);
	got = claim_from(&e->coherent, w, run);
	*from = got ? XSW_FROM_CACHE : XSW_FROM_EXCHANGE;
	if (!got && coherent_grow(e, &e->coherent, xsw_bits_within(w->mask),
				  max(order, (u8)XSW_SEGMENT_ORDER), order))
		got = claim_from(&e->coherent, w, run);
	xsw_mutex_unlock(&e->mutex);
	return got;
}

static bool claim_block(struct xsw_engine *e, const struct xsw_want *w, u8 order, bool atomic,
			struct xsw_run *run, enum xsw_coherent_source *from)
{
	*from = XSW_FROM_CACHE;
	if (likely(claim_from(&e->coherent, w, run)))
		return true;
	if (!atomic)
		return claim_sleeping(e, w, order, run, from);
	*from = XSW_FROM_RESERVE;
	WRITE_ONCE(e->coherent_wanted, xsw_bits_within(w->mask));
	return claim_from(&e->atomic, w, run);
}

void *xsw_coherent_alloc(struct xsw_dev *d, size_t size, bool atomic, u64 *bus,
			 enum xsw_coherent_source *from)
{
	enum xsw_coherent_source source;
	struct xsw_want w;
	struct xsw_run run;
	struct xsw_slot *slot;
	void *va;
	u8 order;

	if (!size || size > XSW_PAGE_SIZE << XSW_MAX_ORDER)
		goto fail;
	want_block(d, size, &w, &order);
	if (!claim_block(d->engine, &w, order, atomic, &run, &source))
		goto fail;
	slot = &run.seg->slot[run.start];
	xsw_slot_record(slot, d->id, 0, (u32)size, w.slots, 0, XSW_DIR_NONE);
	va = run.seg->va + ((size_t)run.start << XSW_SLOT_SHIFT);
	xsw_zero(va, (size_t)w.slots << XSW_SLOT_SHIFT);
	xsw_percpu_add(&d->tally->coherent_allocs, 1);
	*bus = xsw_slot_bus(run.seg, run.start);
	if (from)
		*from = source;
	return va;
fail:
	xsw_percpu_add(&d->tally->coherent_fails, 1);
	return NULL;
}

/* More is kept than is wanted idle: see whether this release made a segment idle */
static noinline void free_looking(struct xsw_engine *e, struct xsw_segment *s, u32 i, u32 slots)
{
	xsw_release(s->pool, s, i, slots);
	if (s->pool == &e->coherent && xsw_free_slots(s) == s->slots)
		WRITE_ONCE(e->coherent_idle, 1);
	xsw_rcu_read_unlock();
}

bool xsw_coherent_free(struct xsw_dev *d, size_t size, void *va, u64 bus)
{
	struct xsw_engine *e = d->engine;
	struct xsw_segment *s;
	u32 i, slots;

	(void)size;
	xsw_rcu_read_lock();
	s = xsw_index_find(&e->coherent_index, bus);
	if (unlikely(!s) || unlikely(s->va + (bus - s->bus) != va)) {
		xsw_rcu_read_unlock();
		return false;
	}
	i = xsw_slot_of(s, bus);
	slots = READ_ONCE(s->slot[i].slots);
	if (unlikely(!xsw_is_live((u16)slots))) {
		xsw_rcu_read_unlock();
		return true;
	}
	xsw_percpu_add(&d->tally->coherent_frees, 1);
	xsw_store_release(&s->slot[i].slots, 0);
	if (unlikely(READ_ONCE(e->coherent.slots) << XSW_SLOT_SHIFT > e->coherent_limit))
		free_looking(e, s, i, slots);
	else
		xsw_release_unlock(s->pool, s, i, slots);
	return true;
}

void xsw_coherent_reserve(struct xsw_engine *e, u64 mask)
{
	if (xsw_pool_has(&e->atomic, mask, 1, NULL) || xsw_bits_within(mask) <= XSW_PAGE_SHIFT)
		return;
	coherent_grow(e, &e->atomic, min(xsw_bits_within(mask), (u8)32), ATOMIC_ORDER,
		      ATOMIC_LEAST_ORDER);
}

/* Give idle segments back, those above the limit; under the mutex */
static void give_back_idle(struct xsw_engine *e)
{
	struct xsw_table *t = e->coherent.table;
	struct xsw_segment *list = NULL;
	struct xsw_change c = { 0 };
	u64 idle = 0;
	u32 id;

	for (id = 0; id < t->ids; id++) {
		struct xsw_segment *s = t->seg[id];

		if (!s || xsw_free_slots(s) != s->slots)
			continue;
		idle += xsw_segment_bytes(s);
		if (idle > e->coherent_limit && xsw_close(&e->coherent, s)) {
			idle -= xsw_segment_bytes(s);
			xsw_retire(s, &e->coherent_index, &list);
		}
	}
	if (!list)
		return;
	xsw_memory_settle(e);
	xsw_memory_put(e, list, &c);
}

void xsw_coherent_work(struct xsw_engine *e)
{
	u64 bits;

	xsw_might_sleep();
	xsw_mutex_lock(&e->mutex);
	bits = xsw_xchg64(&e->coherent_wanted, 0);
	if (bits > XSW_PAGE_SHIFT)
		coherent_grow(e, &e->coherent, bits, XSW_SEGMENT_ORDER, 0);
	if (xsw_xchg64(&e->coherent_idle, 0))
		give_back_idle(e);
	xsw_mutex_unlock(&e->mutex);
}

bool xsw_coherent_wants_work(struct xsw_engine *e)
{
	return READ_ONCE(e->coherent_wanted) || READ_ONCE(e->coherent_idle);
}
