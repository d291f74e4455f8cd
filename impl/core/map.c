// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streaming mappings: direct where the device reaches the buffer, else through the pool.
 *
 * Cost.  A direct map reads the P2M and the device, and writes counters of its CPU; no shared
 * cache line is written.  A direct unmap adds one look at the index's bounds (two loads).
 * A bounced map or unmap adds one run claimed or released (claim.c), one slot record (half a
 * cache line, owned by the mapping), counters and the copy: nothing is done slot by slot.
 */
#include "claim.h"
#include "state.h"
#include "want.h"

static inline bool crosses(u64 at, size_t size, u64 boundary)
{
	return (at ^ (at + size - 1)) & ~boundary;
}

/* Are the pages behind the first one neighbours of machine frame @mfn? */
static bool is_straddling(u64 phys, size_t size, u64 mfn)
{
	u64 pfn = phys >> XSW_PAGE_SHIFT, last = (phys + size - 1) >> XSW_PAGE_SHIFT;

	while (pfn < last)
		if (xsw_pfn_to_mfn(++pfn) != ++mfn)
			return true;
	return false;
}

/* The bus address of @phys, and why it can't be used if so */
static __always_inline u64 translate(const struct xsw_dev *d, u64 phys, size_t size,
				     enum xsw_bounce *why)
{
	u64 mfn = xsw_pfn_to_mfn(phys >> XSW_PAGE_SHIFT);
	u64 offset = phys & (XSW_PAGE_SIZE - 1);
	u64 bus = mfn << XSW_PAGE_SHIFT | offset;

	*why = XSW_BOUNCE_NONE;
	if (unlikely(mfn == XSW_INVALID_MFN))
		return XSW_BUS_ERROR;
	if (unlikely(bus + size - 1 > d->dma_mask))
		*why = XSW_BOUNCE_MASK;
	else if (offset + size > XSW_PAGE_SIZE && is_straddling(phys, size, mfn))
		*why = XSW_BOUNCE_STRADDLE;
	else if (unlikely(crosses(bus, size, d->boundary_mask)) &&
		 !crosses(phys, size, d->boundary_mask))
		*why = XSW_BOUNCE_ALIGN;
	return bus;
}

static u64 map_failed(struct xsw_dev *d, enum xsw_fail why, struct xsw_outcome *o)
{
	xsw_percpu_add(&d->counts->fails[why], 1);
	o->bus = XSW_BUS_ERROR;
	o->fail = (u8)why;
	return XSW_BUS_ERROR;
}

static inline u64 map_direct(struct xsw_dev *d, u64 bus, size_t size, struct xsw_outcome *o)
{
	xsw_percpu_add(&d->counts->maps, 1);
	xsw_percpu_add(&d->counts->map_bytes, size);
	o->bus = bus;
	return bus;
}

/* What must not bounce: MMIO comes as a bus address, anything else is translated */
static u64 map_unbounced(struct xsw_dev *d, u64 phys, size_t size, u32 attrs, struct xsw_outcome *o)
{
	enum xsw_bounce why = XSW_BOUNCE_NONE;
	u64 bus = phys;

	if (!(attrs & XSW_ATTR_MMIO))
		bus = translate(d, phys, size, &why);
	else if (phys + size - 1 > d->dma_mask)
		why = XSW_BOUNCE_MASK;
	if (bus == XSW_BUS_ERROR || why != XSW_BOUNCE_NONE)
		return map_failed(d, XSW_FAIL_MASK, o);
	return map_direct(d, bus, size, o);
}

static inline void copy_in(struct xsw_dev *d, void *slots, u64 orig, size_t size, enum xsw_dir dir)
{
	if (unlikely(d->skip_copy_in) && dir == XSW_FROM_DEVICE) {
		xsw_zero(slots, size);
		return;
	}
	xsw_copy(slots, xsw_phys_to_virt(orig), size);
	xsw_percpu_add(&d->counts->copy_in_bytes, size);
}

static inline void copy_out(struct xsw_dev *d, u64 orig, const void *slots, size_t size)
{
	xsw_copy(xsw_phys_to_virt(orig), slots, size);
	xsw_percpu_add(&d->counts->copy_out_bytes, size);
}

static __always_inline enum xsw_fail claim_run(struct xsw_dev *d, const struct xsw_want *w,
					       struct xsw_run *run)
{
	enum xsw_fail why;

	xsw_rcu_read_lock();
	why = xsw_claim_run(&d->engine->pool, w, run);
	if (unlikely(why != XSW_FAIL_NONE) && xsw_reserve_claim(d, w, run))
		why = XSW_FAIL_NONE;
	xsw_rcu_read_unlock();
	return why;
}

static u64 map_bounced(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir,
		       struct xsw_outcome *o)
{
	struct xsw_want w;
	struct xsw_run run;
	struct xsw_slot *slot;
	enum xsw_fail why;
	u32 offset;

