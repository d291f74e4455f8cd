// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine as a whole: making and ending it, attaching devices, its state.
 */
#include "map.h"
#include "state.h"

static void engine_free(struct xsw_engine *e)
{
	xsw_pool_exit(&e->pool);
	xsw_pool_exit(&e->coherent);
	xsw_pool_exit(&e->atomic);
	xsw_index_free(e->index);
	xsw_index_free(e->coherent_index);
	xsw_free(e);
}

struct xsw_engine *xsw_engine_create(u64 coherent_limit)
{
	struct xsw_engine *e = xsw_zalloc(sizeof(*e));

	if (!e)
		return NULL;
	xsw_mutex_init(&e->mutex);
	e->coherent_limit = coherent_limit;
	e->index = xsw_index_new();
	e->coherent_index = xsw_index_new();
	if (!e->index || !e->coherent_index || xsw_pool_init(&e->pool) ||
	    xsw_pool_init(&e->coherent) || xsw_pool_init(&e->atomic)) {
		engine_free(e);
		return NULL;
	}
	return e;
}

/* A segment with quarantined slots is lost on purpose: only its description is freed */
static void leak(struct xsw_segment *s, struct xsw_change *c)
{
	c->leaked_bytes += xsw_segment_bytes(s);
	xsw_free(s);
}

static void empty_pool(struct xsw_pool *p, struct xsw_index **index, struct xsw_segment **list,
		       struct xsw_segment **leaked)
{
	struct xsw_table *t = p->table;
	u32 id;

	for (id = 0; id < t->ids; id++) {
		struct xsw_segment *s = t->seg[id];

		if (s)
			xsw_retire(s, index, xsw_close(p, s) ? list : leaked);
	}
}

void xsw_engine_destroy(struct xsw_engine *e, struct xsw_change *c)
{
	struct xsw_segment *list = NULL, *leaked = NULL;

	xsw_might_sleep();
	*c = (struct xsw_change){ 0 };
	xsw_mutex_lock(&e->mutex);
	empty_pool(&e->pool, &e->index, &list, &leaked);
	empty_pool(&e->coherent, &e->coherent_index, &list, &leaked);
	empty_pool(&e->atomic, &e->coherent_index, &list, &leaked);
	while (e->reserves) {
		struct xsw_segment *s = e->reserves;

		e->reserves = s->next;
		xsw_retire(s, &e->index, s->taken ? &leaked : &list);
	}
	xsw_memory_settle(e);
	xsw_memory_put(e, list, c);
	while (leaked) {
		struct xsw_segment *s = leaked;

		leaked = s->next;
		leak(s, c);
	}
	xsw_mutex_unlock(&e->mutex);
	engine_free(e);
}

void xsw_force_all(struct xsw_engine *e, bool on)
{
	WRITE_ONCE(e->gate.force_all, on);
}

int xsw_pool_exact_high_water(struct xsw_engine *e, bool on)
{
	int rc = -EBUSY;

	xsw_mutex_lock(&e->mutex);
	if (!e->devices) {
		e->pool.used_exact = xsw_pool_used(&e->pool);
		e->pool.high_water = e->pool.used_exact;
		e->pool.exact_high_water = on;
		rc = 0;
	}
	xsw_mutex_unlock(&e->mutex);
	return rc;
}

int xsw_dev_init(struct xsw_engine *e, struct xsw_dev *d)
{
	xsw_might_sleep();
	d->tally = xsw_percpu_alloc(sizeof(*d->tally), 64);
	if (!d->tally)
		return -ENOMEM;
	d->engine = e;
	d->gate = &e->gate;
	xsw_mutex_lock(&e->mutex);
	xsw_reserve_get(d);
	xsw_coherent_reserve(e, d->coherent_mask);
	d->next = e->devices;
	e->devices = d;
	xsw_mutex_unlock(&e->mutex);
	return 0;
}

void xsw_dev_masks_changed(struct xsw_dev *d)
{
	struct xsw_engine *e = d->engine;

	xsw_might_sleep();
	xsw_mutex_lock(&e->mutex);
	if (!d->reserve || d->reserve->top > d->dma_mask) {
		xsw_reserve_put(d);
		xsw_reserve_get(d);
	}
	xsw_coherent_reserve(e, d->coherent_mask);
	xsw_mutex_unlock(&e->mutex);
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
	};
	for (k = 0; k < XSW_NR_BOUNCE; k++) {
		c->bounces[k] = t.bounces[k];
		c->maps += t.bounces[k];
	}
	for (k = 0; k < XSW_NR_FAIL; k++)
		c->fails[k] = t.fails[k];
}

static void add_segments(struct xsw_pool *p, struct xsw_pool_state *st)
{
	struct xsw_table *t = p->table;
	u32 id;

	for (id = 0; id < t->ids; id++) {
		const struct xsw_segment *s = t->seg[id];

		if (!s)
			continue;
		st->used += s->slots - xsw_free_slots(s);
		st->quarantined += s->quarantined;
		st->largest_free = max(st->largest_free, (u64)xsw_largest_free(s));
	}
}

void xsw_pool_state(struct xsw_engine *e, struct xsw_pool_state *st)
{
	struct xsw_pool_state coherent = { 0 };
	struct xsw_segment *s;

	xsw_might_sleep();
	*st = (struct xsw_pool_state){ 0 };
	xsw_mutex_lock(&e->mutex);
	xsw_pool_sample(&e->pool);
	st->segments = e->pool.segments;
	st->slots = e->pool.slots;
	st->bytes = e->pool.slots << XSW_SLOT_SHIFT;
	add_segments(&e->pool, st);
	for (s = e->reserves; s; s = s->next) {
		st->reserve_bytes += xsw_segment_bytes(s);
		st->quarantined += s->quarantined;
	}
	st->high_water =
		max(READ_ONCE(e->pool.high_water), e->pool.exact_high_water ? 0 : st->used);
	st->high_water_exact = e->pool.exact_high_water;
	add_segments(&e->coherent, &coherent);
	add_segments(&e->atomic, &coherent);
	st->coherent_bytes = (e->coherent.slots + e->atomic.slots) << XSW_SLOT_SHIFT;
	st->coherent_used_bytes = coherent.used << XSW_SLOT_SHIFT;
	st->exchanges = e->exchanges;
	st->exchanged_bytes = e->exchanged_bytes;
	st->exchange_fails = e->exchange_fails;
	st->exchange_ns = e->exchange_ns;
	st->assembled_bytes = e->assembled_bytes;
	xsw_mutex_unlock(&e->mutex);
}
