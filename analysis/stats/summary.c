// SPDX-License-Identifier: GPL-2.0-only
/* Tells a run's statistics as JSON. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "counts.h"
#include "memory.h"
#include "summary.h"

/* A figure that run.json alone tells comes from run.json, whatever raw file the round has. */
static const char *source(const struct xsw_cell *cell, const struct xsw_round *r,
			  enum xsw_figure figure)
{
	bool derived = figure == XSW_CPU_PER_GB || figure == XSW_VCPU_PER_GB;

	return r->from_raw[figure] && !derived ? r->source : cell->env->file;
}

/* Return: a new value, why no round of the cell has this figure; null where none says. */
static json_t *why_missing(const struct xsw_cell *cell, enum xsw_figure figure)
{
	const json_t *missing = json_object_get(cell->rounds[0]->json, "missing");
	enum xsw_figure from = figure == XSW_VCPU_PER_GB ? XSW_VCPU : figure;
	json_t *why;

	from = from == XSW_CPU_PER_GB ? XSW_CPU_USER : from;
	why = json_object_get(missing, xsw_figures[from].key);
	return why ? json_incref(why) : json_null();
}

static json_t *cell_figure(const struct xsw_cell *cell, enum xsw_figure figure)
{
	struct xsw_spread spread = xsw_cell_spread(cell, figure);
	const struct xsw_figure_info *info = &xsw_figures[figure];
	json_t *values = json_array(), *json;
	size_t i;

	for (i = 0; i < cell->nr; i++) {
		const struct xsw_round *r = cell->rounds[i];

		if (!isnan(r->figures[figure]))
			json_array_append_new(values,
					      json_pack("{s:i, s:f, s:s}", "round", r->index,
							"value", r->figures[figure], "source",
							source(cell, r, figure)));
	}
	json = xsw_json_spread(&spread);
	json_object_update_new(json,
			       json_pack("{s:s, s:s, s:f, s:i, s:b}", "label", info->label, "unit",
					 info->unit, "scale", info->scale, "better", info->better,
					 "compared", (int)xsw_cell_compares(cell, figure)));
	json_object_set_new(json, "values", values);
	json_object_set_new(json, "missing", why_missing(cell, figure));
	return json;
}

static json_t *timed_cells(const struct xsw_cells *cells)
{
	json_t *list = json_array();
	size_t i, f;

	for (i = 0; i < cells->nr; i++) {
		json_t *json = xsw_json_cell(&cells->cells[i]), *figures = json_object();

		for (f = 0; f < XSW_NR_FIGURES; f++)
			json_object_set_new(figures, xsw_figures[f].key,
					    cell_figure(&cells->cells[i], f));
		json_object_set_new(json, "rounds", json_integer((json_int_t)cells->cells[i].nr));
		json_object_set_new(json, "figures", figures);
		json_array_append_new(list, json);
	}
	return list;
}

static json_t *pair_list(const struct xsw_comparison *c)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < c->nr; i++) {
		const struct xsw_pair *p = &c->pairs[i];

		json_array_append_new(list, json_pack("{s:i, s:i, s:f, s:s, s:s}", "a", p->a->index,
						      "b", p->b->index, "ratio", p->ratio,
						      "source_a", source(c->a, p->a, c->figure),
						      "source_b", source(c->b, p->b, c->figure)));
	}
	return list;
}

static json_t *comparison_list(const struct xsw_comparisons *all)
{
	json_t *list = json_array(), *json;
	size_t i;

	for (i = 0; i < all->nr; i++) {
		const struct xsw_comparison *c = &all->comparisons[i];
		const struct xsw_figure_info *info = &xsw_figures[c->figure];

		json = xsw_json_cell(c->b);
		json_object_update_new(json, json_pack("{s:s, s:s, s:s, s:i, s:s}", "baseline",
						       c->a->backend, "figure", info->key, "label",
						       info->label, "better", info->better,
						       "verdict", xsw_verdict_name(c->verdict)));
		json_object_set_new(json, "ratio", xsw_json_spread(&c->spread));
		json_object_set_new(json, "pairs", pair_list(c));
		json_array_append_new(list, json);
	}
	return list;
}

static json_t *counted_rounds(const struct xsw_cell *cell)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < cell->nr; i++) {
		const struct xsw_round *r = cell->rounds[i];
		json_t *json = json_pack("{s:i, s:o, s:s, s:s}", "round", r->index, "moved",
					 xsw_json_number(xsw_round_moved(r)), "source", r->source,
					 "counters_in", cell->env->file);
		const char *own = json_string_value(json_object_get(r->counters, "raw"));

		if (own)
			json_object_set_new(json, "counters_raw",
					    json_sprintf("%s/%s", cell->env->name, own));
		json_object_set(json, "counters_by", json_object_get(r->counters, "source"));
		json_object_set(json, "missing", json_object_get(r->json, "missing"));
		json_array_append_new(list, json);
	}
	return list;
}

