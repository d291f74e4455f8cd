// SPDX-License-Identifier: GPL-2.0-only
/* xswbounce without an argument: a verdict in plain words after a few seconds. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "engine/flow.h"
#include "show/flow_json.h"
#include "show/json.h"
#include "engine/own_cost.h"
#include "say.h"
#include "show/screen.h"
#include "show/advice.h"
#include "show/text.h"
#include "engine/verdict.h"
#include "engine/xen_heap.h"

/*
 * Bounces alone are counted, but for a moment in each period: maps are, too, and the calls timed.
 * The moment is short where bounces come often, and longer where they have to be waited for.
 */
#define BEFORE_TIMING 0.5 /* seconds */
#define LEAST_TIMING  0.1
#define MOST_TIMING   1.0
#define PERIOD        10.0
#define ENOUGH_TIMED  30 /* bounces of a device */

static struct flow_state start, before, timed, all;
static bool all_maps;
static struct host host;
static double pool_share;
static struct advice_facts facts;

static const char text[] =
	"Says whether bouncing is a problem on this host: which backend, which devices bounce, at "
	"what rate and cost, why, how full the pool is, and what to do.\v"
	"It counts bounces for SECONDS (default 5), or while PROGRAM runs; for a moment of each 10 "
	"seconds it also counts all maps and times the calls, which prices the rest.\n\n"
	"Examples:\n"
	"  xswbounce\n"
	"  xswbounce 30\n"
	"  xswbounce -- dd if=/dev/sdb of=/dev/null bs=64k count=1000 iflag=direct";

static const struct argp_option options[] = {
	{ "all-maps", 'a', NULL, 0, "Count every map all the time: more expensive", 0 }, {}
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	(void)state;
	if (key != 'a')
		return ARGP_ERR_UNKNOWN;
	all_maps = true;
	return 0;
}

static const struct argp own = { .options = options, .parser = parse };

static bool pool_known(void)
{
	return host.pool_told || host_has_module();
}

static void look_at_pools(void)
{
	struct pool pools[HOST_POOLS];
	int i, n = host_pools(&host, pools);

	for (i = 0; i < n; i++)
		if (pools[i].size && (double)pools[i].used / pools[i].size > pool_share)
			pool_share = (double)pools[i].used / pools[i].size;
}

/* Under Xen PV it is Xen's memory that a pool is made of: Xen tells dom0 alone. */
static u64 low_free(void)
{
	struct xen_heap xen;

	if (host.kind != HOST_PV)
		return host_low_free();
	xen_heap_look(&xen, 32);
	return xen.told ? xen.low : ~0ULL;
}

static void gather_facts(void)
{
	struct pool pools[HOST_POOLS];
	int n = host_pools(&host, pools);

	facts.pv = host.kind == HOST_PV;
	facts.stock_bytes = pools[0].size;
	facts.module_bytes = n > 1 ? pools[1].size : 0;
	facts.low_free = low_free();
}

/* Sleeps in steps, to see the pool at its fullest. */
static void watch(double end)
{
	while (command_wait(0.1, end))
		look_at_pools();
}

/* Has each device been timed that had more than a few of the bounces, since just before? */
static bool timed_enough(void)
{
	u64 bounces[XB_MAX_DEVICES], sum = 0, calls;
	const struct flow_row *row, *old;
	int i;

	flow_read(&timed);
	for (i = 0; i < timed.nr_rows; i++) {
		old = flow_row_of(&before, timed.rows[i].key);
		bounces[i] =
			flow_bounces(&timed.rows[i].stat) - (old ? flow_bounces(&old->stat) : 0);
		sum += bounces[i];
	}
	for (i = 0; i < timed.nr_rows; i++) {
		row = &timed.rows[i];
		old = flow_row_of(&before, row->key);
		calls = row->hists[XB_CALL_BOUNCED].count -
			(old ? old->hists[XB_CALL_BOUNCED].count : 0);
		if (bounces[i] && bounces[i] * 20 >= sum && calls < ENOUGH_TIMED)
			return false;
	}
	return true;
}

