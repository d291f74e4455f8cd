// SPDX-License-Identifier: GPL-2.0-only
/*
 * Growing and shrinking the streaming pool while it is in use.
 *
 * A segment is closed by claiming all of it, which fails while a slot is live or quarantined;
 * then it leaves table and index, a grace period passes, and only then its frames go back.
 */
#include "state.h"

int xsw_pool_grow(struct xsw_engine *e, u64 bytes, u8 bits, struct xsw_change *c)
{
	struct xsw_memory_want want = {
		.bytes = bytes,
		.bits = bits,
		.order = XSW_SEGMENT_ORDER,
		.pool = &e->pool,
		.index = &e->index,
	};
	u64 got;

	xsw_might_sleep();
	*c = (struct xsw_change){ 0 };
	xsw_mutex_lock(&e->mutex);
	got = xsw_memory_get(e, &want, c);
	xsw_mutex_unlock(&e->mutex);
	return got >= bytes ? 0 : -ENOMEM;
}

void xsw_retire(struct xsw_segment *s, struct xsw_index **index, struct xsw_segment **list)
{
	if (s->pool)
		xsw_pool_remove(s->pool, s);
	xsw_index_remove(index, s);
	s->next = *list;
	*list = s;
}

bool xsw_pool_has(struct xsw_pool *p, u64 mask, u32 slots, const struct xsw_segment *but)
{
	const struct xsw_table *t = xsw_rcu_dereference(p->table);
	u32 id;

	for (id = 0; id < t->ids; id++) {
		const struct xsw_segment *s = xsw_rcu_dereference(t->seg[id]);

		if (s && s != but && s->top <= mask && s->slots >= slots)
			return true;
	}
	return false;
}

/* Would an attached device lose what it was promised if @s went? */
static bool is_promised(struct xsw_engine *e, const struct xsw_segment *s)
{
	const struct xsw_dev *d;

	for (d = e->devices; d; d = d->next) {
		u32 slots = d->reserve ? 1 : (u32)(XSW_STOCK_MAPPING >> XSW_SLOT_SHIFT);

		if (s->top <= d->dma_mask && s->slots >= slots &&
		    !xsw_pool_has(&e->pool, d->dma_mask, slots, s))
			return true;
	}
	return false;
}

/* Reserves that no device relies on any more */
static void retire_reserves(struct xsw_engine *e, struct xsw_segment **list)
{
	struct xsw_segment **at = &e->reserves;

	while (*at) {
		struct xsw_segment *s = *at;

		if (s->devices || s->quarantined || READ_ONCE(s->taken)) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		xsw_retire(s, &e->index, list);
	}
}

int xsw_pool_shrink(struct xsw_engine *e, u64 target, struct xsw_change *c)
{
	struct xsw_segment *list = NULL;
	struct xsw_table *t;
	u32 id;
	int rc;

	xsw_might_sleep();
	*c = (struct xsw_change){ 0 };
	xsw_mutex_lock(&e->mutex);
	retire_reserves(e, &list);
	t = e->pool.table;
	for (id = t->ids; id-- && e->pool.slots << XSW_SLOT_SHIFT > target;) {
		struct xsw_segment *s = t->seg[id];

		if (s && !is_promised(e, s) && xsw_close(&e->pool, s))
			xsw_retire(s, &e->index, &list);
	}
	rc = e->pool.slots << XSW_SLOT_SHIFT > target ? -EBUSY : 0;
	xsw_memory_settle(e);
	xsw_memory_put(e, list, c);
	xsw_mutex_unlock(&e->mutex);
	return rc;
}

bool xsw_pool_reaches(struct xsw_engine *e, u64 mask)
{
	bool found;

	xsw_rcu_read_lock();
	found = xsw_pool_has(&e->pool, mask, 1, NULL);
	xsw_rcu_read_unlock();
	return found;
}
