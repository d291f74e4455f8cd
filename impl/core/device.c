// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices: attaching them, what their drivers leave behind, what they counted.
 *
 * Without an IOMMU a device may still write to a mapping that its driver forgot.  So its slots
 * stay in use: until the driver's code ends the mapping late, or for good.  A segment that has
 * quarantined slots can never be closed, and so never goes to Xen.
 */
#include "state.h"
#include "tell.h"

#define USEFUL_BYTES (256u << 10) /* within a mask, for it to be supported */
#define USEFUL_SLOTS 32u          /* of one segment at least: 64 KiB */

int xsw_dev_init(struct xsw_engine *e, struct xsw_dev *d)
{
	xsw_might_sleep();
	d->tally = xsw_percpu_alloc(sizeof(*d->tally), 64);
	if (!d->tally)
		return -ENOMEM;
	d->engine = e;
	d->gate = &e->gate;
	d->promised = 0;
	d->left = 0;
	xsw_mutex_lock(&e->mutex);
	xsw_large_provide(e, d->dma_mask);
	xsw_coherent_reserve(e, d->coherent_mask);
	d->next = e->devices;
	e->devices = d;
	xsw_mutex_unlock(&e->mutex);
	return 0;
}

/* Is enough of the streaming pool within @mask to be of use?  Under the mutex. */
static bool is_useful(struct xsw_engine *e, u64 mask)
{
	const struct xsw_table *t = e->pool[XSW_KIND_STREAMING].table;
	u64 bytes = 0;
	bool wide = false;
	u32 id;

	for (id = 0; id < t->ids; id++) {
		const struct xsw_segment *s = t->seg[id];

		if (!s || s->top > mask)
			continue;
		bytes += xsw_segment_bytes(s);
		wide |= s->slots >= USEFUL_SLOTS;
	}
	return wide && bytes >= USEFUL_BYTES;
}

bool xsw_dev_prepare(struct xsw_dev *d, u64 mask, u8 bits, struct xsw_change *c)
{
	struct xsw_memory_want want = {
		.bytes = XSW_PAGE_SIZE << XSW_SEGMENT_ORDER,
		.bits = min(bits, xsw_bits_within(mask)),
		.order = XSW_SEGMENT_ORDER,
		.kind = XSW_KIND_STREAMING,
	};
	struct xsw_engine *e = d->engine;
	bool useful;

	xsw_might_sleep();
	*c = (struct xsw_change){ 0 };
	if (want.bits <= XSW_PAGE_SHIFT)
		return false;
	xsw_mutex_lock(&e->mutex);
	useful = is_useful(e, mask);
	if (!useful) {
		xsw_memory_get(e, &want, c);
		useful = is_useful(e, mask);
	}
	if (useful) {
		xsw_large_provide(e, mask);
		xsw_coherent_reserve(e, mask);
	}
	xsw_mutex_unlock(&e->mutex);
	return useful;
}

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

/* The walk counts as one that is left: so nobody hears 'back' before it is over */
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

void xsw_dev_exit(struct xsw_dev *d)
{
	struct xsw_engine *e = d->engine;
	struct xsw_dev **at;

	xsw_might_sleep();
	xsw_mutex_lock(&e->mutex);
	for (at = &e->devices; *at; at = &(*at)->next) {
		if (*at == d) {
			*at = d->next;
			break;
		}
	}
	if (d->left)
		walk_all(e, settle_one, d);
	xsw_mutex_unlock(&e->mutex);
	xsw_percpu_free(d->tally);
	d->tally = NULL;
	d->engine = NULL;
	d->gate = NULL;
}

static struct xsw_tally tally_sum(const struct xsw_dev *d)
{
	struct xsw_tally sum = { 0 };
	u64 *to = (u64 *)&sum;
	u32 cpu, k;

	for (cpu = 0; cpu < xsw_nr_cpus(); cpu++) {
		const u64 *from = (const u64 *)xsw_percpu_ptr(d->tally, cpu);

		for (k = 0; k < sizeof(sum) / sizeof(u64); k++)
			to[k] += READ_ONCE(from[k]);
	}
	return sum;
}

void xsw_dev_counts(struct xsw_dev *d, struct xsw_counts *c)
{
	struct xsw_tally t = tally_sum(d);
	u32 k;

	*c = (struct xsw_counts){
		.maps = t.direct,
		.map_bytes = t.direct_bytes + t.bounce_bytes,
		.bounce_bytes = t.bounce_bytes,
		.copy_in_bytes = t.bounce_bytes - t.not_copied_bytes + t.sync_in_bytes,
		.copy_out_bytes = t.copy_out_bytes,
		.unmaps = t.unmaps,
		.syncs = t.syncs,
		.coherent_allocs = t.coherent_allocs,
		.coherent_frees = t.coherent_frees,
		.coherent_fails = t.coherent_fails,
		.stray_unmaps = t.stray_unmaps,
		.late_returns = t.late_returns,
	};
	for (k = 0; k < XSW_NR_BOUNCE; k++) {
		c->bounces[k] = t.bounces[k];
		c->maps += t.bounces[k];
	}
	for (k = 0; k < XSW_NR_FAIL; k++)
		c->fails[k] = t.fails[k];
}
