// SPDX-License-Identifier: GPL-2.0-only
/* The result of a replay as JSON. */
#include "json.h"
#include "print.h"
#include "reason.h"

static const char *state_name(enum rec_state state)
{
	return state == REC_WHOLE ? "whole" : state == REC_CUT ? "cut" : "damaged";
}

static void known(struct json *j, const char *name, u64 value)
{
	if (value)
		json_count(j, name, value);
	else
		json_null(j, name);
}

static void print_recording(struct json *j, const struct load *l)
{
	const struct rec_head *h = l->head;
	const struct load_scan *scan = &l->scan;

	json_open(j, "recording", '{');
	json_count(j, "version", h->version);
	json_text(j, "state", state_name(scan->state));
	json_real(j, "seconds", (double)scan->ns / 1e9);
	json_count(j, "start_real_ns", h->start_real_ns);
	json_count(j, "events", scan->events);
	json_count(j, "replayed_events", scan->replayed);
	json_count(j, "lost", scan->lost);
	json_count(j, "gaps", scan->gaps);
	json_flag(j, "across_gaps", scan->gaps && l->options.across_gaps);
	if (scan->gaps)
		json_real(j, "first_gap_seconds", (double)scan->gap_ns / 1e9);
	else
		json_null(j, "first_gap_seconds");
	json_text(j, "kernel", h->kernel);
	json_flag(j, "one_device", h->one_device);
	json_text(j, "machine", h->machine);
	json_text(j, "backend", h->backend);
	json_text(j, "xen", h->xen);
	json_text(j, "clock", h->clock);
	json_text(j, "command_line", h->command_line);
	known(j, "cpus", h->cpus);
	json_count(j, "cpus_seen", scan->cpus);
	known(j, "pool_slots", h->pool_slots);
	json_count(j, "pool_used", h->pool_used);
	known(j, "pool_base", h->pool_base);
	known(j, "areas", h->areas);
	json_count(j, "forced", h->forced);
	known(j, "module_bytes", h->module_bytes);
	json_close(j, '}');
}

static void print_peak(struct json *j, const char *name, const struct load_peak *p)
{
	json_open(j, name, '{');
	json_count(j, "slots", p->slots);
	json_real(j, "seconds", (double)p->ns / 1e9);
	json_close(j, '}');
}

static void print_reasons(struct json *j, const char *name, const u64 *count)
{
	u32 i;

	json_open(j, name, '{');
	for (i = XSW_BOUNCE_MASK; i < LOAD_REASONS; i++)
		json_count(j, xsw_bounce_name(i), count[i]);
	json_close(j, '}');
}

static void print_sizes(struct json *j, const struct load_device *d)
{
	char name[24];
	u32 c;

	json_open(j, "sizes", '{');
	for (c = 0; c < LOAD_CLASSES; c++) {
		if (!d->size_class[c])
			continue;
		snprintf(name, sizeof(name), c + 1 < LOAD_CLASSES ? "%u" : "more",
			 c + 1 < LOAD_CLASSES ? 1u << c : 0);
		json_count(j, name, d->size_class[c]);
	}
	json_close(j, '}');
}

static u32 longest(const struct load_queues *q)
{
	u32 dir, most = 0;

	for (dir = 0; dir < LOAD_DIRECTIONS; dir++)
		most = max(most, q->live[dir]);
	return most;
}

