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

/* Are the pages behind the first one not neighbours of machine frame @mfn? */
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

static struct xsw_mapped direct(struct xsw_dev *d, u64 bus, size_t size)
{
	xsw_percpu_add(&d->tally->direct, 1);
	xsw_percpu_add(&d->tally->direct_bytes, size);
	return (struct xsw_mapped){ .bus = bus };
}

static struct xsw_mapped failed(struct xsw_dev *d, u32 fail, enum xsw_bounce why)
{
	xsw_percpu_add(&d->tally->fails[fail], 1);
	return (struct xsw_mapped){ .bus = XSW_BUS_ERROR,
				    .told = (u64)why << 32 | (u64)fail << 40 };
}

/* What must not bounce: MMIO comes as a bus address, anything else is translated */
static struct xsw_mapped map_unbounced(struct xsw_dev *d, u64 phys, size_t size, u32 attrs)
{
	enum xsw_bounce why = XSW_BOUNCE_NONE;
	u64 bus = phys;

	if (!(attrs & XSW_ATTR_MMIO))
		bus = translate(d, phys, size, &why);
	else if (phys + size - 1 > d->dma_mask)
		why = XSW_BOUNCE_MASK;
	if (bus == XSW_BUS_ERROR || why != XSW_BOUNCE_NONE)
		return failed(d, XSW_FAIL_MASK, why);
	return direct(d, bus, size);
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
static __always_inline struct xsw_mapped bounce(struct xsw_dev *d, struct xsw_run run, u32 slots,
						u32 offset, u64 phys, size_t size, enum xsw_dir dir,
						enum xsw_bounce why)
{
	struct xsw_segment *s = run.seg;
	u64 at = ((u64)run.start << XSW_SLOT_SHIFT) + offset;
	struct xsw_mapped m = { .bus = s->bus + at, .told = (u64)why << 32 | slots };
	struct xsw_tally *tally = d->tally;

	xsw_slot_record(&s->slot[run.start], d->id, phys, (u32)size, slots, offset, dir);
	xsw_percpu_add(&tally->bounces[why], 1);
	xsw_percpu_add(&tally->bounce_bytes, size);
	if (unlikely(d->skip_copy_in) && dir == XSW_FROM_DEVICE)
		zero_slots(d, s->va + at, size);
	else
		xsw_copy(s->va + at, xsw_phys_to_virt(phys), size);
	return m;
}

/* A boundary within one slot, which a run of slots cannot keep to */
static bool is_hopeless(const struct xsw_dev *d, u32 offset, size_t size)
{
	return d->boundary_mask < XSW_SLOT_SIZE - 1 && crosses(offset, size, d->boundary_mask);
}

/* No hint: by search; where the pool has no run, large maps may use the reserve */
static noinline struct xsw_mapped bounce_searching(struct xsw_dev *d, u64 phys, size_t size,
						   enum xsw_dir dir, enum xsw_bounce why)
{
	u32 offset = xsw_offset_of(phys, d->min_align_mask), fail;
	struct xsw_want w;
	struct xsw_run run;

	if (size - 1 >= XSW_MAX_BYTES || is_hopeless(d, offset, size))
		return failed(d, XSW_FAIL_TOO_LARGE, why);
	w = xsw_want_for(phys, size, d->dma_mask, d->min_align_mask, d->boundary_mask);
	xsw_rcu_read_lock();
	run = xsw_claim_slowly(&d->engine->pool, &w);
	xsw_rcu_read_unlock();
	if (unlikely(!run.seg)) {
		fail = run.fail;
		if (w.slots > XSW_RESERVE_ABOVE && d->reserve && !READ_ONCE(d->reserve->taken))
			run = xsw_reserve_claim(d, &w);
		if (!run.seg)
			return failed(d, fail, why);
	}
	return bounce(d, run, w.slots, offset, phys, size, dir, why);
}

/* More than a page, or a P2M entry that is not plain */
static noinline struct xsw_mapped look_closer(struct xsw_dev *d, u64 phys, size_t size,
					      enum xsw_dir dir)
{
	enum xsw_bounce why;
	u64 bus = translate(d, phys, size, &why);

	if (why != XSW_BOUNCE_NONE)
		return bounce_searching(d, phys, size, dir, why);
	return bus == XSW_BUS_ERROR ? failed(d, XSW_FAIL_MASK, why) : direct(d, bus, size);
}

/* Not by a hint */
static __always_inline struct xsw_mapped map_slowly(struct xsw_dev *d, u64 phys, size_t size,
						    enum xsw_dir dir, enum xsw_bounce why)
{
	return why == XSW_BOUNCE_NONE ? look_closer(d, phys, size, dir)
				      : bounce_searching(d, phys, size, dir, why);
}

/* By a hint, if this is the plain case.  Return: seg is NULL if not. */
static __always_inline struct xsw_run claim_quickly(struct xsw_dev *d, u64 phys, size_t size,
						    u32 slots, enum xsw_bounce why)
{
	u64 align = d->min_align_mask;
	struct xsw_run run = { 0 };

	if (unlikely(why == XSW_BOUNCE_NONE) || unlikely(size - 1 >= XSW_MAX_BYTES) ||
	    unlikely(xsw_is_bounded(d->boundary_mask)))
		return run;
	xsw_rcu_read_lock();
	run = xsw_claim_hinted(&d->engine->pool, d->dma_mask, slots, xsw_stride_for(size, align),
			       xsw_phase_of(phys, align));
	xsw_rcu_read_unlock();
	return run;
}

static noinline u64 tell_failure(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir,
				 u32 how, u64 told)
{
	if (d->failed)
		d->failed(d, phys, size, dir, how & XSW_QUIET, (enum xsw_fail)(told >> 40));
	return XSW_BUS_ERROR;
}

u64 xsw_map_further(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir, u32 how)
{
	enum xsw_bounce why = (enum xsw_bounce)(u8)how;
	u32 offset = xsw_offset_of(phys, d->min_align_mask), slots = xsw_slots_for(offset, size);
	struct xsw_run run = claim_quickly(d, phys, size, slots, why);
	struct xsw_mapped m;

	if (likely(run.seg))
		return bounce(d, run, slots, offset, phys, size, dir, why).bus;
	m = map_slowly(d, phys, size, dir, why);
	if (unlikely(m.bus == XSW_BUS_ERROR))
		return tell_failure(d, phys, size, dir, how, m.told);
	return m.bus;
}

/* xsw_map_further(), for callers that want to know all */
static struct xsw_mapped map_and_tell(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir,
				      enum xsw_bounce why)
{
	u32 offset = xsw_offset_of(phys, d->min_align_mask), slots = xsw_slots_for(offset, size);
	struct xsw_run run = claim_quickly(d, phys, size, slots, why);

