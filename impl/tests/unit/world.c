// SPDX-License-Identifier: GPL-2.0-only
/*
 * A machine, an engine and a device for a unit test, and what most tests do with them.
 */
#include "world.h"

const struct model_config usual_machine = {
	.pages = 65536,
	.frames = (1 << 20) + (1 << 17),
	.first_mfn = (1 << 20) + 777,
	.low_first = 1 << 16,
	.low_free = 32768,
	.seed = 42,
};

void world_start(struct world *w, const struct model_config *c, u64 pool_bytes)
{
	*w = (struct world){ 0 };
	model_start(c);
	w->e = xsw_engine_create(4 * MIB);
	assert_non_null(w->e);
	if (pool_bytes)
		assert_int_equal(xsw_pool_grow(w->e, pool_bytes, 32, &w->change), 0);
}

void world_attach(struct world *w, u64 mask)
{
	w->dev.dma_mask = mask;
	w->dev.coherent_mask = mask;
	w->dev.boundary_mask = ~0ULL;
	w->dev.id = 0x10;
	assert_int_equal(xsw_dev_init(w->e, &w->dev), 0);
}

void world_stop(struct world *w)
{
	if (w->dev.engine)
		assert_int_equal(model_detach(&w->dev), 0);
	xsw_engine_destroy(w->e, &w->change);
	assert_int_equal(w->change.leaked_bytes, 0);
	assert_int_equal(model_counts.zallocs, 0);
	assert_int_equal(model_counts.violations, 0);
	assert_true(model_consistent());
	model_stop();
}

void fill(void *to, size_t n, u32 seed)
{
	u8 *p = to;
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = (u8)(i * 167 + (i >> 8) * 13 + seed);
}

bool is_filled(const void *from, size_t n, u32 seed)
{
	const u8 *p = from;
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] != (u8)(i * 167 + (i >> 8) * 13 + seed))
			return false;
	return true;
}

u64 must_map(struct world *w, u64 phys, size_t n, enum xsw_dir dir, struct xsw_outcome *o)
{
	struct xsw_outcome own;
	u64 bus = model_map(&w->dev, phys, n, dir, 0, o ? o : &own);

	assert_int_not_equal(bus, XSW_BUS_ERROR);
	return bus;
}

enum xsw_fail must_fail(struct world *w, u64 phys, size_t n, enum xsw_dir dir)
{
	struct xsw_outcome o;

	assert_int_equal(model_map(&w->dev, phys, n, dir, 0, &o), XSW_BUS_ERROR);
	assert_int_equal(o.bus, XSW_BUS_ERROR);
	assert_int_equal(o.slots, 0);
	return (enum xsw_fail)o.fail;
}

void must_unmap(struct world *w, u64 bus, size_t n, enum xsw_dir dir)
{
	struct xsw_outcome o;

	xsw_map_outcome(&w->dev, bus, &o);
	assert_int_equal(xsw_unmap(&w->dev, bus, n, dir, 0), o.slots);
}

bool owns(struct world *w, u64 bus)
{
	bool found;

	xsw_rcu_read_lock();
	found = xsw_index_find(&w->e->index, bus) != NULL;
	xsw_rcu_read_unlock();
	return found;
}

void *alloc_block(struct xsw_dev *d, size_t n, bool atomic, u64 *bus)
{
	enum xsw_coherent_source from;

	return xsw_coherent_alloc(d, n, atomic, bus, &from);
}
