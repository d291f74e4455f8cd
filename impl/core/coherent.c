// SPDX-License-Identifier: GPL-2.0-only
/*
 * Coherent memory: a cache of contiguous segments, cut by the same allocator as the pool.
 *
 * How this works.  A block of order k is a run of 2^k pages whose first slot is aligned to the
 * order, so CPU and bus address are naturally aligned and it is contiguous in both.  Larger
 * blocks than a standard segment get a segment of their own order, one extent.  In the steady
 * state an allocation is a claim, without a hypercall or a lock.  Where nothing fits, a caller
 * that may sleep makes a segment.  One that may not takes from the atomic pool, which nobody else
 * uses, and a worker makes the segment.  A free releases the run; the worker gives idle segments
 * back when they exceed the limit.
 *
 * A block has all pages of its order, as the kernel's own operations give them.  So if it outlives
 * the module and is freed by those, no page of another block is.
 */
#include "claim.h"
#include "state.h"
#include "tell.h"

#define ATOMIC_ORDER       8 /* 1 MiB for callers that may not sleep */
#define ATOMIC_LEAST_ORDER 4

/* ceil(log2()) of the pages of @size, without a branch */
static __always_inline u32 order_of(size_t size)
{
	return xsw_log2_floor(2 * (u32)((size - 1) >> XSW_PAGE_SHIFT) + 1);
}

static __always_inline u32 slots_of(u32 order)
{
	return 1u << (order + XSW_PAGE_SHIFT - XSW_SLOT_SHIFT);
}

/* A new segment for a want that found nothing; under the mutex */
static u64 coherent_grow(struct xsw_engine *e, enum xsw_kind kind, u64 bits, u8 order, u8 least)
{
	struct xsw_memory_want want = {
		.bytes = XSW_PAGE_SIZE << order,
		.bits = (u8)min(bits, (u64)XSW_COHERENT_BITS),
		.order = order,
		.least_order = least,
		.kind = kind,
	};
	struct xsw_change c = { 0 };

	return want.bits > XSW_PAGE_SHIFT ? xsw_memory_get(e, &want, &c) : 0;
}

static bool claim_from(struct xsw_pool *p, const struct xsw_want *w, struct xsw_run *run)
{
	xsw_rcu_read_lock();
	*run = xsw_claim(p, w);
	xsw_rcu_read_unlock();
	return run->seg != NULL;
}

/*
 * The pool is tried again under the mutex: another caller may have made a segment meanwhile, or the
 * worker may have been giving one back.
 */
static bool claim_sleeping(struct xsw_engine *e, const struct xsw_want *w, u8 order,
			   struct xsw_run *run, enum xsw_coherent_source *from)
{
	bool got;

	xsw_might_sleep();
	xsw_mutex_lock(&e->mutex);
	got = claim_from(&e->pool[XSW_KIND_COHERENT], w, run);
	if (!got && coherent_grow(e, XSW_KIND_COHERENT, xsw_bits_within(w->mask),
				  max(order, (u8)XSW_SEGMENT_ORDER), order)) {
		got = claim_from(&e->pool[XSW_KIND_COHERENT], w, run);
		if (got && run->seg->block.origin == XSW_ORIGIN_EXCHANGED)
			*from = XSW_FROM_EXCHANGE;
	}
	xsw_mutex_unlock(&e->mutex);
	return got;
}

/*
 * Ask the worker to make room for such a block.  Two callers may overwrite each other's wish; the
 * next allocation that finds nothing asks again.
 */
static void want_room(struct xsw_engine *e, u64 bits, u8 order)
{
	u64 wanted = READ_ONCE(e->coherent_wanted);

	if (order > READ_ONCE(e->coherent_order))
		WRITE_ONCE(e->coherent_order, order);
	if (!wanted || bits < wanted)
		WRITE_ONCE(e->coherent_wanted, bits);
	xsw_store_release(&e->gate.coherent_work, true);
}

/* Where no hint served.  Return: seg is NULL if there is nothing. */
static noinline struct xsw_run claim_block(struct xsw_dev *d, u32 order, bool atomic,
					   enum xsw_coherent_source *from)
{
	struct xsw_engine *e = d->engine;
	struct xsw_want w = {
		.mask = d->coherent_mask,
		.slots = slots_of(order),
		.stride = slots_of(order),
	};
	struct xsw_run run;

