// SPDX-License-Identifier: GPL-2.0-only
/* xswbounce latency and sizes: histograms by device. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "engine/flow.h"
#include "show/flow_json.h"
#include "show/json.h"
#include "show/quantile.h"
#include "engine/own_cost.h"
#include "say.h"
#include "show/screen.h"
#include "show/text.h"

#define BAR 40

static struct flow_state totals, before, now;
static struct host host;

static const char latency_text[] =
	"Histograms of how long map, unmap and sync calls take, by device; direct and bounced maps "
	"apart, net of the probe's own cost.\v"
	"Dearer than top: every call carries two probes, 2000 instructions for a map and its unmap "
	"that bounce, 1100 for others. One histogram at the end, or one each INTERVAL.\n\n"
	"Examples:\n"
	"  xswbounce latency 10 1\n"
	"  xswbounce latency -d 0000:00:04.0 -- ping -f -c 1000 10.0.0.2";

static const char sizes_text[] =
	"Histograms of the sizes that go through the bounce pool, by device.\v"
	"One histogram at the end, or one each INTERVAL.\n\n"
	"Examples:\n"
	"  xswbounce sizes 10 1\n"
	"  xswbounce sizes -- dd if=/dev/sdb of=/dev/null bs=64k count=64 iflag=direct";

static void print_bar(const char *from, const char *to, u64 count, u64 most)
{
	char bar[BAR + 1];
	int n = most ? count * BAR / most : 0;

	memset(bar, '*', n);
	bar[n] = '\0';
	screen_line("  %10s .. %-10s %9llu |%-*s|", from, to, count, BAR, bar);
}

/* By octave: the steps within one are for quantiles. */
static void print_latency(const struct flow_row *row, enum xb_call call)
{
	const struct xb_hist *h = &row->hists[call];
	u64 octaves[XB_HIST_SLOTS / XB_HIST_SUB] = { 0 }, most = 0;
	int i, first = -1, last = 0, n = sizeof(octaves) / sizeof(octaves[0]);

	if (!h->count)
		return;
	screen_line("%s (%s), %s: %llu calls, mean %s, p50 %s, p99 %s", row->device.name,
		    row->device.driver, text_calls[call], h->count, text_ns(h->ns / h->count),
		    text_ns(quantile(h, 0.5)), text_ns(quantile(h, 0.99)));
	for (i = 0; i < XB_HIST_SLOTS; i++)
		octaves[i / XB_HIST_SUB] += h->slots[i];
	for (i = 0; i < n; i++) {
		most = octaves[i] > most ? octaves[i] : most;
		if (octaves[i]) {
			first = first < 0 ? i : first;
			last = i;
		}
	}
	for (i = first; i <= last; i++)
		print_bar(text_ns(hist_lower(i * XB_HIST_SUB)),
			  text_ns(hist_lower((i + 1) * XB_HIST_SUB)), octaves[i], most);
}

static void print_sizes(const struct flow_row *row)
{
	const u64 *sizes = row->sizes.octaves;
	int i, first = -1, last = 0;
	u64 most = 0;

	for (i = 0; i < XB_SIZE_SLOTS; i++) {
		most = sizes[i] > most ? sizes[i] : most;
		if (sizes[i]) {
			first = first < 0 ? i : first;
			last = i;
		}
	}
	if (!most)
		return;
	screen_line("%s (%s): %llu bounced mappings, %llu bytes", row->device.name,
		    row->device.driver, flow_bounces(&row->stat), row->stat.bounce_bytes);
	for (i = first; i <= last; i++)
		print_bar(text_bytes(1ULL << i), text_bytes(2ULL << i), sizes[i], most);
}

static void json_latency(const struct flow_row *row)
{
	int call, i;

	json_array("calls");
	for (call = 0; call < XB_NR_CALLS; call++) {
		const struct xb_hist *h = &row->hists[call];

		if (!h->count)
			continue;
		json_object(NULL);
		json_text("call", text_calls[call]);
		json_count("count", h->count);
		json_number("mean_ns", (double)h->ns / h->count);
		json_count("p50_ns", quantile(h, 0.5));
		json_count("p99_ns", quantile(h, 0.99));
		json_array("histogram_ns");
		for (i = 0; i < XB_HIST_SLOTS; i++) {
			if (!h->slots[i])
				continue;
			json_array(NULL);
			json_count(NULL, hist_lower(i));
			json_count(NULL, h->slots[i]);
			json_array_end();
		}
		json_array_end();
		json_object_end();
	}
	json_array_end();
}

static void json_sizes(const struct flow_row *row)
{
	int i;

	json_array("sizes");
	for (i = 0; i < XB_SIZE_SLOTS; i++) {
		if (!row->sizes.octaves[i])
			continue;
		json_array(NULL);
		json_count(NULL, 1ULL << i);
		json_count(NULL, row->sizes.octaves[i]);
		json_array_end();
	}
	json_array_end();
}

static void show(const char *command, bool latency)
{
	int i, call;

	if (now.losses.memory)
		warn("%llu %s were not counted: the kernel had no memory for them",
		     now.losses.memory, latency ? "latencies" : "sizes");

	if (command_options.json) {
		json_begin(command);
		json_number("seconds", now.time);
		json_count("own_ns", flow_own_ns());
		json_array("devices");
		for (i = 0; i < now.nr_rows; i++) {
			json_object(NULL);
			json_flow_row(&now, &now.rows[i]);
			if (latency)
				json_latency(&now.rows[i]);
			else
				json_sizes(&now.rows[i]);
			json_object_end();
		}
		json_array_end();
		json_flow_rest(&now);
		json_end();
		return;
	}
	screen_begin(command_options.timestamp);
	for (i = 0; i < now.nr_rows; i++) {
		if (!latency)
			print_sizes(&now.rows[i]);
		for (call = 0; latency && call < XB_NR_CALLS; call++)
			print_latency(&now.rows[i], call);
	}
	if (latency)
		screen_line(
			"Probe's own cost taken off each: %s. Ends without a start, not counted: "
			"%llu; durations that read 0: %llu.",
			text_ns(flow_own_ns()), now.losses.starts, now.losses.zeros);
	screen_end();
}

static int run(const char *command, const char *text, bool latency, int argc, char **argv)
{
	struct flow_options flow = { .latency = latency, .sizes = !latency };
	double period;

	command_parse(NULL, command, COMMAND_TABLES, text, argc, argv);
	period = command_period(86400);
	command_look(&host);
	flow.device = command_options.device;
	flow_start(&host, &flow);
	command_every = flow_follow;
	flow_read(&before);
	command_begin();
	while (command_table(period)) {
		flow_read(&totals);
		now = totals;
		flow_since(&now, &before);
		show(command, latency);
		before = totals;
	}
	own_cost_print();
	flow_stop();
	return command_end();
}

int command_latency(int argc, char **argv)
{
	return run("latency", latency_text, true, argc, argv);
}

int command_sizes(int argc, char **argv)
{
	return run("sizes", sizes_text, false, argc, argv);
}