static void print_device(struct json *j, const struct load *l, u32 i)
{
	const struct load_device *d = &l->device[i];
	const struct rec_device *r = &l->described[i];

	json_open(j, NULL, '{');
	json_text(j, "device", r->name);
	json_text(j, "driver", r->driver);
	json_text(j, "pool", r->module ? "module" : "stock");
	json_flag(j, "replayed", l->options.of[r->module ? LOAD_MODULE : LOAD_STOCK]);
	json_count(j, "dma_mask", r->dma_mask);
	json_count(j, "min_align_mask", r->min_align_mask);
	json_count(j, "boundary_mask", r->boundary_mask);
	json_count(j, "maps", d->maps);
	json_count(j, "map_bytes", d->map_bytes);
	json_count(j, "unmaps", d->unmaps);
	json_count(j, "bounces", d->bounces);
	json_count(j, "bounce_bytes", d->bounce_bytes);
	print_reasons(j, "bounces_by_reason", d->by_reason);
	print_reasons(j, "bounce_bytes_by_reason", d->bytes_by_reason);
	json_count(j, "failed", d->failed);
	json_count(j, "failed_bytes", d->failed_bytes);
	json_count(j, "avoided", d->avoided);
	json_count(j, "copied_in_bytes", d->copied_in);
	json_count(j, "copied_out_bytes", d->copied_out);
	json_count(j, "copied_by_syncs_bytes", d->copied_by_syncs);
	json_count(j, "at_start_slots", d->at_start);
	json_count(j, "held_slots", d->held);
	json_count(j, "held_slots_max", d->held_max);
	json_count(j, "held_slots_at_peak", d->held_at_peak);
	json_count(j, "live_mappings_max", longest(&d->most));
	json_count(j, "lifetime_mean_ns", d->ended ? d->lifetime / d->ended : 0);
	json_count(j, "largest_bytes", d->largest);
	print_sizes(j, d);
	json_count(j, "coherent_allocs", d->allocs);
	json_count(j, "coherent_frees", d->frees);
	json_count(j, "coherent_frees_from_before", d->frees_from_before);
	json_count(j, "coherent_bytes_max", d->coherent_peak);
	json_close(j, '}');
}

static bool is_idle(const struct load *l, u32 i)
{
	const struct load_device *d = &l->device[i];

	return !l->described[i].told && !d->maps && !d->unmaps && !d->at_start;
}

static void print_load(struct json *j, const struct load *l)
{
	u64 bounces = 0, bytes = 0, failed = 0;
	u32 i;

	for (i = 0; i < l->devices; i++) {
		if (!l->options.of[l->described[i].module ? LOAD_MODULE : LOAD_STOCK])
			continue;
		bounces += l->device[i].bounces;
		bytes += l->device[i].bounce_bytes;
		failed += l->device[i].failed;
	}
	json_open(j, "load", '{');
	json_flag(j, "of_stock", l->options.of[LOAD_STOCK]);
	json_flag(j, "of_module", l->options.of[LOAD_MODULE]);
	json_count(j, "copies", l->options.copies);
	json_flag(j, "start_once", l->options.start_once);
	json_real(j, "shift_seconds", (double)l->options.shift / 1e9);
	json_count(j, "split_bytes", l->options.split);
	json_count(j, "queue", l->options.queue);
	json_flag(j, "own_queues", l->options.own_queues);
	json_open(j, "without", '[');
	for (i = 1; i < LOAD_REASONS; i++)
		if (l->options.without[i])
			json_text(j, NULL, xsw_bounce_name(i));
	json_close(j, ']');
	json_count(j, "bounces", bounces);
	json_count(j, "bounce_bytes", bytes);
	json_count(j, "failed", failed);
	json_count(j, "failed_again", l->retries);
	print_peak(j, "peak", &l->peak);
	print_peak(j, "peak_with_failed", &l->wanted);
	print_peak(j, "peak_of_stock", &l->peak_by[LOAD_STOCK]);
	print_peak(j, "peak_of_module", &l->peak_by[LOAD_MODULE]);
	json_count(j, "at_start_slots", l->at_start_slots);
	json_count(j, "held_at_end_slots", l->used);
	json_count(j, "unmaps_from_before", l->unmaps_from_before);
	json_count(j, "unmaps_missing", l->unmaps_missing);
	json_count(j, "ghosts", l->ghosts);
	json_count(j, "told_twice", l->told_twice);
	json_count(j, "coherent_bytes_max", l->coherent_peak);
	json_close(j, '}');
	json_open(j, "devices", '[');
	for (i = 0; i < l->devices; i++)
		if (!is_idle(l, i))
			print_device(j, l, i);
	json_close(j, ']');
}

