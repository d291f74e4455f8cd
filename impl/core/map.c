// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streaming mappings through the pool: map.h has the direct path.
 *
 * Cost.  A bounced map or unmap is one run claimed or released (claim.h), one record (half a
 * cache line, owned by the mapping), two counters of this CPU and the copy: nothing is done
 * slot by slot.  An unmap finds its record by the index, two dependent loads, and ends it by one
 * compare and exchange (record.h).
 */
#include "claim.h"
#include "map.h"
#include "state.h"
#include "tell.h"
#include "want.h"

/* Does the buffer's machine memory break up?  Its first page lies at machine frame @mfn. */
static bool is_straddling(u64 phys, size_t size, u64 mfn)
{
	u64 pfn = phys >> XSW_PAGE_SHIFT, last = (phys + size - 1) >> XSW_PAGE_SHIFT;

	while (pfn < last)
		if (xsw_pfn_to_mfn(++pfn) != ++mfn)
			return true;
	return false;
}

static bool crosses(u64 at, size_t size, u64 boundary)
{
	return (at ^ (at + size - 1)) & ~boundary;
}

/*
 * The bus address of @phys, and why the device can't use it if so.
 * Return: the address; XSW_BUS_ERROR with XSW_BOUNCE_NONE if there is no frame.
 */
static u64 translate(const struct xsw_dev *d, u64 phys, size_t size, enum xsw_bounce *why)
{
	u64 mfn = xsw_pfn_to_mfn(phys >> XSW_PAGE_SHIFT);
	u64 bus = mfn << XSW_PAGE_SHIFT | (phys & (XSW_PAGE_SIZE - 1));

	*why = XSW_BOUNCE_NONE;
	if (mfn == XSW_INVALID_MFN)
		return XSW_BUS_ERROR;
	if (bus + size - 1 > d->dma_mask)
		*why = XSW_BOUNCE_MASK;
	else if (is_straddling(phys, size, mfn))
		*why = XSW_BOUNCE_STRADDLE;
	else if (crosses(bus, size, d->boundary_mask) && !crosses(phys, size, d->boundary_mask))
		*why = XSW_BOUNCE_ALIGN;
	return bus;
}

static u64 direct(struct xsw_dev *d, u64 bus, size_t size)
{
	xsw_percpu_add(&d->tally->direct, 1);
	xsw_percpu_add(&d->tally->direct_bytes, size);
	return bus;
}

static noinline u64 failed(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir, u32 attrs,
			   enum xsw_fail why)
{
	struct xsw_event event; /* an initializer would clear all of the union each time */

	xsw_percpu_add(&d->tally->fails[why], 1);
	event.what = XSW_TOLD_FAILED;
	event.dev = d;
	event.failed.phys = phys;
	event.failed.size = size;
	event.failed.dir = dir;
	event.failed.why = why;
	event.failed.quiet = attrs & XSW_ATTR_QUIET;
	xsw_tell(&event);
	return XSW_BUS_ERROR;
}

static inline void copy_out(struct xsw_dev *d, u64 orig, const void *slots, size_t size)
{
	xsw_copy(xsw_phys_to_virt(orig), slots, size);
	xsw_percpu_add(&d->tally->copy_out_bytes, size);
}

static void zero_slots(struct xsw_dev *d, void *slots, size_t size)
{
	xsw_zero(slots, size);
	xsw_percpu_add(&d->tally->not_copied_bytes, size);
}

/* The run is ours: write the mapping down, copy in */
static __always_inline u64 bounce(struct xsw_dev *d, struct xsw_run run, size_t slots,
				  size_t offset, u64 phys, size_t size, enum xsw_dir dir,
				  enum xsw_bounce why)
{
	struct xsw_segment *s = run.seg;
	u64 at = ((u64)run.start << XSW_SLOT_SHIFT) + offset;
	u64 bus = s->bus + at;
	struct xsw_tally __percpu *tally = d->tally;

	xsw_record(&s->slot[run.start], xsw_mark(d->owner, offset, slots), phys, (u32)size, (u8)dir,
		   (u8)why);
	xsw_percpu_add(&tally->bounces[why], 1);
	xsw_percpu_add(&tally->bounce_bytes, size);
	if (unlikely(d->skip_copy_in) && dir == XSW_FROM_DEVICE)
		zero_slots(d, s->va + at, size);
	else
		xsw_copy(s->va + at, xsw_phys_to_virt(phys), size);
	return bus;
}

/* Does the boundary mask ask for boundaries within a slot?  No run of slots keeps to those. */
static bool crosses_in_slot(const struct xsw_dev *d, size_t offset, size_t size)
{
	return d->boundary_mask < XSW_SLOT_SIZE - 1 && crosses(offset, size, d->boundary_mask);
}

