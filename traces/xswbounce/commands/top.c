// SPDX-License-Identifier: GPL-2.0-only
/* xswbounce top: a live table by device. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "engine/device.h"
#include "engine/flow.h"
#include "show/flow_json.h"
#include "show/json.h"
#include "show/prometheus.h"
#include "show/quantile.h"
#include "engine/own_cost.h"
#include "show/screen.h"
#include "show/text.h"

static struct flow_state totals, before, now;
static struct host host;
static bool latency, by_domain, all_maps;
static const char *prometheus;
static char order = 'b';

static const struct argp_option options[] = {
	{ "latency", 'l', NULL, 0, "Show p50 and p99 of the map calls (a second probe: dearer)",
	  0 },
	{ "by", 'b', "device|domain", 0, "A row a device (default), or a row a guest and device",
	  0 },
	{ "all-maps", 'a', NULL, 0,
	  "Count every map all the time, not for half a second of ten: more expensive", 0 },
	{ "prometheus", 'p', "FILE", 0,
	  "Also write the totals there at each interval, in Prometheus' text format", 0 },
	{}
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'l':
		latency = true;
		return 0;
	case 'b':
		by_domain = !strcmp(arg, "domain");
		if (!by_domain && strcmp(arg, "device"))
			argp_error(state, "--by must be device or domain, not '%s'", arg);
		return 0;
	case 'a':
		all_maps = true;
		return 0;
	case 'p':
		prometheus = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp own = { .options = options, .parser = parse };

static const char text[] =
	"A live table by device: maps, what share of them bounced, what was copied, failures.\v"
	"Keys on a terminal: b sorts by bytes copied, m by maps, f by failures, space pauses the screen, "
	"but not the file of -p, q ends.\n"
	"'in flight' are bounced mappings that are live for certain: made since the start and not undone. "
	"Of older ones it knows nothing.\n\n"
	"By domain, a bounce is charged to the guest that granted the page. What no guest granted is "
	"dom0's 'own': its own I/O, receive rings, and the first 128 bytes of each packet a guest "
	"sends, which netback copies.\n\n"
	"Maps that do not bounce are counted for half a second of ten, where the kernel (6.10 or "
	"later) lets bounces be seen without that: maps/s and bounce% are those of the last such "
	"moment. With --all-maps or --latency every one is.\n\n"
	"Cost of the probes: about 600 instructions for a map and its unmap that bounce, 20 for "
	"others on average; with --latency 1200 and 1100.\n\n"
	"Examples:\n"
	"  xswbounce top                            every second\n"
	"  xswbounce top --latency -d 0000:00:04.0 5\n"
	"  xswbounce top --json 1 60\n"
	"  xswbounce top --by domain 10\n"
	"  xswbounce top -p /var/lib/prometheus/node-exporter/xswbounce.prom 15\n"
	"  xswbounce top -- dd if=/dev/sdb of=/dev/null count=1000 iflag=direct";

/* What is remembered of a device. */
static struct memory {
	u64 key;
	long long lowest;
	struct xb_stat last;  /* its counters */
	double maps_s, share; /* when its maps were last counted; negative: not yet */
} memories[XB_MAX_DEVICES];
static int nr_memories;

/* A new one, or that of a device that is counted no more. */
static struct memory *free_memory(void)
{
	struct memory *m;

	if (nr_memories < XB_MAX_DEVICES)
		return &memories[nr_memories++];
	for (m = memories; m < memories + nr_memories; m++)
		if (!flow_row_of(&totals, m->key))
			return m;
	return NULL;
}

static struct memory *memory_of(u64 key)
{
	struct memory *m;

	for (m = memories; m < memories + nr_memories; m++)
		if (m->key == key)
			return m;
	m = free_memory();
	if (m)
		*m = (struct memory){ .key = key, .maps_s = -1 };
	return m;
}

static double rank(const struct flow_row *row)
{
	const struct memory *m = memory_of(row->key);

	switch (order) {
	case 'm':
		return m ? m->maps_s : 0;
	case 'f':
		return flow_failures(&row->stat);
	}
	return row->stat.copied_bytes;
}

static int compare(const void *a, const void *b)
{
	double x = rank(a), y = rank(b);

	return x > y ? -1 : x < y;
}

/*
 * Mappings under way. Of those that were made before the start only the end is seen: the balance of
 * made and undone falls below what lives. At its lowest there were none at least, so what has been
 * added since is live for certain.
 */
