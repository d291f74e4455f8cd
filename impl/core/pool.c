// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which segments a pool has: its table and groups, changed under the engine's mutex.
 */
#include "pool.h"

int xsw_pool_init(struct xsw_pool *p, enum xsw_kind kind)
{
	struct xsw_table *t = xsw_zalloc(sizeof(*t));

	p->kind = (u8)kind;
	p->watch = XSW_WATCH_LEAST;
	p->mark_began = xsw_now_ns();
	p->hints = xsw_percpu_alloc(sizeof(struct xsw_hints), 64);
	xsw_rcu_assign(p->table, t);
	if (p->hints && t)
		return 0;
	xsw_pool_exit(p);
	return -ENOMEM;
}

/* All segments are gone and nobody uses the pool */
void xsw_pool_exit(struct xsw_pool *p)
{
	struct xsw_table *t = xsw_table_of(p);
	u32 k;

	xsw_pool_settle(p);
	for (k = 0; t && k < t->groups; k++)
		xsw_free(t->group[k]);
	xsw_free(t);
	if (p->hints)
		xsw_percpu_free(p->hints);
	xsw_rcu_assign(p->table, NULL);
	p->hints = NULL;
}

static struct xsw_table *table_new(u32 groups)
{
	u32 ids = (groups + 1) * XSW_GROUP;
	struct xsw_table *t;

	t = xsw_zalloc(sizeof(*t) + ids * sizeof(t->seg[0]) + groups * sizeof(t->group[0]));
	if (!t)
		return NULL;
	t->groups = groups;
	t->ids = ids;
	t->group = (void *)(t->seg + ids);
	return t;
}

/* A table with one group more, in its place by zone; the old one stays until xsw_pool_settle() */
static struct xsw_group *add_group(struct xsw_pool *p, u8 zone)
{
	struct xsw_table *old = xsw_table_of(p), *t = table_new(old->groups + 1);
	struct xsw_group *g = xsw_zalloc(sizeof(*g));
	u32 k, before = 0;

	if (!t || !g) {
		xsw_free(t);
		xsw_free(g);
		return NULL;
	}
	g->id = old->groups + 1;
	g->zone = zone;
	for (k = 0; k < old->ids; k++)
		xsw_rcu_assign(t->seg[k], xsw_segment_at(old, k));
	for (k = 0; k < old->groups; k++)
		before += old->group[k]->zone >= zone;
	for (k = 0; k < old->groups; k++)
		t->group[k < before ? k : k + 1] = old->group[k];
	t->group[before] = g;
	t->retired = old;
	xsw_rcu_assign(p->table, t);
	return g;
}

static struct xsw_group *group_for(struct xsw_pool *p, u8 zone)
{
	struct xsw_table *t = xsw_table_of(p);
	u32 k;

	for (k = 0; k < t->groups; k++)
		if (t->group[k]->zone == zone && ~t->group[k]->members)
			return t->group[k];
	return add_group(p, zone);
}

/* What a removal may have made untrue */
static void find_extremes(struct xsw_pool *p)
{
	const struct xsw_table *t = xsw_table_of(p);
	u32 largest = 0, id;
	u64 top = 0;

	for (id = 0; id < t->ids; id++) {
		const struct xsw_segment *s = xsw_segment_at(t, id);

		if (!s)
			continue;
		top = max(top, s->top);
		largest = max(largest, s->slots);
	}
	WRITE_ONCE(p->top, top);
	WRITE_ONCE(p->largest, largest);
}

int xsw_pool_add(struct xsw_pool *p, struct xsw_segment *s)
{
	struct xsw_group *g = group_for(p, s->zone);
	u32 bit, cls, whole = xsw_log2_floor(s->slots);

	if (!g)
		return -ENOMEM;
	bit = (u32)__builtin_ctzll(~g->members);
	s->pool = p;
	s->kind = p->kind;
	s->group = g;
	s->may_whole = &g->may[whole];
	s->may_bit = 1ULL << bit;
	s->id = g->id * XSW_GROUP + bit;
	xsw_rcu_assign(xsw_table_of(p)->seg[s->id], s);
	for (cls = 0; cls <= whole; cls++)
		xsw_fetch_or64(&g->may[cls], 1ULL << bit);
	xsw_fetch_or64(&g->members, 1ULL << bit);
	p->segments++;
	WRITE_ONCE(p->slots, p->slots + s->slots);
	WRITE_ONCE(p->top, max(p->top, s->top));
	WRITE_ONCE(p->largest, max(p->largest, s->slots));
	return 0;
}

/* @s is closed: nothing of it can be claimed any more */
void xsw_pool_remove(struct xsw_pool *p, struct xsw_segment *s)
{
	struct xsw_group *g = s->group;
	u32 bit = s->id % XSW_GROUP, cls;

	xsw_rcu_assign(xsw_table_of(p)->seg[s->id], NULL);
	for (cls = 0; cls < XSW_CLASSES; cls++)
		xsw_fetch_and64(&g->may[cls], ~(1ULL << bit));
	xsw_fetch_and64(&g->members, ~(1ULL << bit));
	p->segments--;
	WRITE_ONCE(p->slots, p->slots - s->slots);
}

void xsw_pool_settle(struct xsw_pool *p)
{
	struct xsw_table *t = xsw_table_of(p), *old;

	if (!t)
		return;
	find_extremes(p);
	while ((old = t->retired)) {
		t->retired = old->retired;
		xsw_free(old);
	}
}

u64 xsw_pool_used_on_cpus(struct xsw_pool *p)
{
	u64 used = 0;
	u32 cpu;

	xsw_for_each_cpu(cpu)
		used += READ_ONCE(xsw_percpu_ptr(p->hints, cpu)->used);
	return used;
}

/* Each is read after the other, so the sum may be a little below what any moment had */
u64 xsw_pool_used(struct xsw_pool *p)
{
	u64 used = READ_ONCE(p->used_exact) + xsw_pool_used_on_cpus(p);

	return (s64)used < 0 ? 0 : used;
}

u32 xsw_pool_largest_free(struct xsw_pool *p)
{
	const struct xsw_table *t;
	u32 cls, k;

	xsw_rcu_read_lock();
	t = xsw_rcu_dereference(p->table);
	for (cls = XSW_CLASSES; cls--;) {
		u64 may = 0;

		for (k = 0; k < t->groups; k++)
			may |= READ_ONCE(t->group[k]->may[cls]);
		if (may)
			break;
	}
	xsw_rcu_read_unlock();
	if (cls == ~0u)
		return 0;
	return min((2u << cls) - 1, READ_ONCE(p->largest));
}

bool xsw_pool_has(struct xsw_pool *p, u64 mask, u32 slots, const struct xsw_segment *but)
{
	const struct xsw_table *t;
	bool found = false;
	u32 id;

	xsw_rcu_read_lock();
	t = xsw_rcu_dereference(p->table);
	for (id = 0; id < t->ids && !found; id++) {
		const struct xsw_segment *s = xsw_rcu_dereference(t->seg[id]);

		found = s && s != but && s->top <= mask && s->slots >= slots;
	}
	xsw_rcu_read_unlock();
	return found;
}
