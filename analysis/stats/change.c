// SPDX-License-Identifier: GPL-2.0-only
/* Compares what was not measured in pairs: two environments of a run, or two runs. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "counts.h"
#include "memory.h"
#include "summary.h"

/* A list of comparisons whose p values are adjusted together once it is complete. */
struct family {
	json_t *list;
	double *p;
	size_t nr;
};

static void family_add(struct family *family, json_t *json, double p)
{
	family->p = xsw_grow(family->p, family->nr + 1, sizeof(*family->p));
	family->p[family->nr++] = p;
	json_array_append_new(family->list, json);
}

static const char *verdict(double p, double ratio)
{
	if (isnan(p))
		return "too few rounds";
	if (p > 1 - XSW_LEVEL)
		return "no difference shown";
	return ratio < 1 ? "less" : "more";
}

/* Return: the list, every member with its adjusted p and verdict. */
static json_t *family_end(struct family *family)
{
	json_t *member;
	size_t i;

	xsw_holm(family->p, family->nr);
	json_array_foreach(family->list, i, member) {
		double ratio = xsw_number(json_object_get(member, "shift"), "ratio");

		json_object_set_new(member, "p_adjusted", xsw_json_number(family->p[i]));
		json_object_set_new(member, "verdict", json_string(verdict(family->p[i], ratio)));
	}
	free(family->p);
	return family->list;
}

static const struct xsw_cell *same_cell(const struct xsw_cells *cells, const struct xsw_cell *like)
{
	size_t i;

	for (i = 0; i < cells->nr; i++) {
		const struct xsw_cell *c = &cells->cells[i];

		if (!strcmp(c->device, like->device) && !strcmp(c->load, like->load) &&
		    !strcmp(c->backend, like->backend) && c->force == like->force)
			return c;
	}
	return NULL;
}

static json_t *describe(const struct xsw_cell *cell, enum xsw_figure figure)
{
	json_t *json = xsw_json_cell(cell);

	json_object_update_new(json, json_pack("{s:s, s:s, s:s, s:s, s:f, s:i}", "environment",
					       cell->env->name, "figure", xsw_figures[figure].key,
					       "label", xsw_figures[figure].label, "unit",
					       xsw_figures[figure].unit, "scale",
					       xsw_figures[figure].scale, "better",
					       xsw_figures[figure].better));
	return json;
}

/* One figure of two cells as a member of the family; nothing where either lacks it. */
static void shift_cells(struct family *family, const struct xsw_cell *a, const struct xsw_cell *b,
			enum xsw_figure figure)
{
	double *va = xsw_array(a->nr, sizeof(*va)), *vb = xsw_array(b->nr, sizeof(*vb));
	size_t na = xsw_cell_values(a, figure, va), nb = xsw_cell_values(b, figure, vb);
	struct xsw_spread sa = xsw_spread(va, na), sb = xsw_spread(vb, nb);
	struct xsw_shift shift = xsw_shift(va, na, vb, nb);
	json_t *json;

	free(va);
	free(vb);
	if (!na || !nb)
		return;
	json = describe(b, figure);
	json_object_set_new(json, "a", xsw_json_spread(&sa));
	json_object_set_new(json, "b", xsw_json_spread(&sb));
	json_object_set_new(json, "shift", xsw_json_shift(&shift));
	family_add(family, json, shift.p);
}

static const struct xsw_environment *find_environment(const struct xsw_run *run, const char *name)
{
	size_t i;

	for (i = 0; i < run->nr; i++)
		if (!strcmp(run->environments[i].name, name))
			return &run->environments[i];
	return NULL;
}

json_t *xsw_across(const struct xsw_run *run)
{
	const struct xsw_environment *native = find_environment(run, "native");
	struct family family = { .list = json_array() };
	struct xsw_cells base, cells;
	size_t i, k, f;

	if (!native || run->emulated)
		return family.list;
	xsw_cells_make(&base, native, XSW_TIMED);
	for (i = 0; i < run->nr; i++) {
		if (&run->environments[i] == native)
			continue;
		xsw_cells_make(&cells, &run->environments[i], XSW_TIMED);
		for (k = 0; k < cells.nr; k++) {
			const struct xsw_cell *a = xsw_cells_baseline(&base, &cells.cells[k]);

			for (f = 0; a && f < XSW_NR_FIGURES; f++)
				if (xsw_cell_compares(a, f))
					shift_cells(&family, a, &cells.cells[k], f);
		}
		xsw_cells_free(&cells);
	}
	xsw_cells_free(&base);
	return family_end(&family);
}

static void change_times(struct family *family, const struct xsw_cells *a,
			 const struct xsw_cells *b)
{
	size_t i, f;

	for (i = 0; i < b->nr; i++) {
		const struct xsw_cell *before = same_cell(a, &b->cells[i]);

		for (f = 0; before && f < XSW_NR_FIGURES; f++)
			if (xsw_cell_compares(before, f))
				shift_cells(family, before, &b->cells[i], f);
	}
}