static json_t *counted_cells(const struct xsw_cells *cells)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < cells->nr; i++) {
		const struct xsw_cell *cell = &cells->cells[i];
		struct xsw_counts c = xsw_counts(cell);
		json_t *json = xsw_json_cell(cell);
		const struct {
			const char *key;
			double value;
		} sums[] = {
			{ "io_bytes", c.io_bytes },   { "maps", c.maps },
			{ "map_bytes", c.map_bytes }, { "bounces", c.bounces },
			{ "fails", c.fails },         { "bounced_bytes", c.bounced_bytes },
			{ "share", c.share },         { "share_of_maps", c.share_of_maps },
			{ "exchanges", c.exchanges }, { "exchange_ns", c.exchange_ns },
		};
		size_t k;

		for (k = 0; k < sizeof(sums) / sizeof(sums[0]); k++)
			json_object_set_new(json, sums[k].key, xsw_json_number(sums[k].value));
		json_object_set_new(json, "by_maps",
				    json_boolean(xsw_shown_by_maps(cell->env, cell->device)));
		json_object_set_new(json, "by_reason", xsw_counts_by_reason(cell));
		json_object_set_new(json, "rounds", counted_rounds(cell));
		json_array_append_new(list, json);
	}
	return list;
}

static json_t *disputes(const struct xsw_environment *env)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < env->nr_disputes; i++) {
		const struct xsw_dispute *d = &env->disputes[i];

		json_array_append_new(list, json_pack("{s:i, s:s, s:f, s:f, s:s}", "round",
						      d->round->index, "figure", d->key, "recorded",
						      d->recorded, "raw", d->raw, "source",
						      d->round->source));
	}
	return list;
}

/* Rounds the report must name one by one: what failed, and what checked data. */
static void list_rounds(const struct xsw_environment *env, json_t *failed, json_t *checks)
{
	size_t i;

	for (i = 0; i < env->nr_rounds; i++) {
		const struct xsw_round *r = &env->rounds[i];
		json_t *json = json_pack("{s:i, s:s, s:s, s:s, s:b, s:b, s:s}", "round", r->index,
					 "device", r->device, "load", r->load, "backend",
					 r->backend, "force", (int)r->force, "tool_failed",
					 (int)r->tool_failed, "source", r->source);

		json_object_set(json, "missing", json_object_get(r->json, "missing"));
		if (!r->ok)
			json_array_append(failed, json);
		if (r->verified >= 0) {
			json_object_set_new(json, "passed", json_boolean(r->verified));
			json_array_append(checks, json);
		}
		json_decref(json);
	}
}

static json_t *environment(const struct xsw_environment *env)
{
	json_t *json = json_object(), *failed = json_array(), *checks = json_array();
	struct xsw_cells timed, counted, control;
	struct xsw_comparisons pairs, controls;

	xsw_cells_make(&timed, env, XSW_TIMED);
	xsw_cells_make(&counted, env, XSW_COUNTED);
	xsw_cells_make(&control, env, XSW_CONTROL);
	xsw_pairs_make(&pairs, &timed);
	xsw_controls_make(&controls, &control);
	xsw_neighbours_add(&controls, &timed);
	list_rounds(env, failed, checks);
	json_object_set_new(json, "name", json_string(env->name));
	json_object_set_new(json, "file", json_string(env->file));
	json_object_set_new(json, "emulated", json_boolean(env->emulated));
	json_object_set_new(json, "record", xsw_json_record(env));
	json_object_set_new(json, "dmabench", xsw_dmabench(env));
	json_object_set_new(json, "timed", timed_cells(&timed));
	json_object_set_new(json, "counted", counted_cells(&counted));
	json_object_set_new(json, "pairs", comparison_list(&pairs));
	json_object_set_new(json, "controls", comparison_list(&controls));
	json_object_set_new(json, "failed", failed);
	json_object_set_new(json, "checks", checks);
	json_object_set_new(json, "disputes", disputes(env));
	xsw_comparisons_free(&pairs);
	xsw_comparisons_free(&controls);
	xsw_cells_free(&timed);
	xsw_cells_free(&counted);
	xsw_cells_free(&control);
	return json;
}

json_t *xsw_summary(const struct xsw_run *run)
{
	json_t *environments = json_array();
	size_t i;

	for (i = 0; i < run->nr; i++)
		json_array_append_new(environments, environment(&run->environments[i]));
	return json_pack("{s:i, s:s, s:s, s:b, s:f, s:i, s:o, s:o}", "schema", 1, "kind",
			 "swiotlb-xen-summary", "run", run->name, "emulated", (int)run->emulated,
			 "level", XSW_LEVEL, "min_rounds", XSW_MIN_ROUNDS, "environments",
			 environments, "against_native", xsw_across(run));
}
