// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live mappings and blocks one by one.
 */
#include "state.h"

static bool walk_segment(struct xsw_segment *s, bool (*fn)(struct xsw_segment *, u32, void *),
			 void *ctx)
{
	u32 i = 0;

	while (i < s->slots) {
		u32 slots = xsw_run_slots(xsw_mark_of(&s->slot[i]));

		if (slots && !fn(s, i, ctx))
			return false;
		i += max(slots, 1u);
	}
	return true;
}

bool xsw_walk_pool(struct xsw_pool *p, bool (*fn)(struct xsw_segment *, u32, void *), void *ctx)
{
	struct xsw_table *t = xsw_table_of(p);
	u32 id;

	for (id = 0; id < t->ids; id++) {
		if (xsw_segment_at(t, id) && !walk_segment(xsw_segment_at(t, id), fn, ctx))
			return false;
		xsw_cond_resched();
	}
	return true;
}

void xsw_live_at(const struct xsw_segment *s, u32 i, struct xsw_live *live)
{
	const struct xsw_slot *slot = &s->slot[i];
	union xsw_mark mark = xsw_mark_of(slot);

	live->owner = mark.owner;
	live->orig = READ_ONCE(slot->orig);
	live->bus = xsw_slot_bus(s, i) + mark.offset;
	live->size = READ_ONCE(slot->size);
	live->slots = xsw_run_slots(mark);
	live->dir = READ_ONCE(slot->dir);
	live->why = READ_ONCE(slot->why);
	live->quarantined = mark.slots & XSW_QUARANTINED;
	live->since_ns = xsw_now_ns() - xsw_stamp_ns(xsw_stamp() - READ_ONCE(slot->stamp));
}

struct listing {
	bool (*fn)(const struct xsw_live *, void *);
	void *ctx;
};

static bool list_one(struct xsw_segment *s, u32 i, void *ctx)
{
	const struct listing *l = ctx;
	struct xsw_live live;

	xsw_live_at(s, i, &live);
	return l->fn(&live, l->ctx);
}

void xsw_for_each_live(struct xsw_engine *e, bool (*fn)(const struct xsw_live *, void *), void *ctx)
{
	struct listing l = { .fn = fn, .ctx = ctx };

	xsw_might_sleep();
	xsw_mutex_lock(&e->mutex);
	if (xsw_walk_pool(&e->pool[XSW_KIND_STREAMING], list_one, &l))
		xsw_walk_pool(&e->pool[XSW_KIND_LARGE], list_one, &l);
	xsw_mutex_unlock(&e->mutex);
}
