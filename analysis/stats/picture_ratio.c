// SPDX-License-Identifier: GPL-2.0-only
/*
 * The picture of ratios within an environment: each series against stock, pair by pair, with the
 * A/A control below: what the same backend shows against itself is what noise looks like here.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "pictures.h"

#define NR_PANELS 3

/* The figures drawn, one a panel; throughput is IOPS or bandwidth, as the load has it. */
static int panel_of(enum xsw_figure figure)
{
	switch (figure) {
	case XSW_IOPS:
	case XSW_BANDWIDTH:
		return 0;
	case XSW_P50:
		return 1;
	case XSW_P99:
		return 2;
	default:
		return -1;
	}
}

struct rows {
	char **labels, **colors;
	const struct xsw_cell **cells;
	size_t nr;
	FILE *dat[NR_PANELS];
	double low[NR_PANELS], high[NR_PANELS];
};

static size_t row_of(struct rows *rows, const struct xsw_comparison *c, bool control)
{
	struct xsw_series series = { c->b->env, c->b->backend, c->b->force };
	char *name;
	size_t n = rows->nr;

	/* Comparisons of one cell follow each other. */
	if (n && rows->cells[n - 1] == c->b)
		return n;
	rows->labels = xsw_grow(rows->labels, n + 1, sizeof(char *));
	rows->colors = xsw_grow(rows->colors, n + 1, sizeof(char *));
	rows->cells = xsw_grow(rows->cells, n + 1, sizeof(*rows->cells));
	name = xsw_series_name(&series, false);
	rows->labels[n] =
		xsw_format("%s  %s  %s", c->b->device, c->b->load, control ? "A/A control" : name);
	rows->colors[n] = xsw_format("%s", control ? "#777777" : xsw_series_color(&series, 0));
	rows->cells[n] = c->b;
	free(name);
	return ++rows->nr;
}

static void put_comparison(struct rows *rows, const struct xsw_comparison *c, bool control)
{
	int panel = panel_of(c->figure);
	const struct xsw_spread *s = &c->spread;
	size_t row, i;

	if (panel < 0)
		return;
	row = row_of(rows, c, control);
	for (i = 0; i < c->nr; i++)
		fprintf(rows->dat[panel], "round %zu %.6g %zu # %s %s\n", row, c->pairs[i].ratio,
			row, c->pairs[i].a->source, c->pairs[i].b->source);
	fprintf(rows->dat[panel], "median %zu %.6g %zu\n", row, s->median, row);
	if (s->interval.known)
		fprintf(rows->dat[panel], "interval %zu %.6g %zu %.6g %.6g\n", row, s->median, row,
			s->interval.low, s->interval.high);
	rows->low[panel] = fmin(rows->low[panel], s->min);
	rows->high[panel] = fmax(rows->high[panel], s->max);
}

static void put_all(struct rows *rows, const struct xsw_environment *env)
{
	const struct {
		enum xsw_kind kind;
		void (*make)(struct xsw_comparisons *, const struct xsw_cells *);
	} both[] = { { XSW_TIMED, xsw_pairs_make }, { XSW_CONTROL, xsw_controls_make } };
	size_t i, k;

	for (k = 0; k < 2; k++) {
		struct xsw_cells cells;
		struct xsw_comparisons all;

		xsw_cells_make(&cells, env, both[k].kind);
		both[k].make(&all, &cells);
		for (i = 0; i < all.nr; i++)
			put_comparison(rows, &all.comparisons[i], both[k].kind == XSW_CONTROL);
		xsw_comparisons_free(&all);
		xsw_cells_free(&cells);
	}
}

static void put_vars(const struct xsw_gallery *gallery, const char *name, const char *title,
		     const struct rows *rows, const struct xsw_environment *env)
{
	FILE *vars = xsw_gallery_open(gallery, name, ".vars");

	xsw_put_text(vars, "title", title);
	xsw_put_text(vars, "mark", env->emulated ? "emulated" : "");
	xsw_put_text(vars, "panel_stem", name);
	xsw_put_texts(vars, "row_label", rows->labels, rows->nr);
	xsw_put_texts(vars, "row_color", rows->colors, rows->nr);
	xsw_put_numbers(vars, "panel_low", rows->low, NR_PANELS);
	xsw_put_numbers(vars, "panel_high", rows->high, NR_PANELS);
	xsw_gallery_close(vars, name);
}

void xsw_picture_ratio(const struct xsw_gallery *gallery, const struct xsw_environment *env)
{
	char *name = xsw_picture_name("ratio", env->name, "");
	char *title = xsw_format("Ratio to stock, pair by pair: %s", env->name);
	struct rows rows = { .nr = 0 };
	char *file;
	size_t i;

	for (i = 0; i < NR_PANELS; i++) {
		file = xsw_format("%s.%zu.dat", name, i);
		rows.dat[i] = xsw_gallery_open(gallery, file, "");
		rows.low[i] = rows.high[i] = 1;
		free(file);
	}
	put_all(&rows, env);
	for (i = 0; i < NR_PANELS; i++) {
		file = xsw_format("%s.%zu.dat", name, i);
		xsw_gallery_close(rows.dat[i], file);
		if (!rows.nr)
			xsw_gallery_drop(gallery, file);
		free(file);
	}
	if (rows.nr) {
		put_vars(gallery, name, title, &rows, env);
		xsw_gallery_add(gallery, name, "ratio", true, title);
	}
	for (i = 0; i < rows.nr; i++) {
		free(rows.labels[i]);
		free(rows.colors[i]);
	}
	free(rows.labels);
	free(rows.colors);
	free(rows.cells);
	free(title);
	free(name);
}
