// SPDX-License-Identifier: GPL-2.0-only
/* The counters of every device: loads flow.bpf.c, reads and sums its maps. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "engine/calibrate.h"
#include "engine/device.h"
#include "engine/flow.h"
#include "flow.skel.h"
#include "engine/module_side.h"
#include "engine/nested.h"
#include "engine/part.h"
#include "engine/probe.h"
#include "engine/refusal.h"
#include "say.h"
#include "engine/start.h"
#include "engine/tracefs.h"

static struct flow_bpf *skel;
static const struct host *host;
static struct flow_options options;
static bool counts_maps;
static bool by_tracefs; /* no program fits this kernel */

/* Programs of a part of the time. */
static struct part timers;                        /* while latencies are taken */
static struct part counters;                      /* while maps are counted */
static struct part stand_ins, counters_stand_ins; /* while calls are missed */

static struct bpf_program *starts[PART_MOST]; /* those that only take the start of a map */
static int nr_starts;

static bool use(struct part *part, struct bpf_program *program, bool on)
{
	on = probe_use(program, on);
	if (on && part)
		part_add(part, program);
	return on;
}

static void use_start(struct bpf_program *start, bool on)
{
	use(&timers, start, on && options.latency);
	starts[nr_starts++] = start;
}

/* Where the pool is asked for slots, in a call that every kernel with these arguments can trace. */
static bool use_pool(void)
{
	bool by_pool = (!options.latency || options.late) &&
		       probe_arguments("swiotlb_tbl_map_single") == 6 &&
		       probe_use(skel->progs.pool_map_end, true);

	probe_use(skel->progs.pool_map_end, by_pool);
	use(&stand_ins, skel->progs.pool_map_again, by_pool);
	return by_pool;
}

/* In a PV domain the backend's own map function sees every mapping, of scatterlists too. */
static bool use_backend(struct bpf_program *start, struct bpf_program *end,
			struct bpf_program *again)
{
	bool by_pool = skel->rodata->by_pool;
	bool there = use(by_pool ? &counters : NULL, end, host->kind == HOST_PV);

	use_start(start, there);
	use(by_pool ? &counters_stand_ins : &stand_ins, again, there);
	return there;
}

/* Elsewhere what bounces goes through here; all maps are seen by the kernel's own events. */
static bool use_plain(void)
{
	bool by_pool = skel->rodata->by_pool, plain = host->kind != HOST_PV, there;

	there = use(by_pool ? &timers : NULL, skel->progs.swiotlb_map_end,
		    plain && (!by_pool || options.latency));
	use_start(skel->progs.swiotlb_map_start, there);
	use(&stand_ins, skel->progs.swiotlb_map_again, there && !by_pool);
	counts_maps = use(by_pool ? &counters : NULL, skel->progs.event_map_page, plain);
	counts_maps |= use(by_pool ? &counters : NULL, skel->progs.event_map_phys, plain);
	use(by_pool ? &counters : NULL, skel->progs.event_map_sg, counts_maps);
	if (counts_maps)
		skel->rodata->wants |= XB_MAPS_BY_EVENT;
	return there;
}

static bool use_maps(void)
{
	bool pool, there;

	pool = skel->rodata->by_pool = use_pool();
	there = use_backend(skel->progs.map_page_start, skel->progs.map_page_end,
			    skel->progs.map_page_again);
	there |= use_backend(skel->progs.map_phys_start, skel->progs.map_phys_end,
			     skel->progs.map_phys_again);
	pool |= use_plain();
	counts_maps |= there;
	return pool || there;
}

/* Here the program at the start counts, and the one at the end only times. */
static bool use_copy(struct bpf_program *start, struct bpf_program *end, bool on)
{
	on = probe_use(start, on);
	use(&timers, end, on && options.latency && !options.maps_only);
	return on;
}

