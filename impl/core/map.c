// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streaming mappings through the pool: map.h has the direct path.
 *
 * Cost.  A bounced map or unmap is one run claimed or released (claim.h), one slot record (half a
 * cache line, owned by the mapping), two counters of this CPU and the copy: nothing is done
 * slot by slot.  An unmap finds its record by the index: two dependent loads.
 */
#include "claim.h"
#include "map.h"
#include "state.h"
#include "want.h"

bool xsw_is_straddling(u64 phys, size_t size, u64 mfn)
{
	u64 pfn = phys >> XSW_PAGE_SHIFT, last = (phys + size - 1) >> XSW_PAGE_SHIFT;

	while (pfn < last)
		if (xsw_pfn_to_mfn(++pfn) != ++mfn)
			return true;
	return false;
}

static struct xsw_outcome failed(struct xsw_dev *d, enum xsw_fail why, enum xsw_bounce bounce)
{
	xsw_percpu_add(&d->tally->fails[why], 1);
	return (struct xsw_outcome){ .bus = XSW_BUS_ERROR, .bounce = (u8)bounce, .fail = (u8)why };
}

/* What must not bounce: MMIO comes as a bus address, anything else is translated */
static struct xsw_outcome map_unbounced(struct xsw_dev *d, u64 phys, size_t size, u32 attrs)
{
	enum xsw_bounce why = XSW_BOUNCE_NONE;
	u64 bus = phys;

	if (!(attrs & XSW_ATTR_MMIO))
		bus = xsw_translate(d, phys, size, &why);
	else if (phys + size - 1 > d->dma_mask)
		why = XSW_BOUNCE_MASK;
	if (bus == XSW_BUS_ERROR || why != XSW_BOUNCE_NONE)
		return failed(d, XSW_FAIL_MASK, why);
	xsw_percpu_add(&d->tally->direct, 1);
	xsw_percpu_add(&d->tally->direct_bytes, size);
	return (struct xsw_outcome){ .bus = bus };
}

static __always_inline struct xsw_run claim_run(struct xsw_dev *d, struct xsw_want w)
{
	struct xsw_run run;

	xsw_rcu_read_lock();
	run = xsw_claim_run(&d->engine->pool, w);
	xsw_rcu_read_unlock();
	return run;
}

/* The pool has no run: large maps may use the reserve */
static struct xsw_run claim_reserved(struct xsw_dev *d, struct xsw_want w, u32 fail)
{
	struct xsw_run run = xsw_reserve_claim(d, &w);

	run.fail = fail;
	return run;
}

static inline void zero_or_copy_in(struct xsw_dev *d, void *slots, u64 orig, size_t size,
				   enum xsw_dir dir)
{
	if (unlikely(d->skip_copy_in) && dir == XSW_FROM_DEVICE) {
		xsw_zero(slots, size);
		xsw_percpu_add(&d->tally->not_copied_bytes, size);
		return;
	}
	xsw_copy(slots, xsw_phys_to_virt(orig), size);
}

static inline void copy_out(struct xsw_dev *d, u64 orig, const void *slots, size_t size)
{
	xsw_copy(xsw_phys_to_virt(orig), slots, size);
	xsw_percpu_add(&d->tally->copy_out_bytes, size);
}

/* A boundary within one slot, which a run of slots cannot keep to */
static bool is_hopeless(const struct xsw_dev *d, u32 offset, size_t size)
{
	return d->boundary_mask < XSW_SLOT_SIZE - 1 && xsw_crosses(offset, size, d->boundary_mask);
}

struct xsw_outcome xsw_map_bounced(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir,
				   enum xsw_bounce why)
{
	struct xsw_tally *tally = d->tally;
	struct xsw_want w;
	struct xsw_run run;
	struct xsw_slot *slot;
	u32 offset;
	u64 at;

