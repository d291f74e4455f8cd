// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the pool looks like, segment by segment.
 */
#include "state.h"

static void survey(const struct xsw_segment *s, struct xsw_segment_state *st)
{
	*st = (struct xsw_segment_state){
		.bus = s->bus,
		.bytes = xsw_segment_bytes(s),
		.slots = s->slots,
		.used = s->slots - xsw_free_slots(s),
		.quarantined = s->quarantined,
		.largest_free = xsw_largest_free(s),
		.origin = s->block.origin,
	};
}

void xsw_pool_glance(struct xsw_engine *e, struct xsw_pool_state *st)
{
	const struct xsw_table *t;
	u32 id;

	*st = (struct xsw_pool_state){ 0 };
	xsw_rcu_read_lock();
	t = xsw_rcu_dereference(e->pool.table);
	for (id = 0; id < t->ids; id++) {
		const struct xsw_segment *s = xsw_rcu_dereference(t->seg[id]);
		struct xsw_segment_state seg;

		if (!s)
			continue;
		survey(s, &seg);
		st->segments++;
		st->bytes += seg.bytes;
		st->slots += seg.slots;
		st->used += seg.used;
		st->quarantined += seg.quarantined;
		st->largest_free = max(st->largest_free, seg.largest_free);
	}
	xsw_rcu_read_unlock();
}

void xsw_for_each_segment(struct xsw_engine *e,
			  bool (*fn)(const struct xsw_segment_state *, void *), void *ctx)
{
	struct xsw_table *t;
	bool more = true;
	u32 id;

	xsw_might_sleep();
	xsw_mutex_lock(&e->mutex);
	t = e->pool.table;
	for (id = 0; more && id < t->ids; id++) {
		struct xsw_segment_state seg;

		if (!t->seg[id])
			continue;
		survey(t->seg[id], &seg);
		more = fn(&seg, ctx);
	}
	xsw_mutex_unlock(&e->mutex);
}