/* Where no hint served: by search; a large map that finds no run may use the large pool */
static noinline u64 bounce_searching(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir,
				     enum xsw_bounce why, u32 attrs)
{
	size_t offset = xsw_offset_of(phys, d->min_align_mask);
	struct xsw_engine *e = d->engine;
	struct xsw_want w;
	struct xsw_run run;
	u32 fail;

	if (size - 1 >= XSW_MAX_BYTES || crosses_in_slot(d, offset, size))
		return failed(d, phys, size, dir, attrs, XSW_FAIL_TOO_LARGE);
	w = xsw_want_for(phys, size, d->dma_mask, d->min_align_mask, d->boundary_mask);
	xsw_rcu_read_lock();
	run = xsw_claim(&e->pool[XSW_KIND_STREAMING], &w);
	fail = run.fail;
	if (unlikely(!run.seg) && w.slots > XSW_LARGE_ABOVE)
		run = xsw_claim_slowly(&e->pool[XSW_KIND_LARGE], &w);
	xsw_rcu_read_unlock();
	if (unlikely(!run.seg))
		return failed(d, phys, size, dir, attrs, (enum xsw_fail)fail);
	return bounce(d, run, w.slots, offset, phys, size, dir, why);
}

/* More than a page, or a P2M entry that is not plain */
static noinline u64 look_closer(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir,
				u32 attrs)
{
	enum xsw_bounce why;
	u64 bus = translate(d, phys, size, &why);

	if (why != XSW_BOUNCE_NONE)
		return bounce_searching(d, phys, size, dir, why, attrs);
	if (bus == XSW_BUS_ERROR)
		return failed(d, phys, size, dir, attrs, XSW_FAIL_MASK);
	return direct(d, bus, size);
}

/* No hint served.  Where the pool is known to be full, a small map fails at once. */
static noinline u64 map_slowly(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir,
			       enum xsw_bounce why, u32 attrs)
{
	size_t slots = xsw_slots_for(xsw_offset_of(phys, d->min_align_mask), size);

	if (slots <= XSW_LARGE_ABOVE && !xsw_is_bounded(d->boundary_mask) &&
	    xsw_memo_says_empty(&d->engine->pool[XSW_KIND_STREAMING], d->dma_mask, (u32)slots))
		return failed(d, phys, size, dir, attrs, XSW_FAIL_FULL);
	return bounce_searching(d, phys, size, dir, why, attrs);
}

/* By a hint, to a place that more than one word of the bitmap has */
static noinline u64 map_wide(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir,
			     enum xsw_bounce why, u32 attrs)
{
	u64 align = d->min_align_mask;
	size_t offset = xsw_offset_of(phys, align), slots = xsw_slots_for(offset, size);
	struct xsw_run run;

	if (unlikely(size - 1 >= XSW_MAX_BYTES) || unlikely(xsw_is_bounded(d->boundary_mask)))
		return map_slowly(d, phys, size, dir, why, attrs);
	xsw_rcu_read_lock();
	run = xsw_claim_hinted(&d->engine->pool[XSW_KIND_STREAMING], d->dma_mask, (u32)slots,
			       xsw_aligned_for(size, align), xsw_phase_of(phys, align));
	xsw_rcu_read_unlock();
	if (unlikely(!run.seg))
		return map_slowly(d, phys, size, dir, why, attrs);
	return bounce(d, run, slots, offset, phys, size, dir, why);
}

/*
 * The usual case makes no call but the copy: what makes others leaves by a tail call, so that few
 * registers are saved.
 */
static noinline u64 map_narrow(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir,
			       enum xsw_bounce why, u32 attrs)
{
	u64 align = d->min_align_mask;
	size_t offset = xsw_offset_of(phys, align), slots = xsw_slots_for(offset, size);
	struct xsw_pool *p = &d->engine->pool[XSW_KIND_STREAMING];
	struct xsw_hints __percpu *h = p->hints;
	struct xsw_run run;

	if (unlikely(xsw_is_bounded(d->boundary_mask)))
		return map_slowly(d, phys, size, dir, why, attrs);
	xsw_rcu_read_lock();
	run = xsw_hinted(p, h, d->dma_mask, (u32)slots, xsw_aligned_for(size, align),
			 xsw_phase_of(phys, align));
	if (unlikely(!run.seg))
		goto slowly;
	/* the switch of the mark is read before the claim: high_water.c waits for those who did */
	if (unlikely(!xsw_is_narrow(run.start, (u32)slots)) ||
	    unlikely(data_race(p->exact_high_water))) {
		xsw_rcu_read_unlock();
		return map_wide(d, phys, size, dir, why, attrs);
	}
	if (unlikely(!xsw_take_narrow(run.seg, run.start, (u32)slots)))
		goto slowly;
	xsw_percpu_add(&h->used, slots);
	xsw_hint_done(h, (u32)slots);
	xsw_rcu_read_unlock();
	return bounce(d, run, slots, offset, phys, size, dir, why);
slowly:
	xsw_rcu_read_unlock();
	return map_slowly(d, phys, size, dir, why, attrs);
}