	if (claim_from(&e->pool[XSW_KIND_COHERENT], &w, &run))
		return run;
	if (!atomic) {
		claim_sleeping(e, &w, (u8)order, &run, from);
		return run;
	}
	*from = XSW_FROM_RESERVE;
	want_room(e, xsw_bits_within(w.mask), (u8)order);
	claim_from(&e->pool[XSW_KIND_ATOMIC], &w, &run);
	return run;
}

void *xsw_coherent_alloc(struct xsw_dev *d, size_t size, bool atomic, u64 *bus,
			 enum xsw_coherent_source *from)
{
	u32 order = order_of(size), slots = slots_of(order);
	struct xsw_run run;
	void *va;

	if (unlikely(size - 1 >= XSW_PAGE_SIZE << XSW_MAX_ORDER))
		goto fail;
	*from = XSW_FROM_CACHE;
	xsw_rcu_read_lock();
	run = xsw_claim_hinted(&d->engine->pool[XSW_KIND_COHERENT], d->coherent_mask, slots,
			       slots - 1, 0);
	xsw_rcu_read_unlock();
	if (unlikely(!run.seg))
		run = claim_block(d, order, atomic, from);
	if (unlikely(!run.seg))
		goto fail;
	xsw_record(&run.seg->slot[run.start], xsw_mark(d->owner, 0, slots), 0, (u32)size,
		   XSW_DIR_NONE, XSW_BOUNCE_NONE);
	xsw_percpu_add(&d->tally->coherent_allocs, 1);
	*bus = xsw_slot_bus(run.seg, run.start);
	va = run.seg->va + ((size_t)run.start << XSW_SLOT_SHIFT);
	xsw_zero(va, (size_t)slots << XSW_SLOT_SHIFT);
	return va;
fail:
	xsw_percpu_add(&d->tally->coherent_fails, 1);
	return NULL;
}

/* More is kept than is wanted idle: did this release make a segment idle? */
static noinline bool release_above_limit(struct xsw_engine *e, struct xsw_segment *s, u32 i,
					 u32 slots) __releases(RCU_SCHED)
{
	xsw_release(s->pool, s, i, slots);
	if (s->kind == XSW_KIND_COHERENT && xsw_free_slots(s) == s->slots) {
		WRITE_ONCE(e->coherent_idle, 1);
		xsw_store_release(&e->gate.coherent_work, true);
	}
	xsw_rcu_read_unlock();
	return true;
}

/* The record is ended: release the pages, and the RCU read lock */
static __always_inline bool release_block(struct xsw_dev *d, struct xsw_segment *s, u32 i,
					  u32 slots) __releases(RCU_SCHED)
{
	struct xsw_engine *e = d->engine;

	xsw_percpu_add(&d->tally->coherent_frees, 1);
	if (unlikely(READ_ONCE(e->pool[XSW_KIND_COHERENT].slots) << XSW_SLOT_SHIFT >
		     e->coherent_limit))
		return release_above_limit(e, s, i, slots);
	return xsw_release_unlock(s->pool, s, i, slots);
}

static void tell_stray(struct xsw_dev *d, u64 bus, size_t size, u32 owner)
{
	struct xsw_event event = {
		.what = XSW_TOLD_STRAY,
		.dev = d,
		.stray = { .bus = bus, .size = size, .begins = owner ? bus : 0, .owner = owner },
	};

	xsw_percpu_add(&d->tally->stray_unmaps, 1);
	xsw_tell(&event);
}

/*
 * What the quick look did not find: small segments, what comes late, strays.  Under the RCU read
 * lock, which it releases.  Return: is @bus memory of this engine?
 */
