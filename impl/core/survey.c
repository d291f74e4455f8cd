// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the pool looks like, segment by segment.
 */
#include "high_water.h"
#include "state.h"

void xsw_survey(const struct xsw_segment *s, struct xsw_segment_state *st)
{
	*st = (struct xsw_segment_state){
		.bus = s->bus,
		.bytes = xsw_segment_bytes(s),
		.slots = s->slots,
		.used = s->slots - xsw_free_slots(s),
		.quarantined = READ_ONCE(s->quarantined),
		.largest_free = xsw_largest_free(s),
		.origin = s->block.origin,
	};
}

void xsw_pool_glance(struct xsw_engine *e, struct xsw_pool_state *st)
{
	struct xsw_pool *p = &e->pool[XSW_KIND_STREAMING];

	*st = (struct xsw_pool_state){
		.segments = READ_ONCE(p->segments),
		.slots = READ_ONCE(p->slots),
		.bytes = READ_ONCE(p->slots) << XSW_SLOT_SHIFT,
		.used = min(xsw_pool_used(p), READ_ONCE(p->slots)),
		.largest_free = xsw_pool_largest_free(p),
	};
}

void xsw_for_each_segment(struct xsw_engine *e,
			  bool (*fn)(const struct xsw_segment_state *, void *), void *ctx)
{
	struct xsw_table *t;
	bool more = true;
	u32 id;

	xsw_might_sleep();
	xsw_mutex_lock(&e->mutex);
	t = xsw_table_of(&e->pool[XSW_KIND_STREAMING]);
	for (id = 0; more && id < t->ids; id++) {
		struct xsw_segment_state seg;

		if (!xsw_segment_at(t, id))
			continue;
		xsw_survey(xsw_segment_at(t, id), &seg);
		more = fn(&seg, ctx);
	}
	xsw_mutex_unlock(&e->mutex);
}

/* What the segments of a pool add up to; under the mutex */
static void add_segments(const struct xsw_pool *p, struct xsw_pool_state *st)
{
	const struct xsw_table *t = xsw_table_of(p);
	u32 id;

	for (id = 0; id < t->ids; id++) {
		struct xsw_segment_state seg;

		if (!xsw_segment_at(t, id))
			continue;
		xsw_survey(xsw_segment_at(t, id), &seg);
		st->segments++;
		st->slots += seg.slots;
		st->bytes += seg.bytes;
		st->used += seg.used;
		st->quarantined += seg.quarantined;
		st->largest_free = max(st->largest_free, seg.largest_free);
	}
}

void xsw_pool_state(struct xsw_engine *e, struct xsw_pool_state *st)
{
	struct xsw_pool_state large = { 0 }, coherent = { 0 };
	struct xsw_pool *p = &e->pool[XSW_KIND_STREAMING];

	xsw_might_sleep();
	*st = (struct xsw_pool_state){ 0 };
	xsw_mutex_lock(&e->mutex);
	xsw_pool_sample(p);
	add_segments(p, st);
	add_segments(&e->pool[XSW_KIND_LARGE], &large);
	add_segments(&e->pool[XSW_KIND_COHERENT], &coherent);
	add_segments(&e->pool[XSW_KIND_ATOMIC], &coherent);
	st->high_water = max(READ_ONCE(p->high_water), p->exact_high_water ? 0 : st->used);
	st->high_water_exact = p->exact_high_water;
	st->high_water_ns = xsw_now_ns() - p->mark_began;
	st->reserve_bytes = large.bytes;
	st->quarantined += large.quarantined;
	st->coherent_bytes = coherent.bytes;
	st->coherent_used_bytes = coherent.used << XSW_SLOT_SHIFT;
	st->exchanges = e->exchanges;
	st->exchanged_bytes = e->exchanged_bytes;
	st->exchange_fails = e->exchange_fails;
	st->exchange_ns = e->exchange_ns;
	st->assembled_bytes = e->assembled_bytes;
	xsw_mutex_unlock(&e->mutex);
}
