// SPDX-License-Identifier: GPL-2.0-only
/*
 * What drivers leave behind: mappings and blocks that outlive remove().
 *
 * Without an IOMMU a device may still write to a mapping that its driver forgot.  So its slots
 * stay in use: until the driver's code ends the mapping late, or for good.  A segment that has
 * quarantined slots can never be closed, and so never goes to Xen.
 */
#include "state.h"
#include "tell.h"

/* Quarantine the mapping at slot @i of @s if it is live and @d's */
static bool quarantine_one(struct xsw_segment *s, u32 i, void *ctx)
{
	struct xsw_event event = { .what = XSW_TOLD_LEFT, .dev = ctx };
	struct xsw_slot *slot = &s->slot[i];
	union xsw_mark mark = xsw_mark_of(slot), next = mark;

	if (mark.owner != event.dev->id || !xsw_is_live(mark))
		return true;
	xsw_live_at(s, i, &event.left);
	event.left.quarantined = true;
	next.slots |= XSW_QUARANTINED;
	xsw_fetch_add64(&event.dev->left, 1);
	xsw_left_behind(s, xsw_run_slots(mark));
	if (xsw_mark_replace(slot, mark, next)) {
		xsw_tell(&event);
		return true;
	}
	/* it was unmapped just now */
	xsw_left_behind(s, -(u64)xsw_run_slots(mark));
	xsw_fetch_add64(&event.dev->left, -1ULL);
	return true;
}

/* What is quarantined and @d's stays so */
static bool settle_one(struct xsw_segment *s, u32 i, void *ctx)
{
	const struct xsw_dev *d = ctx;
	struct xsw_slot *slot = &s->slot[i];
	union xsw_mark mark = xsw_mark_of(slot), next = mark;

	next.slots |= XSW_FOR_GOOD;
	if (mark.owner == d->id && xsw_is_left(mark))
		xsw_mark_replace(slot, mark, next);
	return true;
}

static void walk_all(struct xsw_engine *e, bool (*fn)(struct xsw_segment *, u32, void *), void *ctx)
{
	u32 kind;

	for (kind = 0; kind < XSW_NR_KIND; kind++)
		xsw_walk_pool(&e->pool[kind], fn, ctx);
}

/* The walk counts as one that is left: XSW_TOLD_BACK is not told before the walk is over */
u64 xsw_dev_abandon(struct xsw_dev *d)
{
	struct xsw_engine *e = d->engine;
	u64 left;

	xsw_might_sleep();
	xsw_fetch_add64(&d->left, 1);
	xsw_mutex_lock(&e->mutex);
	walk_all(e, quarantine_one, d);
	xsw_large_provide_all(e);
	left = xsw_fetch_add64(&d->left, -1ULL) - 1;
	xsw_mutex_unlock(&e->mutex);
	return left;
}

u64 xsw_dev_left(const struct xsw_dev *d)
{
	return READ_ONCE(d->left);
}

void xsw_came_back(struct xsw_dev *d)
{
	struct xsw_event event = { .what = XSW_TOLD_BACK, .dev = d };

	xsw_percpu_add(&d->tally->late_returns, 1);
	if (xsw_fetch_add64(&d->left, -1ULL) == 1)
		xsw_tell(&event);
}

/* Under the mutex */
void xsw_settle_left(struct xsw_dev *d)
{
	if (d->left)
		walk_all(d->engine, settle_one, d);
}