/* A function of its own for each, so that neither saves registers for the other */
u64 xsw_map_bounced(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir, enum xsw_bounce why,
		    u32 attrs)
{
	if (unlikely(why == XSW_BOUNCE_NONE))
		return look_closer(d, phys, size, dir, attrs);
	if (unlikely(size - 1 >= XSW_WORD_BITS << XSW_SLOT_SHIFT))
		return map_wide(d, phys, size, dir, why, attrs);
	return map_narrow(d, phys, size, dir, why, attrs);
}

/* MMIO comes as a bus address; anything else is translated */
u64 xsw_map_unbounced(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir, u32 attrs)
{
	enum xsw_bounce why = XSW_BOUNCE_NONE;
	u64 bus = phys;

	if (!(attrs & XSW_ATTR_MMIO))
		bus = translate(d, phys, size, &why);
	else if (phys + size - 1 > d->dma_mask)
		why = XSW_BOUNCE_MASK;
	if (bus != XSW_BUS_ERROR && why == XSW_BOUNCE_NONE)
		return direct(d, bus, size);
	return failed(d, phys, size, dir, attrs, XSW_FAIL_MASK);
}

/*
 * The record of the mapping that @bus is in, NULL if none is; under the RCU read lock.
 * *@seg: the segment that @bus is in, NULL if none is.
 */
static struct xsw_slot *record_at(struct xsw_engine *e, u64 bus, struct xsw_segment **seg)
{
	struct xsw_segment *s = xsw_index_find(&e->index, bus);
	u32 i;

	*seg = s;
	if (!s)
		return NULL;
	i = xsw_head_of(s, xsw_slot_of(s, bus));
	return i == XSW_NOWHERE ? NULL : &s->slot[i];
}

static inline u32 number_of(const struct xsw_segment *s, const struct xsw_slot *slot)
{
	return (u32)(slot - s->slot);
}

void xsw_map_outcome(struct xsw_dev *d, u64 bus, struct xsw_outcome *o)
{
	struct xsw_segment *s;
	struct xsw_slot *slot;

	*o = (struct xsw_outcome){ .bus = bus };
	xsw_rcu_read_lock();
	slot = record_at(d->engine, bus, &s);
	if (slot) {
		o->slots = xsw_run_slots(xsw_mark_of(slot));
		o->bounce = READ_ONCE(slot->why);
	}
	xsw_rcu_read_unlock();
}

/* No preemption is held off while the data is copied: slots that are in use keep their segment */
static noinline u32 copy_and_release(struct xsw_dev *d, struct xsw_segment *s, u32 i, u32 slots,
				     u64 bus, size_t size) __releases(RCU_SCHED)
{
	const struct xsw_slot *slot = &s->slot[i];

	xsw_rcu_read_unlock();
	copy_out(d, slot->orig, s->va + (bus - s->bus), min(size, (size_t)slot->size));
	xsw_rcu_read_lock();
	return xsw_release_unlock(s->pool, s, i, slots);
}

static __always_inline bool copies_back(enum xsw_dir dir, u32 attrs)
{
	return (dir == XSW_FROM_DEVICE || dir == XSW_BIDIRECTIONAL) &&
	       !(attrs & XSW_ATTR_SKIP_SYNC);
}

/* The record ended, which says the mapping was ours */
static __always_inline u32 finish(struct xsw_dev *d, struct xsw_segment *s, u32 i, u32 slots,
				  u64 bus, size_t size, enum xsw_dir dir, u32 attrs)
	__releases(RCU_SCHED)
{
	if (copies_back(dir, attrs))
		return copy_and_release(d, s, i, slots, bus, size);
	return xsw_release_unlock(s->pool, s, i, slots);
}

static u32 tell_stray(struct xsw_dev *d, u64 bus, size_t size, const struct xsw_segment *s,
		      const struct xsw_slot *slot) __releases(RCU_SCHED)
{
	union xsw_mark mark = slot ? xsw_mark_of(slot) : (union xsw_mark){ .word = 0 };
	struct xsw_event event = {
		.what = XSW_TOLD_STRAY,
		.dev = d,
		.stray = { .bus = bus, .size = size },
	};

	if (mark.word) {
		event.stray.begins = xsw_slot_bus(s, number_of(s, slot)) + mark.offset;
		event.stray.owner = mark.owner;
	}
	xsw_rcu_read_unlock();
	xsw_percpu_add(&d->tally->stray_unmaps, 1);
	xsw_tell(&event);
	return 0;
}

