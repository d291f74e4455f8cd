// SPDX-License-Identifier: GPL-2.0-only
/*
 * Growing and shrinking the streaming pool while it is in use.
 *
 * A segment is closed by claiming all of it, which fails while a slot is live or quarantined;
 * then it leaves table and index, a grace period passes, and only then its frames go back.
 */
#include "run.h"
#include "state.h"
#include "tell.h"

/* Under the mutex.  Return: bytes added. */
static u64 grow(struct xsw_engine *e, u64 bytes, u8 bits, struct xsw_change *c)
{
	struct xsw_memory_want want = {
		.bytes = bytes,
		.bits = bits,
		.order = XSW_SEGMENT_ORDER,
		.kind = XSW_KIND_STREAMING,
	};

	return xsw_memory_get(e, &want, c);
}

void xsw_retire(struct xsw_engine *e, struct xsw_segment *s, struct xsw_segment **list)
{
	struct xsw_event event = { .what = XSW_TOLD_SEGMENT };

	xsw_survey(s, &event.segment.state);
	xsw_pool_remove(s->pool, s);
	xsw_index_remove(xsw_index_for(e, (enum xsw_kind)s->kind), s);
	s->next = *list;
	*list = s;
	xsw_tell(&event);
}

/* Close idle segments of @p that nobody was promised, until it is at most @target bytes */
static void retire_idle(struct xsw_engine *e, struct xsw_pool *p, u64 target,
			struct xsw_segment **list)
{
	struct xsw_table *t = xsw_table_of(p);
	u32 id;

	for (id = t->ids; id-- && p->slots << XSW_SLOT_SHIFT > target;) {
		struct xsw_segment *s = xsw_segment_at(t, id);

		if (s && !xsw_is_promised(e, s) && xsw_close(p, s))
			xsw_retire(e, s, list);
	}
}

/* Under the mutex */
static int shrink(struct xsw_engine *e, u64 target, struct xsw_change *c)
{
	struct xsw_pool *p = &e->pool[XSW_KIND_STREAMING];
	struct xsw_segment *list = NULL;
	int rc;

	retire_idle(e, &e->pool[XSW_KIND_LARGE], 0, &list);
	retire_idle(e, p, target, &list);
	rc = p->slots << XSW_SLOT_SHIFT > target ? -EBUSY : 0;
	xsw_memory_settle(e);
	xsw_memory_put(e, list, c);
	return rc;
}

int xsw_pool_grow(struct xsw_engine *e, u64 bytes, u8 bits, struct xsw_change *c)
{
	u64 got;

	xsw_might_sleep();
	*c = (struct xsw_change){ 0 };
	xsw_mutex_lock(&e->mutex);
	got = grow(e, bytes, bits, c);
	xsw_mutex_unlock(&e->mutex);
	return got >= bytes ? 0 : -ENOMEM;
}

int xsw_pool_set(struct xsw_engine *e, u64 bytes, u8 bits, struct xsw_change *c)
{
	u64 have;
	int rc;

	xsw_might_sleep();
	*c = (struct xsw_change){ 0 };
	xsw_mutex_lock(&e->mutex);
	have = e->pool[XSW_KIND_STREAMING].slots << XSW_SLOT_SHIFT;
	c->grew = bytes > have;
	if (c->grew)
		rc = grow(e, bytes - have, bits, c) >= bytes - have ? 0 : -ENOMEM;
	else
		rc = shrink(e, bytes, c);
	xsw_mutex_unlock(&e->mutex);
	return rc;
}

/* Slots of segments within @mask, and how many are in use; under the mutex */
static u64 slots_within(struct xsw_pool *p, u64 mask, u64 *used)
{
	const struct xsw_table *t = xsw_table_of(p);
	u64 slots = 0;
	u32 id;

	*used = 0;
	for (id = 0; id < t->ids; id++) {
		const struct xsw_segment *s = xsw_segment_at(t, id);

		if (!s || s->top > mask)
			continue;
		slots += s->slots;
		*used += s->slots - xsw_free_slots(s);
	}
	return slots;
}

/* Bytes to add where @slots lie within @mask, for the reason @why; 0: none */
static u64 bytes_to_add(struct xsw_pool *p, u64 mask, enum xsw_fail why)
{
	u64 step = XSW_PAGE_SIZE << XSW_SEGMENT_ORDER, slots, used;

	if (why == XSW_FAIL_FRAGMENTED)
		return step;
	if (why == XSW_FAIL_NONE) {
		/* often, so without a walk; only a pool that seems quite full is counted slot by
		 * slot */
		if (xsw_pool_used(p) * 4 < p->slots * 3)
			return 0;
		mask = ~0ULL;
	}
	slots = slots_within(p, mask, &used);
	if (used * 4 < slots * 3)
		return 0;
	return max((slots << XSW_SLOT_SHIFT) / 4 & ~(step - 1), step);
}

u64 xsw_pool_grow_for(struct xsw_engine *e, u64 mask, enum xsw_fail why, u64 most, u8 bits,
		      struct xsw_change *c)
{
	struct xsw_pool *p = &e->pool[XSW_KIND_STREAMING];
	u64 have, add, got = 0;

	xsw_might_sleep();
	*c = (struct xsw_change){ .grew = true };
	if (why != XSW_FAIL_NONE && why != XSW_FAIL_FULL && why != XSW_FAIL_FRAGMENTED)
		return 0;
	if (why != XSW_FAIL_NONE)
		bits = min(bits, xsw_bits_within(mask));
	if (bits <= XSW_PAGE_SHIFT)
		return 0;
	xsw_mutex_lock(&e->mutex);
	have = p->slots << XSW_SLOT_SHIFT;
	add = have < most ? bytes_to_add(p, mask, why) : 0;
	if (add)
		got = grow(e, min(add, most - have), bits, c);
	xsw_mutex_unlock(&e->mutex);
	return got;
}