static struct xsw_shift shift_ratios(const struct xsw_comparison *a, const struct xsw_comparison *b)
{
	double *va = xsw_array(a->nr, sizeof(*va)), *vb = xsw_array(b->nr, sizeof(*vb));
	struct xsw_shift shift;
	size_t i;

	for (i = 0; i < a->nr; i++)
		va[i] = a->pairs[i].ratio;
	for (i = 0; i < b->nr; i++)
		vb[i] = b->pairs[i].ratio;
	shift = xsw_shift(va, a->nr, vb, b->nr);
	free(va);
	free(vb);
	return shift;
}

/* How the ratio to stock changed: this holds even where the two machines differ. */
static void change_ratios(struct family *family, const struct xsw_cells *cells_a,
			  const struct xsw_cells *cells_b)
{
	struct xsw_comparisons all_a, all_b;
	size_t i, k;

	xsw_pairs_make(&all_a, cells_a);
	xsw_pairs_make(&all_b, cells_b);
	for (i = 0; i < all_b.nr; i++) {
		const struct xsw_comparison *b = &all_b.comparisons[i];
		const struct xsw_cell *like = same_cell(cells_a, b->b);

		for (k = 0; k < all_a.nr; k++) {
			const struct xsw_comparison *a = &all_a.comparisons[k];
			struct xsw_shift shift;
			json_t *json;

			if (a->b != like || a->figure != b->figure)
				continue;
			shift = shift_ratios(a, b);
			json = describe(b->b, b->figure);
			json_object_set_new(json, "a", xsw_json_spread(&a->spread));
			json_object_set_new(json, "b", xsw_json_spread(&b->spread));
			json_object_set_new(json, "shift", xsw_json_shift(&shift));
			family_add(family, json, shift.p);
		}
	}
	xsw_comparisons_free(&all_a);
	xsw_comparisons_free(&all_b);
}

static json_t *counts_json(const struct xsw_cell *cell)
{
	struct xsw_counts c = xsw_counts(cell);

	return json_pack("{s:i, s:o, s:o, s:o, s:o}", "rounds", (int)cell->nr, "share",
			 xsw_json_number(c.share), "bounces", xsw_json_number(c.bounces), "fails",
			 xsw_json_number(c.fails), "exchanges", xsw_json_number(c.exchanges));
}

static void change_counts(json_t *list, const struct xsw_environment *a,
			  const struct xsw_environment *b)
{
	struct xsw_cells cells_a, cells_b;
	size_t i;

	xsw_cells_make(&cells_a, a, XSW_COUNTED);
	xsw_cells_make(&cells_b, b, XSW_COUNTED);
	for (i = 0; i < cells_b.nr; i++) {
		const struct xsw_cell *cell = &cells_b.cells[i],
				      *before = same_cell(&cells_a, cell);
		json_t *json;

		if (!before)
			continue;
		json = xsw_json_cell(cell);
		json_object_set_new(json, "environment", json_string(b->name));
		json_object_set_new(json, "a", counts_json(before));
		json_object_set_new(json, "b", counts_json(cell));
		json_array_append_new(list, json);
	}
	xsw_cells_free(&cells_a);
	xsw_cells_free(&cells_b);
}

static json_t *names(const struct xsw_run *run)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < run->nr; i++)
		json_array_append_new(list, json_string(run->environments[i].name));
	return list;
}

json_t *xsw_change(const struct xsw_run *a, const struct xsw_run *b)
{
	struct family times = { .list = json_array() }, ratios = { .list = json_array() };
	json_t *counts = json_array(), *records = json_array();
	size_t i;

	for (i = 0; i < b->nr; i++) {
		const struct xsw_environment *now = &b->environments[i];
		const struct xsw_environment *before = find_environment(a, now->name);
		struct xsw_cells cells_a, cells_b;

		if (!before)
			continue;
		xsw_cells_make(&cells_a, before, XSW_TIMED);
		xsw_cells_make(&cells_b, now, XSW_TIMED);
		if (before->emulated == now->emulated)
			change_times(&times, &cells_a, &cells_b);
		change_ratios(&ratios, &cells_a, &cells_b);
		change_counts(counts, before, now);
		json_array_append_new(records, json_pack("{s:s, s:o, s:o}", "environment",
							 now->name, "a", xsw_json_record(before),
							 "b", xsw_json_record(now)));
		xsw_cells_free(&cells_a);
		xsw_cells_free(&cells_b);
	}
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:b, s:b, s:f, s:i, s:o, s:o, s:o, s:o}",
			 "kind", "swiotlb-xen-change", "a", a->name, "b", b->name, "names_a",
			 names(a), "names_b", names(b), "emulated_a", (int)a->emulated,
			 "emulated_b", (int)b->emulated, "level", XSW_LEVEL, "min_rounds",
			 XSW_MIN_ROUNDS, "times", family_end(&times), "ratios", family_end(&ratios),
			 "counts", counts, "environments", records);
}
