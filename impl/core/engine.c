// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine as a whole: making and ending it, and its switches.
 */
#include "run.h"
#include "state.h"

static void engine_free(struct xsw_engine *e)
{
	u32 kind;

	for (kind = 0; kind < XSW_NR_KIND; kind++)
		xsw_pool_exit(&e->pool[kind]);
	xsw_index_free(xsw_rcu_protected(e->index));
	xsw_index_free(xsw_rcu_protected(e->coherent_index));
	xsw_free(e);
}

struct xsw_engine *xsw_engine_create(u64 coherent_limit)
{
	struct xsw_engine *e = xsw_zalloc(sizeof(*e));
	bool whole;
	u32 kind;

	if (!e)
		return NULL;
	xsw_mutex_init(&e->mutex);
	e->coherent_limit = coherent_limit;
	xsw_rcu_assign(e->index, xsw_index_new());
	xsw_rcu_assign(e->coherent_index, xsw_index_new());
	whole = xsw_rcu_protected(e->index) && xsw_rcu_protected(e->coherent_index);
	for (kind = 0; kind < XSW_NR_KIND; kind++)
		whole &= !xsw_pool_init(&e->pool[kind], (enum xsw_kind)kind);
	if (whole)
		return e;
	engine_free(e);
	return NULL;
}

/* Segments that can be closed go to @list, those with slots in use for ever to @leaked */
static void empty_pool(struct xsw_engine *e, struct xsw_pool *p, struct xsw_segment **list,
		       struct xsw_segment **leaked)
{
	struct xsw_table *t = xsw_table_of(p);
	u32 id;

	for (id = 0; id < t->ids; id++) {
		struct xsw_segment *s = xsw_segment_at(t, id);

		if (s)
			xsw_retire(e, s, xsw_close(p, s) ? list : leaked);
	}
}

/* Memory that a device may still write to is lost on purpose: only its description is freed */
static void leak(struct xsw_segment *list, struct xsw_change *c)
{
	while (list) {
		struct xsw_segment *s = list;

		list = s->next;
		c->leaked_bytes += xsw_segment_bytes(s);
		xsw_free(s);
	}
}

void xsw_engine_empty(struct xsw_engine *e, struct xsw_change *c)
{
	struct xsw_segment *list = NULL, *leaked = NULL;
	u32 kind;

	xsw_might_sleep();
	*c = (struct xsw_change){ 0 };
	xsw_mutex_lock(&e->mutex);
	for (kind = 0; kind < XSW_NR_KIND; kind++)
		empty_pool(e, &e->pool[kind], &list, &leaked);
	xsw_memory_settle(e);
	xsw_memory_put(e, list, c);
	leak(leaked, c);
	xsw_mutex_unlock(&e->mutex);
}

void xsw_engine_destroy(struct xsw_engine *e, struct xsw_change *c)
{
	xsw_engine_empty(e, c);
	engine_free(e);
}

void xsw_force_all(struct xsw_engine *e, bool on)
{
	WRITE_ONCE(e->gate.force_all, on);
}