static void time_calls(double seconds)
{
	double end;

	flow_time(true);
	end = fmin(command_elapsed() + MOST_TIMING, seconds);
	watch(fmin(command_elapsed() + LEAST_TIMING, seconds));
	while (!timed_enough() && command_wait(0.1, end))
		look_at_pools();
	flow_time(false);
}

static void measure(double seconds)
{
	double next = BEFORE_TIMING;

	flow_read(&start);
	command_begin();
	for (;; next += PERIOD) {
		watch(fmin(next - BEFORE_TIMING, seconds));
		flow_read(&before);
		watch(fmin(next, seconds));
		if (command_over() || command_elapsed() >= seconds)
			break;
		time_calls(seconds);
	}
	flow_read(&all);
	flow_since(&all, &start);
	timed = all; /* a histogram holds what was timed; rows of this one keep their places */
}

static void print_headline(const struct judgement *j)
{
	const char *who = j->culprit ? j->culprit->device.name : "";

	switch (j->verdict) {
	case VERDICT_NOTHING:
		screen_line("I cannot tell, because nothing bounced in %.1f s, and no DMA mapping "
			    "was made while they were counted: run this while the load is on.",
			    all.time);
		break;
	case VERDICT_UNKNOWN:
		if (flow_only_bounces()) {
			screen_line("I cannot tell what it costs, because no BPF program runs "
				    "here: no call can be timed; %llu in %.1f s bounced, most "
				    "by %s.",
				    j->bounces, all.time, who);
			break;
		}
		screen_line("I cannot tell what it costs, because no bounce fell into the moment "
			    "that was timed; %llu in %.1f s bounced, most by %s.",
			    j->bounces, all.time, who);
		break;
	case VERDICT_INNOCENT:
		screen_line("Bouncing is not your problem: %.1f %% of one CPU", 100 * j->cpu);
		if (pool_known())
			screen_add(", %.0f %% of the pool.", 100 * j->pool);
		else
			screen_add("; how full the pool is, nobody tells.");
		break;
	case VERDICT_POOL:
		screen_line("The pool is nearly full: %.0f %% in use. Nothing failed yet.",
			    100 * j->pool);
		break;
	case VERDICT_CPU:
		screen_line("Bouncing costs you %.1f %% of one CPU, most of it for %s.",
			    100 * j->cpu, who);
		break;
	case VERDICT_FAILING:
		screen_line("Mappings FAIL: %llu in %.1f s, most of %s.", j->fails, all.time, who);
		break;
	}
}

static void print_device(const struct flow_row *row)
{
	const struct xb_stat *s = &row->stat;
	u64 bounces = flow_bounces(s);
	double cpu = judge_device_cpu(row, flow_row_of(&timed, row->key), all.time);
	int i;

	screen_line("  %s (%s, %s): %.0f bounces/s", row->device.name, row->device.driver,
		    row->backend, bounces / all.time);
	if (s->maps)
		screen_add(", %.1f %% of its mappings", 100.0 * s->maps_bounced / s->maps);
	screen_add(", %llu bytes bounced, %.2f MB/s copied", s->bounce_bytes,
		   s->copied_bytes / all.time / 1e6);
	if (cpu >= 0)
		screen_add(", %.1f %% of one CPU", 100 * cpu);
	screen_line("    why: ");
	for (i = XB_MASK; i < XB_NR_REASONS; i++)
		if (s->bounces[i])
			screen_add("%s %.0f %% ", text_reasons[i], 100.0 * s->bounces[i] / bounces);
	screen_add("(DMA mask of %s bits)", text_mask(row->device.mask));
	for (i = XB_FAIL_FULL; i < XB_NR_FAILS; i++)
		if (s->fails[i])
			screen_line("    FAILED: %llu mappings, %s", s->fails[i], text_fails[i]);
	screen_line("    to do: %s", advice(row, &facts));
}

