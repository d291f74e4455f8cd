// SPDX-License-Identifier: GPL-2.0-only
/*
 * The picture of bounced shares: a bar a device, environment and series, all its counting rounds
 * together; a dot a round.  Counts hold on any machine, so environments stand side by side.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "counts.h"
#include "memory.h"
#include "pictures.h"

struct row {
	const char *device;
	struct xsw_series series;
	bool by_maps;
	double bounced, whole, bounces;
	double top; /* the highest share of a round */
};

struct rows {
	struct row *rows;
	size_t nr;
};

static struct row *find(struct rows *rows, const char *device, const struct xsw_cell *cell)
{
	size_t i;

	for (i = 0; i < rows->nr; i++) {
		struct row *row = &rows->rows[i];

		if (!strcmp(row->device, device) && row->series.env == cell->env &&
		    row->series.force == cell->force && !strcmp(row->series.backend, cell->backend))
			return row;
	}
	return NULL;
}

/* Rows of a device stay together: a new one goes behind the last of its device. */
static struct row *insert(struct rows *rows, const struct xsw_cell *cell, bool by_maps)
{
	size_t at = rows->nr, i;
	struct row *row;

	for (i = 0; i < rows->nr; i++)
		if (!strcmp(rows->rows[i].device, cell->device))
			at = i + 1;
	rows->rows = xsw_grow(rows->rows, rows->nr + 1, sizeof(*rows->rows));
	row = &rows->rows[at];
	memmove(row + 1, row, (rows->nr - at) * sizeof(*row));
	rows->nr++;
	*row = (struct row){ .device = cell->device,
			     .series = { cell->env, cell->backend, cell->force },
			     .by_maps = by_maps };
	return row;
}

static double round_share(const struct xsw_round *r, bool by_maps)
{
	return xsw_number(r->counters, "bounced_bytes") / xsw_round_whole(r, by_maps);
}

static void gather_cell(struct rows *rows, const struct xsw_cell *cell)
{
	bool by_maps = xsw_shown_by_maps(cell->env, cell->device);
	size_t i;

	for (i = 0; i < cell->nr; i++) {
		const struct xsw_round *r = cell->rounds[i];
		struct row *row;

		if (!xsw_round_has_share(r, by_maps))
			continue;
		row = find(rows, cell->device, cell);
		if (!row)
			row = insert(rows, cell, by_maps);
		row->bounced += xsw_number(r->counters, "bounced_bytes");
		row->whole += xsw_round_whole(r, by_maps);
		row->bounces += fmax(0, xsw_number(r->counters, "bounces"));
		row->top = fmax(row->top, round_share(r, by_maps));
	}
}

static void gather(struct rows *rows, const struct xsw_environment *env)
{
	struct xsw_cells cells;
	size_t i;

	xsw_cells_make(&cells, env, XSW_COUNTED);
	for (i = 0; i < cells.nr; i++)
		gather_cell(rows, &cells.cells[i]);
	xsw_cells_free(&cells);
}

static void put_rounds(FILE *dat, const struct row *row, size_t at)
{
	const struct xsw_environment *env = row->series.env;
	size_t i;

	for (i = 0; i < env->nr_rounds; i++) {
		const struct xsw_round *r = &env->rounds[i];

		if (r->kind == XSW_COUNTED && r->ok && !strcmp(r->device, row->device) &&
		    !strcmp(r->backend, row->series.backend) && r->force == row->series.force &&
		    xsw_round_has_share(r, row->by_maps))
			fprintf(dat, "round %zu %.6g %zu # %s\n", at,
				100 * round_share(r, row->by_maps), at, r->source);
	}
}

/* Return: the highest share of any round, in per cent. */
static double top_share(const struct rows *rows)
{
	double top = 0;
	size_t i;

	for (i = 0; i < rows->nr; i++)
		top = fmax(top, 100 * rows->rows[i].top);
	return top;
}

static void put_vars(const struct xsw_gallery *gallery, const struct xsw_run *run,
		     const struct rows *rows)
{
	char **labels = xsw_array(rows->nr, sizeof(*labels));
	char **colors = xsw_array(rows->nr, sizeof(*colors));
	char **counts = xsw_array(rows->nr, sizeof(*counts));
	char **devices = xsw_array(rows->nr, sizeof(*devices));
	FILE *vars = xsw_gallery_open(gallery, "bounced", ".vars");
	size_t i;

	for (i = 0; i < rows->nr; i++) {
		const struct row *row = &rows->rows[i];
		char *series = xsw_series_name(&row->series, true);

		labels[i] = xsw_format("%s  %s", row->device, series);
		colors[i] = xsw_format("%s", xsw_series_color(&row->series, 0));
		counts[i] =
			xsw_format("%.4g %% of %s, %.0f bounces", 100 * row->bounced / row->whole,
				   row->by_maps ? "mapped" : "moved", row->bounces);
		devices[i] = xsw_format("%s", row->device);
		free(series);
	}
	xsw_put_text(vars, "title", "Bounced bytes by device");
	xsw_put_text(vars, "mark", run->emulated ? "emulated" : "");
	xsw_put_texts(vars, "row_label", labels, rows->nr);
	xsw_put_texts(vars, "row_device", devices, rows->nr);
	xsw_put_texts(vars, "row_color", colors, rows->nr);
	xsw_put_texts(vars, "row_count", counts, rows->nr);
	fprintf(vars, "top_share = %.6g\n", top_share(rows));
	xsw_gallery_close(vars, "bounced");
	for (i = 0; i < rows->nr; i++) {
		free(labels[i]);
		free(colors[i]);
		free(counts[i]);
		free(devices[i]);
	}
	free(labels);
	free(colors);
	free(counts);
	free(devices);
}

void xsw_picture_bounced(const struct xsw_gallery *gallery, const struct xsw_run *run)
{
	struct rows rows = { .nr = 0 };
	FILE *dat;
	size_t i;

	for (i = 0; i < run->nr; i++)
		gather(&rows, &run->environments[i]);
	if (!rows.nr)
		return;
	dat = xsw_gallery_open(gallery, "bounced", ".dat");
	for (i = 0; i < rows.nr; i++) {
		fprintf(dat, "share %zu %.6g %zu\n", i + 1,
			100 * rows.rows[i].bounced / rows.rows[i].whole, i + 1);
		put_rounds(dat, &rows.rows[i], i + 1);
	}
	xsw_gallery_close(dat, "bounced");
	put_vars(gallery, run, &rows);
	xsw_gallery_add(gallery, "bounced", "bounced", false, "Bounced bytes by device");
	free(rows.rows);
}
