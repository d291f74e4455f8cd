// SPDX-License-Identifier: GPL-2.0-only
/* Sorts an environment's rounds into cells: one device, load and series each. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "memory.h"

/* Loads whose mean operation is smaller than this are told in IOPS. */
#define SMALL_OPERATION 65536

static bool same_load(const struct xsw_cell *cell, const struct xsw_round *r)
{
	return !strcmp(cell->device, r->device) && !strcmp(cell->load, r->load);
}

static bool is_baseline(const struct xsw_cell *cell)
{
	return !strcmp(cell->backend, "stock") && !cell->force;
}

static struct xsw_cell *find(struct xsw_cells *cells, const struct xsw_round *r)
{
	size_t i;

	for (i = 0; i < cells->nr; i++) {
		struct xsw_cell *cell = &cells->cells[i];

		if (same_load(cell, r) && cell->force == r->force &&
		    !strcmp(cell->backend, r->backend))
			return cell;
	}
	return NULL;
}

/* A new cell goes behind the last of its load, else of its device, else at the end. */
static size_t place(const struct xsw_cells *cells, const struct xsw_round *r)
{
	size_t i, after_device = cells->nr, after_load = 0;

	for (i = 0; i < cells->nr; i++) {
		if (same_load(&cells->cells[i], r))
			after_load = i + 1;
		if (!strcmp(cells->cells[i].device, r->device))
			after_device = i + 1;
	}
	if (!after_load)
		return after_device;
	for (i = 0; i < after_load; i++)
		if (same_load(&cells->cells[i], r) && !strcmp(r->backend, "stock") && !r->force)
			return i;
	return after_load;
}

static struct xsw_cell *insert(struct xsw_cells *cells, const struct xsw_environment *env,
			       const struct xsw_round *r)
{
	size_t at = place(cells, r);
	struct xsw_cell *cell;

	cells->cells = xsw_grow(cells->cells, cells->nr + 1, sizeof(*cells->cells));
	cell = &cells->cells[at];
	memmove(cell + 1, cell, (cells->nr - at) * sizeof(*cell));
	cells->nr++;
	*cell = (struct xsw_cell){ .env = env,
				   .device = r->device,
				   .load = r->load,
				   .backend = r->backend,
				   .force = r->force,
				   .kind = r->kind };
	return cell;
}

void xsw_cells_make(struct xsw_cells *cells, const struct xsw_environment *env, enum xsw_kind kind)
{
	size_t i;

	*cells = (struct xsw_cells){ .nr = 0 };
	for (i = 0; i < env->nr_rounds; i++) {
		const struct xsw_round *r = &env->rounds[i];
		struct xsw_cell *cell;

		if (r->kind != kind || !r->ok)
			continue;
		cell = find(cells, r);
		if (!cell)
			cell = insert(cells, env, r);
		cell->rounds = xsw_grow(cell->rounds, cell->nr + 1, sizeof(struct xsw_round *));
		cell->rounds[cell->nr++] = r;
	}
}

void xsw_cells_free(struct xsw_cells *cells)
{
	size_t i;

	for (i = 0; i < cells->nr; i++)
		free(cells->cells[i].rounds);
	free(cells->cells);
}

const struct xsw_cell *xsw_cells_baseline(const struct xsw_cells *cells,
					  const struct xsw_cell *like)
{
	size_t i;

	for (i = 0; i < cells->nr; i++)
		if (is_baseline(&cells->cells[i]) && same_load(&cells->cells[i], like->rounds[0]))
			return &cells->cells[i];
	return NULL;
}

size_t xsw_cell_values(const struct xsw_cell *cell, enum xsw_figure figure, double *values)
{
	size_t i, n = 0;

	for (i = 0; i < cell->nr; i++)
		if (!isnan(cell->rounds[i]->figures[figure]))
			values[n++] = cell->rounds[i]->figures[figure];
	return n;
}

struct xsw_spread xsw_cell_spread(const struct xsw_cell *cell, enum xsw_figure figure)
{
	double *values = xsw_array(cell->nr, sizeof(*values));
	size_t n = xsw_cell_values(cell, figure, values);
	struct xsw_spread spread = xsw_spread(values, n);

	free(values);
	return spread;
}

enum xsw_figure xsw_cell_throughput(const struct xsw_cell *cell)
{
	double bytes = xsw_cell_spread(cell, XSW_IO_BYTES).median;
	double ios = xsw_cell_spread(cell, XSW_IOS).median;

	return ios > 0 && bytes / ios < SMALL_OPERATION ? XSW_IOPS : XSW_BANDWIDTH;
}

bool xsw_cell_compares(const struct xsw_cell *cell, enum xsw_figure figure)
{
	if (figure == XSW_IOPS || figure == XSW_BANDWIDTH)
		return figure == xsw_cell_throughput(cell);
	return xsw_figures[figure].better;
}