	return run.seg ? bounce(d, run, slots, offset, phys, size, dir, why)
		       : map_slowly(d, phys, size, dir, why);
}

u64 xsw_map(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir, u32 attrs,
	    struct xsw_outcome *o)
{
	struct xsw_mapped m = { 0 };
	enum xsw_bounce why;

	if (unlikely(attrs & (XSW_ATTR_NO_BOUNCE | XSW_ATTR_MMIO))) {
		m = map_unbounced(d, phys, size, attrs);
	} else {
		m.bus = xsw_map_direct(d, phys, size, &why);
		if (unlikely(m.bus == XSW_BUS_ERROR))
			m = map_and_tell(d, phys, size, dir, why);
	}
	*o = xsw_outcome_of(m);
	return m.bus;
}

/* @bus is not the first byte of a mapping: a sync of a part */
static noinline struct xsw_slot *slot_inside(struct xsw_segment *s, u32 i)
{
	i = xsw_head_of(s, i);
	return i != XSW_NOWHERE && xsw_is_live(READ_ONCE(s->slot[i].slots)) ? &s->slot[i] : NULL;
}

/*
 * The record of the mapping that @bus is in, NULL if none that lives.  A live mapping keeps its
 * segment; the index's arrays stay as long as the engine.  So this needs no read lock.
 */
static struct xsw_slot *slot_of(struct xsw_engine *e, u64 bus, struct xsw_segment **seg)
{
	struct xsw_segment *s = xsw_index_find(&e->index, bus);
	u32 i;

	*seg = s;
	if (!s)
		return NULL;
	i = xsw_slot_of(s, bus);
	return likely(xsw_is_live(READ_ONCE(s->slot[i].slots))) ? &s->slot[i] : slot_inside(s, i);
}

static inline u32 number_of(const struct xsw_segment *s, const struct xsw_slot *slot)
{
	return (u32)(slot - s->slot);
}

static noinline u32 unmap_reserved(struct xsw_segment *s, u32 slots)
{
	xsw_reserve_release(s);
	return slots;
}

static __always_inline u32 end_mapping(struct xsw_dev *d, struct xsw_segment *s, u32 i, u32 slots)
{
	xsw_store_release(&s->slot[i].slots, 0);
	if (unlikely(!s->may_whole))
		return unmap_reserved(s, slots);
	xsw_rcu_read_lock();
	return xsw_release_unlock(&d->engine->pool, s, i, slots);
}

static noinline u32 unmap_copying(struct xsw_dev *d, struct xsw_segment *s, u32 i, size_t size)
{
	const struct xsw_slot *slot = &s->slot[i];
	u64 at = ((u64)i << XSW_SLOT_SHIFT) + slot->offset;

	copy_out(d, slot->orig, s->va + at, min(size, (size_t)slot->size));
	return end_mapping(d, s, i, slot->slots);
}

static __always_inline bool copies_back(enum xsw_dir dir, u32 attrs)
{
	return (dir == XSW_FROM_DEVICE || dir == XSW_BIDIRECTIONAL) &&
	       !(attrs & XSW_ATTR_SKIP_SYNC);
}

/* A small segment, or an address that is none of a mapping's first byte, or not ours */
static noinline u32 unmap_rarely(struct xsw_dev *d, u64 bus, size_t size, bool copying)
{
	struct xsw_segment *s;
	struct xsw_slot *slot = slot_of(d->engine, bus, &s);

	if (!slot)
		return 0;
	if (copying)
		return unmap_copying(d, s, number_of(s, slot), size);
	return end_mapping(d, s, number_of(s, slot), slot->slots);
}

u32 xsw_unmap_bounced(struct xsw_dev *d, u64 bus, size_t size, enum xsw_dir dir, u32 attrs)
{
	struct xsw_segment *s = xsw_index_find_quick(&d->engine->index, bus);
	u32 i, slots;

	if (unlikely(!s))
		return unmap_rarely(d, bus, size, copies_back(dir, attrs));
	i = xsw_slot_of(s, bus);
	slots = READ_ONCE(s->slot[i].slots);
	if (unlikely(!xsw_is_live((u16)slots)))
		return unmap_rarely(d, bus, size, copies_back(dir, attrs));
	if (copies_back(dir, attrs))
		return unmap_copying(d, s, i, size);
	return end_mapping(d, s, i, slots);
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