static void print_points(struct json *j, const struct load *l, const struct pool *p)
{
	u32 i;

	json_open(j, "timeline", '{');
	json_open(j, "used_max", '[');
	for (i = 0; i < l->timeline.points; i++)
		json_count(j, NULL, p->point[i].used_max);
	json_close(j, ']');
	json_open(j, "largest_free_run", '[');
	for (i = 0; i < l->timeline.points; i++)
		json_count(j, NULL, p->point[i].largest_free);
	json_close(j, ']');
	json_open(j, "failures", '[');
	for (i = 0; i < l->timeline.points; i++)
		json_count(j, NULL, p->point[i].failures);
	json_close(j, ']');
	json_close(j, '}');
}

static void print_pool(struct json *j, const struct load *l, const struct pool *p)
{
	bool ours = p->scheme == &xsw_scheme_ours;
	u64 searched = p->scheme->searched(p->handle);
	u32 i, least = ~0u;

	for (i = 0; i < l->timeline.points; i++)
		least = min(least, p->point[i].largest_free);
	json_open(j, NULL, '{');
	json_text(j, "allocator", ours ? "module" : "stock");
	json_count(j, "slots", p->slots);
	if (ours)
		json_null(j, "areas");
	else
		json_count(j, "areas", p->areas);
	json_count(j, "claims", p->claims);
	json_count(j, "failures", pool_failures(p));
	json_open(j, "failures_by_reason", '{');
	for (i = XSW_FAIL_FULL; i < XSW_NR_FAIL; i++)
		json_count(j, xsw_fail_name(i), p->fails[i]);
	json_close(j, '}');
	json_count(j, "failed_bytes", p->failed_bytes);
	json_count(j, "failures_at_start", p->at_start_unplaced);
	json_count(j, "recorded_failures_served", p->saved);
	if (pool_failures(p)) {
		json_real(j, "first_failure_seconds", (double)p->first_failure_ns / 1e9);
		json_count(j, "first_failure_used", p->first_failure_used);
	} else {
		json_null(j, "first_failure_seconds");
		json_null(j, "first_failure_used");
	}
	json_count(j, "used", p->used);
	json_count(j, "used_hiwater", p->hiwater);
	json_real(j, "used_hiwater_seconds", (double)p->hiwater_ns / 1e9);
	if (ours)
		json_count(j, "reserve_hiwater", p->reserve_hiwater);
	json_count(j, "largest_free_run_min", least);
	json_real(j, ours ? "searches_per_claim" : "slots_searched_per_claim",
		  p->claims ? (double)searched / (double)p->claims : 0);
	print_points(j, l, p);
	json_close(j, '}');
}

void print_result(FILE *f, const struct load *l, const struct pools *pools,
		  const struct run_cost *cost)
{
	struct json json = { .f = f }, *j = &json;
	u32 i;

	json_open(j, NULL, '{');
	json_text(j, "kind", "swiotlb-xen-replay");
	json_count(j, "schema", 1);
	print_recording(j, l);
	print_load(j, l);
	json_open(j, "timeline", '{');
	json_real(j, "interval_seconds", (double)l->timeline.interval / 1e9);
	json_open(j, "in_use_max", '[');
	for (i = 0; i < l->timeline.points; i++)
		json_count(j, NULL, l->point[i]);
	json_close(j, ']');
	json_close(j, '}');
	json_open(j, "pools", '[');
	for (i = 0; i < pools->n; i++)
		print_pool(j, l, &pools->pool[i]);
	json_close(j, ']');
	json_open(j, "run", '{');
	json_count(j, "events", cost->events);
	json_real(j, "cpu_seconds", cost->seconds);
	json_real(j, "events_per_cpu_second",
		  cost->seconds > 0 ? (double)cost->events / cost->seconds : 0);
	json_count(j, "memory_bytes", cost->bytes);
	json_count(j, "resident_kib_max", cost->peak_kib);
	json_close(j, '}');
	json_close(j, '}');
}