/* What is in use now is a moment; the kernel keeps the most in a file of its own */
static void print_pool(const struct pool *p, bool module)
{
	screen_line("Pool of %s: %s, %s in use now", p->backend, text_bytes(p->size),
		    text_bytes(p->used));
	if (p->high)
		screen_add(", %s at most (%s)", text_bytes(p->high),
			   module ? "xen_swiotlb/high_water" : "swiotlb/io_tlb_used_hiwater");
	screen_add(".");
}

static void print_verdict(const struct judgement *j)
{
	struct pool pools[HOST_POOLS];
	int i, n = host_pools(&host, pools);

	screen_begin(command_options.timestamp);
	print_headline(j);
	screen_line("Backend %s, kernel %s, %s; measured %.1f s.", host_backend(&host),
		    host.release, host_name(&host), all.time);
	screen_line("%llu mappings bounced, %s copied", j->bounces, text_bytes(j->copied));
	if (j->maps)
		screen_add("; of %llu mappings that were counted, %llu bounced (%.1f %%).", j->maps,
			   j->maps_bounced, 100.0 * j->maps_bounced / j->maps);
	else
		screen_add(".");
	for (i = 0; i < all.nr_rows; i++)
		if (flow_bounces(&all.rows[i].stat) || flow_failures(&all.rows[i].stat))
			print_device(&all.rows[i]);
	if (!host.pool_told)
		screen_line("Pool of %s: not known, for debugfs is not there (mount -t debugfs "
			    "debugfs /sys/kernel/debug).",
			    pools[0].backend);
	for (i = 0; i < n; i++)
		if (pools[i].size)
			print_pool(&pools[i], i > 0);
	if (all.exchanges.calls)
		screen_line("Exchanges with Xen: %llu, %s in all, %llu refused.",
			    all.exchanges.calls, text_ns(all.exchanges.ns), all.exchanges.fails);
	if (host.clock_sticks)
		screen_line("Caution: clocksource xen on more than one CPU reads short times as 0: "
			    "CPU shares are too low. Boot with clocksource=tsc tsc=reliable.");
	screen_end();
}

static const char *const verdict_names[] = { "nothing", "unknown", "innocent",
					     "pool",    "cpu",     "failing" };

static void json_verdict(const struct judgement *j)
{
	struct pool pools[HOST_POOLS];
	double cpu;
	int i;

	json_begin("verdict");
	json_number("seconds", all.time);
	json_text("verdict", verdict_names[j->verdict]);
	if (j->cpu < 0)
		json_null("cpu_share");
	else
		json_number("cpu_share", j->cpu);
	if (pool_known())
		json_number("pool_share", j->pool);
	else
		json_null("pool_share");
	json_array("devices");
	for (i = 0; i < all.nr_rows; i++) {
		cpu = judge_device_cpu(&all.rows[i], flow_row_of(&timed, all.rows[i].key),
				       all.time);
		json_object(NULL);
		json_flow_row(&all, &all.rows[i]);
		if (cpu < 0)
			json_null("cpu_share");
		else
			json_number("cpu_share", cpu);
		json_text("main_reason", text_reasons[flow_main_reason(&all.rows[i].stat)]);
		json_text("advice", advice(&all.rows[i], &facts));
		json_object_end();
	}
	json_array_end();
	json_pools(pools, host_pools(&host, pools));
	json_flow_rest(&all);
	json_end();
}

int command_verdict(int argc, char **argv)
{
	struct flow_options flow = { .latency = true, .late = true };
	struct judgement j;
	double seconds;

	command_parse(&own, "verdict", COMMAND_SECONDS, text, argc, argv);
	seconds = command_period(5);
	command_look(&host);
	flow.device = command_options.device;
	flow.all_maps = all_maps;
	flow_start(&host, &flow);
	command_every = flow_follow;
	measure(seconds);
	judge(&j, &all, &timed, pool_share);
	gather_facts();
	if (command_options.json)
		json_verdict(&j);
	else
		print_verdict(&j);
	own_cost_print();
	flow_stop();
	return command_end();
}