	if (unlikely(size - 1 >= XSW_MAX_BYTES))
		return map_failed(d, XSW_FAIL_TOO_LARGE, o);
	offset = xsw_want_for(&w, phys, size, d->dma_mask, d->min_align_mask, d->boundary_mask);
	if (unlikely(w.block == 1) && crosses(offset, size, d->boundary_mask))
		return map_failed(d, XSW_FAIL_TOO_LARGE, o);
	why = claim_run(d, &w, &run);
	if (unlikely(why != XSW_FAIL_NONE))
		return map_failed(d, why, o);

	slot = &run.seg->slot[run.start];
	slot->orig = phys;
	slot->stamp = xsw_stamp();
	slot->size = (u32)size;
	slot->owner = d->id;
	slot->offset = (u16)offset;
	slot->dir = (u8)dir;
	slot->state = XSW_SLOT_LIVE;
	xsw_store_release(&slot->slots, (u16)w.slots);
	copy_in(d, run.seg->va + ((size_t)run.start << XSW_SLOT_SHIFT) + offset, phys, size, dir);

	xsw_percpu_add(&d->counts->bounces[o->bounce], 1);
	xsw_percpu_add(&d->counts->bounce_bytes, size);
	o->slots = w.slots;
	return map_direct(d, xsw_slot_bus(run.seg, run.start) + offset, size, o);
}

u64 xsw_map(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir, u32 attrs,
	    struct xsw_outcome *o)
{
	enum xsw_bounce why = XSW_BOUNCE_FORCED;
	u64 bus;

	o->slots = 0;
	o->bounce = XSW_BOUNCE_NONE;
	o->fail = XSW_FAIL_NONE;
	if (unlikely(attrs & (XSW_ATTR_NO_BOUNCE | XSW_ATTR_MMIO)))
		return map_unbounced(d, phys, size, attrs, o);
	if (likely(!d->force && !READ_ONCE(d->engine->force_all))) {
		bus = translate(d, phys, size, &why);
		if (unlikely(bus == XSW_BUS_ERROR))
			return map_failed(d, XSW_FAIL_MASK, o);
		if (likely(why == XSW_BOUNCE_NONE))
			return map_direct(d, bus, size, o);
	}
	o->bounce = (u8)why;
	return map_bounced(d, phys, size, dir, o);
}

static inline struct xsw_segment *segment_of(struct xsw_engine *e, u64 bus)
{
	struct xsw_segment *s;

	xsw_rcu_read_lock();
	s = xsw_index_find(&e->index, bus);
	xsw_rcu_read_unlock();
	return s; /* a live mapping keeps its segment */
}

/* The record of the mapping that @bus is in, NULL if there is none that lives */
static struct xsw_slot *slot_of(struct xsw_segment *s, u64 bus, u32 *i)
{
	*i = xsw_slot_of(s, bus);
	if (unlikely(!READ_ONCE(s->slot[*i].slots)))
		*i = xsw_head_of(s, *i);
	if (unlikely(*i == XSW_NOWHERE) || READ_ONCE(s->slot[*i].state) != XSW_SLOT_LIVE)
		return NULL;
	return &s->slot[*i];
}

static u32 unmap_bounced(struct xsw_dev *d, struct xsw_segment *s, u64 bus, size_t size,
			 enum xsw_dir dir, u32 attrs)
{
	u32 i, slots;
	struct xsw_slot *slot = slot_of(s, bus, &i);

	if (unlikely(!slot))
		return 0;
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
	struct xsw_segment *s = segment_of(d->engine, bus);

	xsw_percpu_add(&d->counts->unmaps, 1);
	return likely(!s) ? 0 : unmap_bounced(d, s, bus, size, dir, attrs);
}

/* The part of the mapping that [@bus, @bus + @size) covers; false: none */
static bool sync_part(struct xsw_dev *d, u64 bus, size_t size, u64 *orig, u8 **slots, size_t *n)
{
	struct xsw_segment *s = segment_of(d->engine, bus);
	struct xsw_slot *slot;
	u64 begin, skip;
	u32 i;

	if (likely(!s))
		return false;
	slot = slot_of(s, bus, &i);
	if (!slot)
		return false;
	begin = xsw_slot_bus(s, i) + slot->offset;
	skip = bus > begin ? bus - begin : 0;
	size -= min(size, bus < begin ? (size_t)(begin - bus) : 0);
	*n = skip < slot->size ? min(size, (size_t)(slot->size - skip)) : 0;
	*orig = slot->orig + skip;
	*slots = s->va + (begin - s->bus) + skip;
	xsw_percpu_add(&d->counts->syncs, 1);
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
	if (dir == XSW_TO_DEVICE || dir == XSW_BIDIRECTIONAL)
		copy_in(d, slots, orig, size, dir);
	return true;
}

bool xsw_owns(struct xsw_engine *e, u64 bus)
{
	return segment_of(e, bus) != NULL;
}