static long long balance_of(const struct flow_row *row)
{
	return flow_bounces(&row->stat) - row->stat.unmaps;
}

static void follow_balances(void)
{
	const struct flow_row *row;
	struct memory *m;
	int i;

	for (i = 0; i < totals.nr_rows; i++) {
		row = &totals.rows[i];
		m = memory_of(row->key);
		if (!m)
			continue;
		if (flow_began_anew(&row->stat, &m->last))
			m->lowest = 0;
		m->last = row->stat;
		if (balance_of(row) < m->lowest)
			m->lowest = balance_of(row);
	}
}

static u64 in_flight(const struct flow_row *row)
{
	const struct memory *m = memory_of(row->key);

	return m ? balance_of(flow_row_of(&totals, row->key)) - m->lowest : 0;
}

/* In an interval in which they were counted too short, one call more or less would be a rate. */
#define LEAST_COUNTED 0.05 /* seconds */

static void follow_maps(void)
{
	double counted;
	struct memory *m;
	int i;

	for (i = 0; i < now.nr_rows; i++) {
		const struct flow_row *row = &now.rows[i];

		counted = flow_counted(&now, row);
		m = memory_of(row->key);
		if (!m || counted < LEAST_COUNTED)
			continue;
		m->maps_s = row->stat.maps / counted;
		m->share = row->stat.maps ? 100.0 * row->stat.maps_bounced / row->stat.maps : 0;
	}
}

static void map_latency(const struct flow_row *row, struct xb_hist *both)
{
	memset(both, 0, sizeof(*both));
	hist_sum(both, &row->hists[XB_CALL_DIRECT]);
	hist_sum(both, &row->hists[XB_CALL_BOUNCED]);
}

/* Where nothing else is known. Of stock's failures only those are that are too large. */
static void print_bounces(const struct flow_row *row)
{
	screen_line("%-13.13s %-12.12s %5s %9s %7s %-9s %10.2f %8s", row->device.name,
		    row->device.driver, text_mask(row->device.mask), "-", "-",
		    text_reasons[flow_main_reason(&row->stat)],
		    row->stat.copied_bytes / now.time / 1e6, "-");
	if (flow_failures(&row->stat) || device_is_module(row->key))
		screen_add(" %6llu", flow_failures(&row->stat));
	else
		screen_add(" %6s", "-");
}

static void print_row(const struct flow_row *row)
{
	const struct xb_stat *s = &row->stat;
	const struct memory *m = memory_of(row->key);
	struct xb_hist both;

	screen_line("%-13.13s %-12.12s %5s", row->device.name, row->device.driver,
		    text_mask(row->device.mask));
	if (m && m->maps_s >= 0)
		screen_add(" %9.0f %7.1f", m->maps_s, m->share);
	else
		screen_add(" %9s %7s", "-", "-");
	screen_add(" %-9s %10.2f %8llu %6llu", text_reasons[flow_main_reason(s)],
		   s->copied_bytes / now.time / 1e6, in_flight(row), flow_failures(s));
	if (latency) {
		map_latency(row, &both);
		screen_add(" %9s %9s", text_ns(quantile(&both, 0.5)),
			   text_ns(quantile(&both, 0.99)));
	}
}

static void print_pools(void)
{
	struct pool pools[HOST_POOLS];
	int i, n = host_pools(&host, pools);

	for (i = 0; i < n; i++)
		if (pools[i].size)
			screen_line("pool of %s: %s, %s in use (%.1f %%)", pools[i].backend,
				    text_bytes(pools[i].size), text_bytes(pools[i].used),
				    100.0 * pools[i].used / pools[i].size);
	if (flow_only_bounces()) {
		screen_line("exchanges: -");
		return;
	}
	screen_line("exchanges: %llu (%.1f/s), %s; lost: %llu calls of more than %d devices, %llu "
		    "latencies, %llu calls within a probe",
		    now.exchanges.calls, now.exchanges.calls / now.time, text_ns(now.exchanges.ns),
		    now.losses.devices, XB_MAX_DEVICES, now.losses.starts + now.losses.memory,
		    now.losses.nested);
}

static bool is_busy(const struct flow_row *row)
{
	const struct memory *m = memory_of(row->key);

	return row->stat.maps || row->stat.copied_bytes || flow_failures(&row->stat) ||
	       (m && m->maps_s > 0);
}