static noinline bool free_slowly(struct xsw_dev *d, size_t size, void *va, u64 bus)
	__releases(RCU_SCHED)
{
	struct xsw_segment *s = xsw_index_find(&d->engine->coherent_index, bus);
	union xsw_mark mark = { .word = 0 };
	u32 i, slots;

	while (s) {
		i = xsw_slot_of(s, bus);
		mark = xsw_mark_of(&s->slot[i]);
		if (s->va + (bus - s->bus) != va || mark.owner != d->id ||
		    bus & (XSW_PAGE_SIZE - 1))
			break;
		if (!xsw_is_live(mark) && !xsw_is_left(mark))
			break;
		if (!xsw_mark_end(&s->slot[i], mark))
			continue;
		slots = xsw_run_slots(mark);
		if (!xsw_is_left(mark))
			return release_block(d, s, i, slots);
		xsw_left_behind(s, -(u64)slots);
		release_block(d, s, i, slots);
		xsw_came_back(d);
		return true;
	}
	xsw_rcu_read_unlock();
	if (s)
		tell_stray(d, bus, size, mark.word ? mark.owner : 0);
	return s != NULL;
}

bool xsw_coherent_free(struct xsw_dev *d, size_t size, void *va, u64 bus)
{
	struct xsw_segment *s;
	union xsw_mark mark;
	u32 i, slots;

	xsw_rcu_read_lock();
	s = xsw_index_find_quick(&d->engine->coherent_index, bus);
	if (likely(s)) {
		i = xsw_slot_of(s, bus);
		mark = xsw_mark_of(&s->slot[i]);
		if (likely(s->va + (bus - s->bus) == va) &&
		    likely(xsw_is_its(mark, d->owner, (u32)bus & (XSW_SLOT_SIZE - 1), &slots)) &&
		    likely(xsw_mark_end(&s->slot[i], mark)))
			return release_block(d, s, i, slots);
	}
	return free_slowly(d, size, va, bus);
}

void xsw_atomic_provide(struct xsw_engine *e, u64 mask)
{
	if (!xsw_pool_has(&e->pool[XSW_KIND_ATOMIC], mask, 1, NULL))
		coherent_grow(e, XSW_KIND_ATOMIC, min(xsw_bits_within(mask), (u8)32), ATOMIC_ORDER,
			      ATOMIC_LEAST_ORDER);
}

/* Give idle segments back, those above the limit; under the mutex */
static void give_back_idle(struct xsw_engine *e)
{
	struct xsw_pool *p = &e->pool[XSW_KIND_COHERENT];
	struct xsw_table *t = xsw_table_of(p);
	struct xsw_segment *list = NULL;
	struct xsw_change c = { 0 };
	u64 idle = 0;
	u32 id;

	for (id = 0; id < t->ids; id++) {
		struct xsw_segment *s = xsw_segment_at(t, id);

		if (!s || xsw_free_slots(s) != s->slots)
			continue;
		idle += xsw_segment_bytes(s);
		if (idle > e->coherent_limit && xsw_close(p, s)) {
			idle -= xsw_segment_bytes(s);
			xsw_retire(e, s, &list);
		}
	}
	if (!list)
		return;
	xsw_memory_settle(e);
	xsw_memory_put(e, list, &c);
}

/* Make a segment for a block of @order below 2^bits, unless one is free by now; under the mutex */
static void make_room(struct xsw_engine *e, u64 bits, u8 order)
{
	struct xsw_want w = {
		.mask = bits < XSW_WORD_BITS ? (1ULL << bits) - 1 : ~0ULL,
		.slots = slots_of(order),
		.stride = slots_of(order),
	};
	struct xsw_run run;

	if (claim_from(&e->pool[XSW_KIND_COHERENT], &w, &run))
		xsw_release(run.seg->pool, run.seg, run.start, w.slots);
	else
		coherent_grow(e, XSW_KIND_COHERENT, bits, max(order, (u8)XSW_SEGMENT_ORDER), order);
}

void xsw_coherent_work(struct xsw_engine *e)
{
	u64 bits, order;

	xsw_might_sleep();
	xsw_mutex_lock(&e->mutex);
	/* the wishes are read, by full barriers, after the mark that there are any is cleared */
	WRITE_ONCE(e->gate.coherent_work, false);
	bits = xsw_xchg64(&e->coherent_wanted, 0);
	order = xsw_xchg64(&e->coherent_order, 0);
	if (bits)
		make_room(e, bits, (u8)order);
	if (xsw_xchg64(&e->coherent_idle, 0))
		give_back_idle(e);
	xsw_mutex_unlock(&e->mutex);
}