/* Where the quick look did not find the record: small segments, what comes late, strays */
static noinline u32 unmap_slowly(struct xsw_dev *d, u64 bus, size_t size, enum xsw_dir dir,
				 u32 attrs)
{
	struct xsw_segment *s;
	struct xsw_slot *slot;

	xsw_rcu_read_lock();
	while ((slot = record_at(d->engine, bus, &s))) {
		union xsw_mark mark = xsw_mark_of(slot);
		u32 i = number_of(s, slot);

		if (mark.owner != d->id || bus != xsw_slot_bus(s, i) + mark.offset)
			break;
		if (xsw_is_live(mark)) {
			if (xsw_mark_end(slot, mark))
				return finish(d, s, i, mark.slots, bus, size, dir, attrs);
		} else if (!xsw_is_left(mark)) {
			break;
		} else if (xsw_mark_end(slot, mark)) {
			u32 slots = xsw_run_slots(mark);

			xsw_left_behind(s, -(u64)slots);
			finish(d, s, i, slots, bus, size, dir, attrs);
			xsw_came_back(d);
			return slots;
		}
	}
	if (s)
		return tell_stray(d, bus, size, s, slot);
	xsw_rcu_read_unlock();
	return 0;
}

u32 xsw_unmap_bounced(struct xsw_dev *d, u64 bus, size_t size, enum xsw_dir dir, u32 attrs)
{
	u32 offset = (u32)bus & (XSW_SLOT_SIZE - 1), i, slots;
	struct xsw_segment *s;
	struct xsw_slot *slot;
	union xsw_mark mark;

	xsw_rcu_read_lock();
	s = xsw_index_find_quick(&d->engine->index, bus);
	if (likely(s)) {
		i = xsw_slot_of(s, bus);
		slot = &s->slot[i];
		mark = xsw_mark_of(slot);
		if (likely(xsw_is_its(mark, d->owner, offset, &slots)) &&
		    likely(xsw_mark_end(slot, mark)))
			return finish(d, s, i, slots, bus, size, dir, attrs);
	}
	xsw_rcu_read_unlock();
	return unmap_slowly(d, bus, size, dir, attrs);
}

/* The part of the mapping that [@bus, @bus + @size) covers; false: none of @d's */
static bool sync_part(struct xsw_dev *d, u64 bus, size_t size, u64 *orig, u8 **slots, size_t *n)
{
	struct xsw_segment *s;
	struct xsw_slot *slot;
	union xsw_mark mark;
	u64 begin, skip;

	if (likely(xsw_is_outside(d, bus)))
		return false;
	xsw_rcu_read_lock();
	slot = record_at(d->engine, bus, &s);
	mark.word = slot ? xsw_mark_of(slot).word : 0;
	xsw_rcu_read_unlock();
	if (!mark.word || mark.owner != d->id || mark.slots & XSW_FOR_GOOD)
		return false;
	begin = xsw_slot_bus(s, number_of(s, slot)) + mark.offset;
	skip = bus > begin ? bus - begin : 0;
	size -= min(size, bus < begin ? (size_t)(begin - bus) : 0);
	*n = skip < slot->size ? min(size, (size_t)(slot->size - skip)) : 0;
	*orig = slot->orig + skip;
	*slots = s->va + (begin - s->bus) + skip;
	xsw_percpu_add(&d->tally->syncs, 1);
	return true;
}

bool xsw_sync_for_cpu(struct xsw_dev *d, u64 bus, size_t size, enum xsw_dir dir)
{
	u64 orig;
	u8 *slots;

	if (!sync_part(d, bus, size, &orig, &slots, &size))
		return false;
	if (dir == XSW_FROM_DEVICE || dir == XSW_BIDIRECTIONAL)
		copy_out(d, orig, slots, size);
	return true;
}

bool xsw_sync_for_device(struct xsw_dev *d, u64 bus, size_t size, enum xsw_dir dir)
{
	u64 orig;
	u8 *slots;

	if (!sync_part(d, bus, size, &orig, &slots, &size))
		return false;
	if (dir == XSW_TO_DEVICE || dir == XSW_BIDIRECTIONAL) {
		xsw_copy(slots, xsw_phys_to_virt(orig), size);
		xsw_percpu_add(&d->tally->sync_in_bytes, size);
	}
	return true;
}
