// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live mappings one by one: listing them, and quarantining what a device left behind.
 *
 * Without an IOMMU a device may still write to a mapping its driver forgot.  So its slots stay
 * claimed for ever; a segment that has any can never be closed, and so never goes to Xen.
 */
#include "state.h"

bool xsw_walk_segment(struct xsw_segment *s, bool (*fn)(struct xsw_segment *, u32, void *),
		      void *ctx)
{
	u32 i = 0;

	while (i < s->slots) {
		u32 slots = xsw_load_acquire(&s->slot[i].slots) & ~XSW_QUARANTINED;

		if (slots && !fn(s, i, ctx))
			return false;
		i += max(slots, 1u);
	}
	return true;
}

bool xsw_walk_pool(struct xsw_pool *p, bool (*fn)(struct xsw_segment *, u32, void *), void *ctx)
{
	struct xsw_table *t = p->table;
	u32 id;

	for (id = 0; id < t->ids; id++) {
		if (t->seg[id] && !xsw_walk_segment(t->seg[id], fn, ctx))
			return false;
		xsw_cond_resched();
	}
	return true;
}

static void walk_streaming(struct xsw_engine *e, bool (*fn)(struct xsw_segment *, u32, void *),
			   void *ctx)
{
	struct xsw_segment *s;

	if (!xsw_walk_pool(&e->pool, fn, ctx))
		return;
	for (s = e->reserves; s; s = s->next)
		if (!xsw_walk_segment(s, fn, ctx))
			return;
}

void xsw_live_at(const struct xsw_segment *s, u32 i, struct xsw_live *live)
{
	const struct xsw_slot *slot = &s->slot[i];

	live->owner = READ_ONCE(slot->owner);
	live->orig = READ_ONCE(slot->orig);
	live->bus = xsw_slot_bus(s, i) + READ_ONCE(slot->offset);
	live->size = READ_ONCE(slot->size);
	live->slots = xsw_run_slots(slot);
	live->dir = READ_ONCE(slot->dir);
	live->quarantined = READ_ONCE(slot->slots) & XSW_QUARANTINED;
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
	walk_streaming(e, list_one, &l);
	xsw_mutex_unlock(&e->mutex);
}

struct leaving {
	u32 owner;
	u64 leaks;
	void (*leak)(const struct xsw_live *, void *);
	void *ctx;
};

static bool quarantine_one(struct xsw_segment *s, u32 i, void *ctx)
{
	struct leaving *l = ctx;
	struct xsw_slot *slot = &s->slot[i];
	struct xsw_live live;

	if (READ_ONCE(slot->owner) != l->owner || !xsw_is_live(READ_ONCE(slot->slots)))
		return true;
	s->quarantined += slot->slots;
	WRITE_ONCE(slot->slots, (u16)(slot->slots | XSW_QUARANTINED));
	l->leaks++;
	if (l->leak) {
		xsw_live_at(s, i, &live);
		l->leak(&live, l->ctx);
	}
	return true;
}

u64 xsw_dev_exit(struct xsw_dev *d, void (*leak)(const struct xsw_live *, void *), void *ctx)
{
	struct xsw_engine *e = d->engine;
	struct leaving l = { .owner = d->id, .leak = leak, .ctx = ctx };
	struct xsw_dev **at;

	xsw_might_sleep();
	xsw_mutex_lock(&e->mutex);
	for (at = &e->devices; *at; at = &(*at)->next) {
		if (*at == d) {
			*at = d->next;
			break;
		}
	}
	walk_streaming(e, quarantine_one, &l);
	xsw_walk_pool(&e->coherent, quarantine_one, &l);
	xsw_walk_pool(&e->atomic, quarantine_one, &l);
	xsw_reserve_put(d);
	xsw_mutex_unlock(&e->mutex);
	xsw_percpu_free(d->tally);
	d->tally = NULL;
	d->engine = NULL;
	d->gate = NULL;
	return l.leaks;
}