	if (unlikely(why == XSW_BOUNCE_NONE))
		return failed(d, XSW_FAIL_MASK, why);
	if (unlikely(size - 1 >= XSW_MAX_BYTES))
		return failed(d, XSW_FAIL_TOO_LARGE, why);
	offset = xsw_want_for(&w, phys, size, d->dma_mask, d->min_align_mask, d->boundary_mask);
	if (unlikely(w.block) && is_hopeless(d, offset, size))
		return failed(d, XSW_FAIL_TOO_LARGE, why);
	run = claim_run(d, w);
	if (unlikely(!run.seg)) {
		run = claim_reserved(d, w, run.fail);
		if (!run.seg)
			return failed(d, run.fail, why);
	}
	slot = &run.seg->slot[run.start];
	xsw_slot_record(slot, d->id, phys, (u32)size, w.slots, offset, dir);
	at = ((u64)run.start << XSW_SLOT_SHIFT) + offset;
	xsw_percpu_add(&tally->bounces[why], 1);
	xsw_percpu_add(&tally->bounce_bytes, size);
	zero_or_copy_in(d, run.seg->va + at, phys, size, dir);
	return (struct xsw_outcome){ .bus = run.seg->bus + at,
				     .slots = w.slots,
				     .bounce = (u8)why };
}

u64 xsw_map(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir, u32 attrs,
	    struct xsw_outcome *o)
{
	enum xsw_bounce why;
	u64 bus;

	if (unlikely(attrs & (XSW_ATTR_NO_BOUNCE | XSW_ATTR_MMIO))) {
		*o = map_unbounced(d, phys, size, attrs);
		return o->bus;
	}
	bus = xsw_map_direct(d, phys, size, &why);
	if (likely(bus != XSW_BUS_ERROR))
		*o = (struct xsw_outcome){ .bus = bus };
	else
		*o = xsw_map_bounced(d, phys, size, dir, why);
	return o->bus;
}

/*
 * The record of the mapping that @bus is in, NULL if none that lives.  A live mapping keeps its
 * segment; the index's arrays stay as long as the engine.  So this needs no read lock.
 */
static inline struct xsw_slot *slot_of(struct xsw_engine *e, u64 bus, struct xsw_segment **seg)
{
	struct xsw_segment *s = xsw_index_find(&e->index, bus);
	u32 i;

	*seg = s;
	if (!s)
		return NULL;
	i = xsw_slot_of(s, bus);
	if (unlikely(!READ_ONCE(s->slot[i].slots))) {
		i = xsw_head_of(s, i);
		if (i == XSW_NOWHERE)
			return NULL;
	}
	return likely(READ_ONCE(s->slot[i].state) == XSW_SLOT_LIVE) ? &s->slot[i] : NULL;
}

static inline u32 number_of(const struct xsw_segment *s, const struct xsw_slot *slot)
{
	return (u32)(slot - s->slot);
}

u32 xsw_unmap_bounced(struct xsw_dev *d, u64 bus, size_t size, enum xsw_dir dir, u32 attrs)
{
	struct xsw_segment *s;
	struct xsw_slot *slot = slot_of(d->engine, bus, &s);
	u32 i, slots;

	if (!slot)
		return 0;
	i = number_of(s, slot);
	if ((dir == XSW_FROM_DEVICE || dir == XSW_BIDIRECTIONAL) && !(attrs & XSW_ATTR_SKIP_SYNC))
		copy_out(d, slot->orig, s->va + ((size_t)i << XSW_SLOT_SHIFT) + slot->offset,
			 min(size, (size_t)slot->size));
	slots = slot->slots;
	xsw_store_release(&slot->slots, 0);
	if (unlikely(!s->may_whole)) {
		xsw_reserve_release(s);
		return slots;
	}
	xsw_rcu_read_lock();
	xsw_release_run(&d->engine->pool, s, i, slots);
	xsw_rcu_read_unlock();
	return slots;
}

u32 xsw_unmap(struct xsw_dev *d, u64 bus, size_t size, enum xsw_dir dir, u32 attrs)
{
	return xsw_unmap_run(d, bus, size, dir, attrs);
}

/* The part of the mapping that [@bus, @bus + @size) covers; false: none */
static bool sync_part(struct xsw_dev *d, u64 bus, size_t size, u64 *orig, u8 **slots, size_t *n)
{
	struct xsw_segment *s;
	struct xsw_slot *slot;
	u64 begin, skip;

	if (likely(xsw_is_outside(d, bus)))
		return false;
	slot = slot_of(d->engine, bus, &s);
	if (!slot)
		return false;
	begin = xsw_slot_bus(s, number_of(s, slot)) + slot->offset;
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

bool xsw_owns(struct xsw_engine *e, u64 bus)
{
	return xsw_index_find(&e->index, bus) != NULL;
}