static void print_devices(void)
{
	int i;

	qsort(now.rows, now.nr_rows, sizeof(now.rows[0]), compare);
	screen_line("%-13s %-12s %5s %9s %7s %-9s %10s %8s %6s", "device", "driver", "mask",
		    "maps/s", "bounce%", "why", "copy MB/s", "inflight", "fails");
	if (latency)
		screen_add(" %9s %9s", "map p50", "map p99");
	for (i = 0; i < now.nr_rows; i++)
		if (is_busy(&now.rows[i]))
			(flow_only_bounces() ? print_bounces : print_row)(&now.rows[i]);
}

static int charged_more(const void *a, const void *b)
{
	const struct flow_guest *x = a, *y = b;

	return x->count.bytes > y->count.bytes ? -1 : x->count.bytes < y->count.bytes;
}

static void print_domains(void)
{
	u64 all = 0;
	int i;

	qsort(now.guests, now.nr_guests, sizeof(now.guests[0]), charged_more);
	for (i = 0; i < now.nr_guests; i++)
		all += now.guests[i].count.bytes;
	screen_line("%-8s %-13s %10s %14s %10s %7s", "domain", "device", "bounces/s", "bytes",
		    "MB/s", "share%");
	for (i = 0; i < now.nr_guests; i++) {
		const struct flow_guest *g = &now.guests[i];

		if (g->count.bounces)
			screen_line("%-8s %-13s %10.0f %14llu %10.2f %7.1f", text_domain(g->domain),
				    g->device, g->count.bounces / now.time, g->count.bytes,
				    g->count.bytes / now.time / 1e6, 100.0 * g->count.bytes / all);
	}
}

static void json_state(void)
{
	struct pool pools[HOST_POOLS];
	struct xb_hist both;
	int i;

	json_begin("top");
	json_number("seconds", now.time);
	json_array("devices");
	for (i = 0; i < now.nr_rows; i++) {
		json_object(NULL);
		json_flow_row(&now, &now.rows[i]);
		if (flow_only_bounces())
			json_null("in_flight");
		else
			json_count("in_flight", in_flight(&now.rows[i]));
		if (latency) {
			map_latency(&now.rows[i], &both);
			json_count("map_p50_ns", quantile(&both, 0.5));
			json_count("map_p99_ns", quantile(&both, 0.99));
		}
		json_object_end();
	}
	json_array_end();
	if (by_domain)
		json_flow_guests(&now);
	json_pools(pools, host_pools(&host, pools));
	json_flow_rest(&now);
	json_end();
}

static void look(void)
{
	flow_read(&totals);
	follow_balances();
	if (prometheus)
		prometheus_write(prometheus, &host, &totals);
}

static void draw(void)
{
	screen_begin(command_options.timestamp);
	if (by_domain)
		print_domains();
	else
		print_devices();
	print_pools();
	screen_end();
}

static void show(void)
{
	now = totals;
	flow_since(&now, &before);
	follow_maps();
	if (command_options.json)
		json_state();
	else
		draw();
	before = totals;
}

/* The table that is there is drawn again, in another order: its interval goes on. */
static void take_keys(void)
{
	bool reordered = false;
	char key;

	while ((key = screen_key())) {
		if (strchr("bmf", key)) {
			order = key;
			reordered = true;
		} else if (key == 'q') {
			command_quit();
		}
	}
	if (reordered && now.time > 0 && !screen_paused())
		draw();
}

static void follow(void)
{
	flow_follow();
	if (prometheus)
		prometheus_look(&host);
}

int command_top(int argc, char **argv)
{
	struct flow_options flow = { 0 };
	double period;

	command_parse(&own, "top", COMMAND_TABLES, text, argc, argv);
	period = command_period(1);
	if (latency || by_domain || prometheus)
		command_instead = "top without --latency, --by domain and -p";
	command_look(&host);
	flow.device = command_options.device;
	flow.latency = latency;
	flow.maps_only = true;
	flow.guests = by_domain;
	flow.all_maps = all_maps;
	flow_start(&host, &flow);
	command_every = follow;
	flow_read(&before);
	command_begin();
	if (!command_options.json && screen_open())
		command_keys = take_keys;
	while (command_table(period)) {
		look();
		if (!screen_paused())
			show();
	}
	screen_close();
	own_cost_print();
	flow_stop();
	return command_end();
}
