// SPDX-License-Identifier: GPL-2.0-only
/* The throughput and latency pictures of a device: a panel a load, a colour a series. */

#include <math.h>
#include <stdlib.h>

#include "memory.h"
#include "panels.h"

/* Dots of a series stand beside each other, in the order of the rounds, within this width. */
#define SPREAD 0.5

/* Latency percentiles where every round gets a dot, and the curve's steps between them. */
static const double dot_quantiles[] = { 0.5, 0.9, 0.99, 0.999 };
#define NR_DOTS              4
#define CURVE_STEPS_A_DECADE 12
#define CURVE_DECADES        5

/* Writes a panel's lines and widens its range. Return: the unit of its values. */
typedef const char *panel_fn(FILE *dat, const struct xsw_panels *p, const char *load,
			     struct xsw_range *range);

/* A percentile's place on the axis: the number of its nines. */
static double nines(double quantile)
{
	return -log10(1 - quantile);
}

static void widen(struct xsw_range *range, double x, double value)
{
	range->low = fmin(range->low, value);
	range->high = fmax(range->high, value);
	range->right = fmax(range->right, x);
}

static void put_throughput(FILE *dat, const struct xsw_cell *cell, size_t series,
			   enum xsw_figure figure, struct xsw_range *range)
{
	struct xsw_spread s = xsw_cell_spread(cell, figure);
	double scale = xsw_figures[figure].scale, at = (double)series + 1;
	size_t i;

	for (i = 0; i < cell->nr; i++) {
		double value = cell->rounds[i]->figures[figure] * scale;
		double x = at + SPREAD * (((double)i + 0.5) / (double)cell->nr - 0.5);

		if (isnan(value))
			continue;
		fprintf(dat, "round %zu %.4f %.9g # %s\n", series, x, value,
			cell->rounds[i]->source);
		widen(range, x, value);
	}
	if (!s.n)
		return;
	fprintf(dat, "median %zu %.4f %.9g\n", series, at, s.median * scale);
	if (s.interval.known)
		fprintf(dat, "interval %zu %.4f %.9g %.9g %.9g\n", series, at, s.median * scale,
			s.interval.low * scale, s.interval.high * scale);
}

static enum xsw_figure throughput_figure(const struct xsw_panels *p, const char *load)
{
	size_t i;

	for (i = 0; i < p->nr_series; i++) {
		const struct xsw_cell *cell = xsw_panels_cell(p, load, i);

		if (cell)
			return xsw_cell_throughput(cell);
	}
	return XSW_BANDWIDTH;
}

static const char *throughput_panel(FILE *dat, const struct xsw_panels *p, const char *load,
				    struct xsw_range *range)
{
	enum xsw_figure figure = throughput_figure(p, load);
	size_t s;

	for (s = 0; s < p->nr_series; s++)
		if (xsw_panels_cell(p, load, s))
			put_throughput(dat, xsw_panels_cell(p, load, s), s, figure, range);
	return xsw_figures[figure].unit;
}

/* All timed rounds of a cell together, drawn as far as a sample lies beyond. */
static void put_curve(FILE *dat, const struct xsw_cell *cell, size_t series,
		      struct xsw_range *range)
{
	struct xsw_histogram all = { .nr = 0 };
	int step, last = CURVE_STEPS_A_DECADE * CURVE_DECADES;
	size_t i;

	for (i = 0; i < cell->nr; i++)
		xsw_histogram_merge(&all, &cell->rounds[i]->latency);
	xsw_histogram_order(&all);
	for (step = 1; all.nr && step <= last; step++) {
		double x = (double)step / CURVE_STEPS_A_DECADE;
		double ns = xsw_histogram_quantile(&all, 1 - pow(10, -x));

		if (isnan(ns))
			break;
		fprintf(dat, "curve %zu %.4f %.9g\n", series, x, ns / 1000);
		widen(range, x, ns / 1000);
	}
	xsw_histogram_free(&all);
}

static void put_latency(FILE *dat, const struct xsw_cell *cell, size_t series,
			struct xsw_range *range)
{
	size_t i, q;

	put_curve(dat, cell, series, range);
	for (i = 0; i < cell->nr; i++) {
		const struct xsw_round *r = cell->rounds[i];

		for (q = 0; r->latency.nr && q < NR_DOTS; q++) {
			double ns = xsw_histogram_quantile(&r->latency, dot_quantiles[q]);

			if (isnan(ns))
				continue;
			fprintf(dat, "round %zu %.4f %.9g # %s\n", series, nines(dot_quantiles[q]),
				ns / 1000, r->source);
			widen(range, nines(dot_quantiles[q]), ns / 1000);
		}
	}
}

static const char *latency_panel(FILE *dat, const struct xsw_panels *p, const char *load,
				 struct xsw_range *range)
{
	size_t s;

	for (s = 0; s < p->nr_series; s++)
		if (xsw_panels_cell(p, load, s))
			put_latency(dat, xsw_panels_cell(p, load, s), s, range);
	return "us";
}

/* One panel: its file is kept only if it has something above zero to show. */
static void make_panel(const struct xsw_gallery *gallery, const struct xsw_panels *p,
		       const char *name, size_t load, panel_fn *panel, struct xsw_panel_list *list)
{
	char *file = xsw_format("%s.%zu.dat", name, load);
	FILE *dat = xsw_gallery_open(gallery, file, "");
	struct xsw_range range = { NAN, NAN, NAN };
	const char *unit = panel(dat, p, p->loads[load], &range);

	xsw_gallery_close(dat, file);
	if (range.high > 0)
		xsw_panel_add(list, file, p->loads[load], unit, &range);
	else
		xsw_gallery_drop(gallery, file);
	free(file);
}

static void make_picture(const struct xsw_gallery *gallery, const struct xsw_group *group,
			 const char *device, const char *script, const char *what, panel_fn *panel)
{
	char *name = xsw_picture_name(script, group->name, device);
	char *title = xsw_format("%s: %s, %s", what, device, group->name);
	struct xsw_panel_list list = { .nr = 0 };
	struct xsw_panels p;
	size_t load;

	xsw_panels_make(&p, group, device);
	for (load = 0; load < p.nr_loads; load++)
		make_panel(gallery, &p, name, load, panel, &list);
	if (list.nr) {
		xsw_panels_put(gallery, name, &p, &list, title);
		xsw_gallery_add(gallery, name, script, true, title);
	}
	xsw_panel_list_free(&list);
	xsw_panels_free(&p);
	free(title);
	free(name);
}

void xsw_picture_throughput(const struct xsw_gallery *gallery, const struct xsw_group *group,
			    const char *device)
{
	make_picture(gallery, group, device, "throughput", "Throughput", throughput_panel);
}

void xsw_picture_latency(const struct xsw_gallery *gallery, const struct xsw_group *group,
			 const char *device)
{
	make_picture(gallery, group, device, "latency", "Completion latency by percentile",
		     latency_panel);
}