static void use_copies(void)
{
	bool now = use_copy(skel->progs.sync_cpu_start, skel->progs.sync_cpu_end, true);

	use_copy(skel->progs.old_sync_cpu_start, skel->progs.old_sync_cpu_end, !now);
	now = use_copy(skel->progs.sync_device_start, skel->progs.sync_device_end, true);
	use_copy(skel->progs.old_sync_device_start, skel->progs.old_sync_device_end, !now);
	now = use_copy(skel->progs.unmap_single_start, skel->progs.unmap_single_end, true);
	use(&stand_ins, skel->progs.unmap_single_again, now);
	use_copy(skel->progs.old_unmap_single_start, skel->progs.old_unmap_single_end, !now);
	use(&stand_ins, skel->progs.old_unmap_single_again, !now);
}

static void use_exchanges(void)
{
	bool pv = host->kind == HOST_PV, whole = probe_use(skel->progs.exchange_end, pv);

	probe_use(skel->progs.exchange_start, whole);
	probe_use(skel->progs.make_start, pv && !whole);
	probe_use(skel->progs.make_end, pv && !whole);
	probe_use(skel->progs.undo_start, pv && !whole);
	probe_use(skel->progs.undo_end, pv && !whole);
}

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
		part_switch(&counters, true);
		part_switch(&counters_stand_ins, stand_ins.on);
		counting_since = now();
		skel->bss->counting = true;
		return;
	}
	skel->bss->counting = false;
	counted_before += now() - counting_since;
	part_switch(&counters_stand_ins, false);
	part_switch(&counters, false);
}

static bool counting_is_due(void)
{
	return options.all_maps || fmod(now() - armed_at, FLOW_PERIOD) < FLOW_COUNTED;
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
		part_switch(&stand_ins, true);
		part_switch(&counters_stand_ins, counters.on);
	} else if (stand_ins.on && now() - last > FLOW_QUIET) {
		part_switch(&counters_stand_ins, false);
		part_switch(&stand_ins, false);
	}
	seen = missed;
}

void flow_follow(void)
{
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
	/* what every map pays for is attached last, and detached first */
	use_copies();
	if (!use_maps())
		die("this kernel (%s) has no function that maps for swiotlb: nothing to attach to",
		    host->release);
	use_exchanges();
	probe_use(skel->progs.alloc_coherent_end, host->kind == HOST_PV);
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
	while (!load()) {
		flow_bpf__destroy(skel);
		timers = counters = stand_ins = counters_stand_ins = (struct part){};
		nr_starts = 0;
	}
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
		part_switch(&timers, true);
	if (skel->rodata->by_pool)
		count_maps(on || options.all_maps);
	if (!on)
		part_switch(&timers, false);
	skel->bss->timing = on;
}

bool flow_only_bounces(void)
{
	return by_tracefs;
}

bool flow_counts_maps(void)
{
	return counts_maps;
}

u64 flow_own_ns(void)
{
	return by_tracefs ? 0 : skel->bss->own_ns;
}

/* The sum over the CPUs of a value that is all 64-bit counters. */
static void sum_cpus(struct bpf_map *map, const void *key, size_t key_size, void *sum, size_t size)
{
	int cpus = libbpf_num_possible_cpus(), cpu;
	u64 *value, *total = sum;
	size_t i;

	value = calloc(cpus, size);
	if (!value)
		die("out of memory");
	memset(sum, 0, size);
	if (!bpf_map__lookup_elem(map, key, key_size, value, cpus * size, 0))
		for (cpu = 0; cpu < cpus; cpu++)
			for (i = 0; i < size / sizeof(*value); i++)
				total[i] += value[cpu * size / sizeof(*value) + i];
	free(value);
}

