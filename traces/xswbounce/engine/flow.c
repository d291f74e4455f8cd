// SPDX-License-Identifier: GPL-2.0-only
/* The counters of every device: loads flow.bpf.c, attaches its programs when they are due. */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>
#include <bpf/libbpf.h>

#include "engine/calibrate.h"
#include "engine/callers.h"
#include "engine/flow_choose.h"
#include "engine/flow_sum.h"
#include "flow.skel.h"
#include "engine/module_side.h"
#include "engine/nested.h"
#include "engine/probe.h"
#include "engine/refusal.h"
#include "say.h"
#include "engine/start.h"
#include "engine/tracefs.h"

static struct flow_bpf *skel;
static const struct host *host;
static struct flow_options options;
static bool by_tracefs; /* no program fits this kernel */

static struct flow_chosen chosen; /* programs of a part of the time */

MODULE_SIDE(side, flow, skel, NULL);

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* When the maps were counted: all the time, or a part of it. */
static double counting_since, counted_before, armed_at;

static double counted_at(double time)
{
	if (!skel->rodata->by_pool)
		return time - armed_at;
	return counted_before + (skel->bss->counting ? time - counting_since : 0);
}

/* They count from one instant on, when all are attached. */
static void count_maps(bool on)
{
	if (on == skel->bss->counting)
		return;
	if (on) {
		part_switch(&chosen.counters, true);
		part_switch(&chosen.counters_stand_ins, chosen.stand_ins.on);
		counting_since = now();
		skel->bss->counting = true;
		return;
	}
	skel->bss->counting = false;
	counted_before += now() - counting_since;
	part_switch(&chosen.counters_stand_ins, false);
	part_switch(&chosen.counters, false);
}

static bool counting_is_due(void)
{
	return options.all_maps || options.latency ||
	       fmod(now() - armed_at, FLOW_PERIOD) < FLOW_COUNTED;
}

static void watch_nesting(void)
{
	struct bpf_program *unmap = skel->progs.unmap_single_start;
	struct bpf_program *const firsts[XB_MAX_WATCHED] = {
		[XB_MAP_PAGE] = skel->progs.map_page_end,
		[XB_MAP_PHYS] = skel->progs.map_phys_end,
		[XB_SWIOTLB_MAP] = skel->progs.swiotlb_map_end,
		[XB_POOL_MAP] = skel->progs.pool_map_end,
		[XB_UNMAP_SINGLE] =
			bpf_program__autoload(unmap) ? unmap : skel->progs.old_unmap_single_start,
	};
	static bool done;

	if (!done)
		nested_watch(skel->bss->watched, firsts, skel->progs.read_cpu_offsets,
			     skel->progs.find_watched);
	done = true;
}

/* Stand-ins cost every call: they are there from the first one missed until a quiet minute. */
static void follow_missed(void)
{
	static double last;
	static u64 seen;
	u64 missed = probe_missed(skel->obj);

	if (missed > seen) {
		last = now();
		watch_nesting();
		part_switch(&chosen.stand_ins, true);
		part_switch(&chosen.counters_stand_ins, chosen.counters.on);
	} else if (chosen.stand_ins.on && now() - last > FLOW_QUIET) {
		part_switch(&chosen.counters_stand_ins, false);
		part_switch(&chosen.stand_ins, false);
	}
	seen = missed;
}

void flow_follow(void)
{
	if (by_tracefs)
		tracefs_follow();
	if (!skel)
		return;
	module_side_follow(&side, skel->skeleton);
	follow_missed();
	if (skel->rodata->by_pool && !options.late)
		count_maps(counting_is_due());
}

/* Return: false if the programs are to be chosen anew. */
static bool load(void)
{
	skel = flow_bpf__open();
	if (!skel)
		die("can't open the BPF programs: %s", strerror(errno));
	flow_choose(skel, host, &options, &chosen);
	bpf_program__set_autoload(skel->progs.calibrate_start, options.latency);
	bpf_program__set_autoload(skel->progs.calibrate_end, options.latency);
	module_side_leave(skel->obj);
	skel->rodata->can_cast = probe_kfunc("bpf_rdonly_cast");
	skel->rodata->want_times = options.latency;
	skel->rodata->want_copy_times = options.latency && !options.maps_only;
	skel->rodata->wants |=
		(options.guests ? XB_WANT_GUESTS : 0) | (options.sizes ? XB_WANT_SIZES : 0);
	if (!start_load(skel->skeleton, skel->progs.machine_init))
		return false;
	probe_run(skel->progs.look_at_pool);
	host_warn_growing(skel->bss->pool_grows);
	callers_look(skel->bss->callers, skel->progs.find_callers, skel->progs.look_at_callers);
	callers_warn(skel->bss->callers, false);
	if (options.latency)
		skel->bss->own_ns = calibrate(skel->progs.calibrate_start,
					      skel->progs.calibrate_end, skel->bss->calibrated);
	memset(&skel->bss->losses, 0, sizeof(skel->bss->losses));
	bpf_program__set_autoattach(skel->progs.find_watched, false);
	return start_attach(skel->skeleton);
}

void flow_start(const struct host *where, const struct flow_options *wanted)
{
	host = where;
	options = *wanted;
	if (refusal_is_lockdown())
		refusal_ends("tracefs/bounces");
	by_tracefs = !probe_btf() || refusal();
	if (by_tracefs) {
		tracefs_start(host, refusal() ?: "this kernel has no type information (BTF)");
		return;
	}
	while (!load())
		flow_bpf__destroy(skel);
	armed_at = now();
	skel->bss->armed = true;
	flow_follow();
	if (options.late && options.all_maps && skel->rodata->by_pool)
		count_maps(true);
	if (!options.latency || options.late)
		return;
	if (host->clock_sticks)
		warn("clocksource xen on more than one CPU: short latencies may read 0; "
		     "boot with clocksource=tsc tsc=reliable");
	flow_time(true);
}

void flow_time(bool on)
{
	if (by_tracefs)
		return;
	/* while only one of a pair is attached, no duration is taken */
	skel->bss->timing = false;
	if (on)
		part_switch(&chosen.timers, true);
	if (skel->rodata->by_pool)
		count_maps(on || options.all_maps);
	if (!on)
		part_switch(&chosen.timers, false);
	skel->bss->timing = on;
}

bool flow_only_bounces(void)
{
	return by_tracefs;
}

bool flow_counts_maps(void)
{
	return chosen.counts_maps;
}

u64 flow_own_ns(void)
{
	return by_tracefs ? 0 : skel->bss->own_ns;
}

void flow_read(struct flow_state *state)
{
	static u64 most_nested;

	state->time = now();
	state->counted = 0;
	if (by_tracefs) {
		tracefs_read(state, options.device);
		return;
	}
	state->counted = counted_at(state->time);
	flow_sum(skel, host, &options, state);
	state->exchanges = skel->bss->exchanges;
	state->losses = skel->bss->losses;
	state->losses.nested = nested_lost(skel->obj, &skel->bss->rescued, chosen.starts,
					   chosen.nr_starts, &most_nested) +
			       module_side_missed(&side);
}

void flow_stop(void)
{
	if (by_tracefs)
		tracefs_stop();
	module_side_drop(&side);
	if (!skel)
		return;
	part_switch(&chosen.timers, false);
	part_switch(&chosen.counters_stand_ins, false);
	part_switch(&chosen.counters, false);
	part_switch(&chosen.stand_ins, false);
	flow_bpf__destroy(skel);
	skel = NULL;
}
