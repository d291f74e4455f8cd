// SPDX-License-Identifier: GPL-2.0-only
/*
 * Our pool behind the slot interface: 2 MiB segments side by side, without machine or data.
 */
#include "claim.h"
#include "slots.h"
#include "want.h"

#define SEGMENT_SLOTS 1024u

struct ours {
	struct xsw_pool pool;
	u64 searched; /* claims that no hint served */
};

static void ours_close(void *pool)
{
	struct xsw_pool *p = &((struct ours *)pool)->pool;
	struct xsw_table *t = xsw_table_of(p);
	u32 id;

	for (id = 0; id < t->ids; id++) {
		xsw_free(xsw_segment_at(t, id));
		xsw_rcu_assign(t->seg[id], NULL);
	}
	xsw_pool_exit(p);
	xsw_free(pool);
}

static void *ours_open(u32 slots, u32 areas)
{
	struct ours *o = xsw_zalloc(sizeof(*o));
	struct xsw_pool *p;
	u32 i;

	(void)areas;
	if (!o || xsw_pool_init(&o->pool, XSW_KIND_STREAMING)) {
		xsw_free(o);
		return NULL;
	}
	p = &o->pool;
	for (i = 0; i < slots / SEGMENT_SLOTS; i++) {
		struct xsw_block b = { .order = XSW_SEGMENT_ORDER, .origin = XSW_ORIGIN_FOUND };
		u64 bus = XSW_SLOTS_BUS + (u64)i * SEGMENT_SLOTS * XSW_SLOT_SIZE;
		struct xsw_segment *s = xsw_segment_new(&b, bus >> XSW_PAGE_SHIFT);

		if (!s || xsw_pool_add(p, s)) {
			xsw_free(s);
			ours_close(o);
			return NULL;
		}
	}
	xsw_pool_settle(p);
	return o;
}

static struct xsw_segment *segment_of(struct xsw_pool *p, u32 slot)
{
	struct xsw_table *t = xsw_table_of(p);
	u64 bus = XSW_SLOTS_BUS + ((u64)slot << XSW_SLOT_SHIFT);
	struct xsw_segment *s = xsw_segment_at(t, XSW_GROUP + slot / SEGMENT_SLOTS);
	u32 id;

	if (likely(s && bus - s->bus < SEGMENT_SLOTS * XSW_SLOT_SIZE))
		return s;
	for (id = 0; id < t->ids; id++) { /* a pool that spans address widths */
		s = xsw_segment_at(t, id);
		if (s && bus >= s->bus && bus <= s->top)
			return s;
	}
	return NULL;
}

/* As xsw_claim(), counting the searches */
static __always_inline struct xsw_run claim(struct ours *o, const struct xsw_want *w)
{
	struct xsw_run run = { 0 };

	if (likely(!w->block))
		run = xsw_claim_hinted(&o->pool, w->mask, w->slots, w->stride - 1, w->phase);
	if (likely(run.seg))
		return run;
	xsw_fetch_add64(&o->searched, 1);
	return xsw_claim_slowly(&o->pool, w);
}

static u32 ours_claim(void *pool, const struct xsw_request *r, enum xsw_fail *why)
{
	struct xsw_want w;
	struct xsw_run run;

	if (unlikely(r->size > XSW_MAX_BYTES / 2)) {
		*why = XSW_FAIL_TOO_LARGE;
		return XSW_SLOTS_NONE;
	}
	w = xsw_want_for(r->orig, r->size, r->mask ?: ~0ULL, r->min_align_mask, r->boundary_mask);
	xsw_rcu_read_lock();
	run = claim(pool, &w);
	xsw_rcu_read_unlock();
	if (unlikely(!run.seg)) {
		*why = (enum xsw_fail)run.fail;
		return XSW_SLOTS_NONE;
	}
	return run.start + (u32)((run.seg->bus - XSW_SLOTS_BUS) >> XSW_SLOT_SHIFT);
}

static void ours_release(void *pool, u32 slot, const struct xsw_request *r)
{
	u32 n = xsw_slots_for(xsw_offset_of(r->orig, r->min_align_mask), r->size);

	struct xsw_pool *p = &((struct ours *)pool)->pool;

	xsw_rcu_read_lock();
	xsw_release_unlock(p, segment_of(p, slot), slot % SEGMENT_SLOTS, n);
}

static u32 ours_used(void *pool)
{
	return (u32)xsw_pool_used(&((struct ours *)pool)->pool);
}

static u32 ours_largest_free(void *pool)
{
	const struct xsw_table *t = xsw_table_of(&((struct ours *)pool)->pool);
	u32 id, largest = 0;

	for (id = 0; id < t->ids && largest < SEGMENT_SLOTS; id++)
		if (xsw_segment_at(t, id))
			largest = max(largest, xsw_largest_free(xsw_segment_at(t, id)));
	return largest;
}

static u64 ours_searched(void *pool)
{
	return READ_ONCE(((struct ours *)pool)->searched);
}

const struct xsw_scheme xsw_scheme_ours = {
	.name = "ours",
	.open = ours_open,
	.close = ours_close,
	.claim = ours_claim,
	.release = ours_release,
	.used = ours_used,
	.largest_free = ours_largest_free,
	.searched = ours_searched,
};