static void sum_hist(const struct xb_hist_key *key, struct xb_hist *sum)
{
	int cpus = libbpf_num_possible_cpus(), cpu, i;
	struct xb_hist *value = calloc(cpus, sizeof(*value));

	if (!value)
		die("out of memory");
	memset(sum, 0, sizeof(*sum));
	if (!bpf_map__lookup_elem(skel->maps.hists, key, sizeof(*key), value, cpus * sizeof(*value),
				  0)) {
		for (cpu = 0; cpu < cpus; cpu++) {
			sum->ns += value[cpu].ns;
			sum->count += value[cpu].count;
			for (i = 0; i < XB_HIST_SLOTS; i++)
				sum->slots[i] += value[cpu].slots[i];
		}
	}
	free(value);
}

static void read_stat(u32 at, struct xb_stat *stat)
{
	u64 second[sizeof(*stat) / sizeof(u64)], *total = (void *)stat;
	u32 behind = at + XB_MAX_DEVICES;
	size_t i;

	sum_cpus(skel->maps.stats, &at, sizeof(at), stat, sizeof(*stat));
	sum_cpus(skel->maps.stats, &behind, sizeof(behind), second, sizeof(second));
	for (i = 0; i < sizeof(second) / sizeof(second[0]); i++)
		total[i] += second[i];
	stat->copied_bytes += stat->bounce_bytes;
}

static void read_row(u32 at, struct flow_row *row)
{
	struct xb_hist_key key = { .dev = row->key };

	read_stat(at, &row->stat);
	memset(&row->sizes, 0, sizeof(row->sizes));
	if (options.sizes)
		sum_cpus(skel->maps.sizes, &row->key, sizeof(row->key), &row->sizes,
			 sizeof(row->sizes));
	row->backend = device_is_module(row->key) ? "xen_swiotlb" : host_backend(host);
	memset(row->hists, 0, sizeof(row->hists));
	if (!options.latency)
		return;
	for (; key.call < XB_NR_CALLS; key.call++)
		sum_hist(&key, &row->hists[key.call]);
}

static void read_guests(struct flow_state *state)
{
	struct xb_guest_key key, *previous = NULL;
	struct flow_guest *guest;
	struct xb_device device;

	state->nr_guests = 0;
	while (state->nr_guests < XB_MAX_GUESTS &&
	       !bpf_map__get_next_key(skel->maps.guests, previous, &key, sizeof(key))) {
		previous = &key;
		guest = &state->guests[state->nr_guests];
		if (bpf_map__lookup_elem(skel->maps.guests, &key, sizeof(key), &guest->count,
					 sizeof(guest->count), 0) ||
		    !device_describe(skel->maps.devices, key.dev, &device))
			continue;
		if (options.device && strcmp(options.device, device.name))
			continue;
		memcpy(guest->device, device.name, sizeof(guest->device));
		guest->domain = key.domain;
		state->nr_guests++;
	}
}

void flow_read(struct flow_state *state)
{
	struct flow_row *row;
	u32 at;

	state->time = now();
	state->counted = 0;
	if (by_tracefs) {
		tracefs_read(state, options.device);
		return;
	}
	state->counted = counted_at(state->time);
	state->nr_rows = 0;
	for (at = 0; at < XB_MAX_DEVICES; at++) {
		row = &state->rows[state->nr_rows];
		row->key = skel->bss->device_keys[at];
		if (!row->key || !device_describe(skel->maps.devices, row->key, &row->device))
			continue;
		if (options.device && strcmp(options.device, row->device.name))
			continue;
		read_row(at, row);
		state->nr_rows++;
	}
	read_guests(state);
	state->exchanges = skel->bss->exchanges;
	state->losses = skel->bss->losses;
	state->losses.nested = nested_lost(skel->obj, &skel->bss->rescued, starts, nr_starts) +
			       module_side_missed(&side);
}

void flow_stop(void)
{
	if (by_tracefs)
		tracefs_stop();
	module_side_drop(&side);
	if (!skel)
		return;
	part_switch(&timers, false);
	part_switch(&counters_stand_ins, false);
	part_switch(&counters, false);
	part_switch(&stand_ins, false);
	flow_bpf__destroy(skel);
	skel = NULL;
}
