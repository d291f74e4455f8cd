// SPDX-License-Identifier: GPL-2.0-only
/* The counters of every device: loads flow.bpf.c, reads and sums its maps. */
#include <errno.h>
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
#include "engine/layout.h"
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
static bool counts_maps;
static bool by_tracefs; /* no program fits this kernel */

#define MAX_TIMERS 8

/* Programs that only take a time: loaded where latency may be asked for, attached while it is. */
static struct bpf_program *timers[MAX_TIMERS];
static int nr_timers;
static struct bpf_program *starts[MAX_TIMERS]; /* those of them that take the start of a map */
static int nr_starts;

static void use_timer(struct bpf_program *timer, bool on)
{
	if (!probe_use(timer, on && options.latency))
		return;
	bpf_program__set_autoattach(timer, false);
	timers[nr_timers++] = timer;
}

static bool use_timed(struct bpf_program *start, struct bpf_program *end, bool on)
{
	on = probe_use(end, on);
	use_timer(start, on);
	starts[nr_starts++] = start;
	return on;
}

/* In a PV domain the backend's own map function sees every mapping, of scatterlists too. */
static bool use_maps(void)
{
	bool pv = host->kind == HOST_PV, page, phys, plain;

	page = use_timed(skel->progs.map_page_start, skel->progs.map_page_end, pv);
	phys = use_timed(skel->progs.map_phys_start, skel->progs.map_phys_end, pv);
	plain = use_timed(skel->progs.swiotlb_map_start, skel->progs.swiotlb_map_end, !pv);
	probe_use(skel->progs.map_page_again, page);
	probe_use(skel->progs.map_phys_again, phys);
	probe_use(skel->progs.swiotlb_map_again, plain);
	counts_maps = probe_use(skel->progs.event_map_page, plain);
	counts_maps |= probe_use(skel->progs.event_map_phys, plain);
	probe_use(skel->progs.event_map_sg, counts_maps);
	skel->rodata->maps_by_event = counts_maps;
	counts_maps = counts_maps || page || phys;
	return page || phys || plain;
}

/* Here the program at the start counts, and the one at the end only times. */
static bool use_copy(struct bpf_program *start, struct bpf_program *end, bool on)
{
	on = probe_use(start, on);
	use_timer(end, on && !options.maps_only);
	return on;
}

static void use_copies(void)
{
	bool now = use_copy(skel->progs.unmap_single_start, skel->progs.unmap_single_end, true);

	probe_use(skel->progs.unmap_single_again, now);
	use_copy(skel->progs.old_unmap_single_start, skel->progs.old_unmap_single_end, !now);
	probe_use(skel->progs.old_unmap_single_again, !now);
	now = use_copy(skel->progs.sync_cpu_start, skel->progs.sync_cpu_end, true);
	use_copy(skel->progs.old_sync_cpu_start, skel->progs.old_sync_cpu_end, !now);
	now = use_copy(skel->progs.sync_device_start, skel->progs.sync_device_end, true);
	use_copy(skel->progs.old_sync_device_start, skel->progs.old_sync_device_end, !now);
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

static struct flow_bpf *side_skel;

static struct bpf_object_skeleton *open_side(void)
{
	side_skel = flow_bpf__open();
	if (!side_skel)
		return NULL;
	memcpy((void *)side_skel->rodata, (void *)skel->rodata, sizeof(*skel->rodata));
	layout_read((struct xb_events *)&side_skel->rodata->module_events);
	return side_skel->skeleton;
}

static void destroy_side(void)
{
	flow_bpf__destroy(side_skel);
	side_skel = NULL;
}

static struct module_side side = { .open = open_side, .destroy = destroy_side };

void flow_follow(void)
{
	if (skel)
		module_side_follow(&side, skel->skeleton);
}

static void watch_nesting(void)
{
	struct bpf_program *unmap = skel->progs.unmap_single_start;
	struct bpf_program *const firsts[XB_MAX_WATCHED] = {
		[XB_MAP_PAGE] = skel->progs.map_page_end,
		[XB_MAP_PHYS] = skel->progs.map_phys_end,
		[XB_SWIOTLB_MAP] = skel->progs.swiotlb_map_end,
		[XB_UNMAP_SINGLE] =
			bpf_program__autoload(unmap) ? unmap : skel->progs.old_unmap_single_start,
	};

	nested_watch(skel->bss->watched, firsts, skel->progs.read_cpu_offsets,
		     skel->progs.find_watched);
	bpf_program__set_autoattach(skel->progs.find_watched, false);
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
	skel = flow_bpf__open();
	if (!skel)
		die("can't open the BPF programs: %s", strerror(errno));
	if (!use_maps())
		die("this kernel (%s) has no function that maps for swiotlb: nothing to attach to",
		    host->release);
	use_copies();
	use_exchanges();
	probe_use(skel->progs.alloc_coherent_end, host->kind == HOST_PV);
	module_side_leave(skel->obj);
	skel->rodata->can_cast = probe_kfunc("bpf_rdonly_cast");
	skel->rodata->maps_only = options.maps_only;
	skel->rodata->want_guests = options.guests;
	skel->rodata->want_sizes = options.sizes;
	start_load(skel->skeleton, skel->progs.machine_init);
	skel->bss->own_ns = calibrate(skel->progs.calibrate_start, skel->progs.calibrate_end,
				      skel->bss->calibrated);
	memset(&skel->bss->losses, 0, sizeof(skel->bss->losses));
	watch_nesting();
	start_attach(skel->skeleton);
	skel->bss->armed = true;
	flow_follow();
	if (!options.latency || options.late)
		return;
	if (host->clock_sticks)
		warn("clocksource xen on more than one CPU: short latencies may read 0; "
		     "boot with clocksource=tsc tsc=reliable");
	flow_time(true);
}

void flow_time(bool on)
{
	static struct bpf_link *links[MAX_TIMERS];
	int i;

	if (by_tracefs)
		return;
	/* while only one of a pair is attached, no duration is taken */
	skel->bss->timing = false;
	for (i = 0; i < nr_timers; i++) {
		if (on) {
			links[i] = bpf_program__attach(timers[i]);
			if (!links[i])
				die("can't attach %s: %s", bpf_program__name(timers[i]),
				    strerror(errno));
		} else {
			bpf_link__destroy(links[i]);
		}
	}
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
	struct timespec now;
	struct flow_row *row;
	u32 at;

	clock_gettime(CLOCK_MONOTONIC, &now);
	state->time = now.tv_sec + now.tv_nsec / 1e9;
	if (by_tracefs) {
		tracefs_read(state, options.device);
		return;
	}
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
	flow_bpf__destroy(skel);
	skel = NULL;
}
