// SPDX-License-Identifier: GPL-2.0-only
/* Sums what flow.bpf.c has counted on each CPU: a row a device, and the guests. */
#include <stdlib.h>
#include <string.h>
#include <bpf/libbpf.h>

#include "engine/device.h"
#include "engine/flow_sum.h"
#include "flow.skel.h"
#include "say.h"

static struct flow_bpf *skel;
static const struct host *host;
static const struct flow_options *options;

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

static void add_stat(struct xb_stat *to, const struct xb_stat *stat)
{
	const u64 *n = (const void *)stat;
	u64 *total = (void *)to;
	size_t i;

	for (i = 0; i < sizeof(*stat) / sizeof(*n); i++)
		total[i] += n[i];
}

static void read_stat(u32 at, struct xb_stat *stat)
{
	u32 behind = at + XB_MAX_DEVICES;
	struct xb_stat second;

	sum_cpus(skel->maps.stats, &at, sizeof(at), stat, sizeof(*stat));
	sum_cpus(skel->maps.stats, &behind, sizeof(behind), &second, sizeof(second));
	add_stat(stat, &second);
	stat->copied_bytes += stat->bounce_bytes;
}

static void read_row(u32 at, struct flow_row *row)
{
	struct xb_hist_key key = { .dev = row->key };

	read_stat(at, &row->stat);
	memset(&row->sizes, 0, sizeof(row->sizes));
	if (options->sizes)
		sum_cpus(skel->maps.sizes, &row->key, sizeof(row->key), &row->sizes,
			 sizeof(row->sizes));
	row->backend = device_is_module(row->key) ? "xen_swiotlb" : host_backend(host);
	memset(row->hists, 0, sizeof(row->hists));
	if (!options->latency)
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
		if (options->device && strcmp(options->device, device.name))
			continue;
		memcpy(guest->device, device.name, sizeof(guest->device));
		guest->dev = key.dev;
		guest->domain = key.domain;
		state->nr_guests++;
	}
}

static int places_in_use(void)
{
	int n = 0, at;

	for (at = 0; at < XB_MAX_DEVICES; at++)
		n += skel->bss->device_keys[at] != 0;
	return n;
}

static void delete_guests(u64 dev)
{
	static struct xb_guest_key keys[XB_MAX_GUESTS];
	struct xb_guest_key *previous = NULL;
	int n = 0, i;

	while (n < XB_MAX_GUESTS &&
	       !bpf_map__get_next_key(skel->maps.guests, previous, &keys[n], sizeof(keys[n])))
		previous = &keys[n++];
	for (i = 0; i < n; i++)
		if (keys[i].dev == dev)
			bpf_map__delete_elem(skel->maps.guests, &keys[i], sizeof(keys[i]), 0);
}

static void clear_stat(u32 at)
{
	size_t size = libbpf_num_possible_cpus() * sizeof(struct xb_stat);
	void *nothing = calloc(1, size);

	if (!nothing)
		die("out of memory");
	bpf_map__update_elem(skel->maps.stats, &at, sizeof(at), nothing, size, BPF_ANY);
	free(nothing);
}

/*
 * First no number leads to it any more, so that no device settles in it while it is cleared: its
 * address may be another's by now. A program that looks for a place finds it when all is cleared.
 */
static void free_place(u32 at)
{
	struct xb_hist_key key = { .dev = skel->bss->device_keys[at] };

	__atomic_store_n(&skel->bss->device_numbers[at], XB_PLACE_PAST, __ATOMIC_SEQ_CST);
	bpf_map__delete_elem(skel->maps.devices, &key.dev, sizeof(key.dev), 0);
	bpf_map__delete_elem(skel->maps.sizes, &key.dev, sizeof(key.dev), 0);
	for (; key.call < XB_NR_CALLS; key.call++)
		bpf_map__delete_elem(skel->maps.hists, &key, sizeof(key), 0);
	delete_guests(key.dev);
	clear_stat(at);
	clear_stat(at + XB_MAX_DEVICES);
	skel->bss->device_keys[at] = 0;
	__atomic_store_n(&skel->bss->device_numbers[at], XB_PLACE_FREED, __ATOMIC_RELEASE);
}

/* Two CPUs that met a device at once may have given it two places: all else is kept by its key. */
static void add_to_row(u32 at, struct flow_row *row)
{
	struct xb_stat stat;

	read_stat(at, &stat);
	add_stat(&row->stat, &stat);
}

void flow_sum(struct flow_bpf *programs, const struct host *where,
	      const struct flow_options *wanted, struct flow_state *state)
{
	static double next_sweep;
	u32 gone[XB_MAX_DEVICES], at;
	int nr_gone = 0;
	struct flow_row *row, *same;
	bool sweep;

	skel = programs;
	host = where;
	options = wanted;
	read_guests(state);
	state->nr_rows = 0;
	sweep = !options->late && device_places_are_few(places_in_use(), XB_MAX_DEVICES) &&
		device_sweep_is_due(&next_sweep);
	for (at = 0; at < XB_MAX_DEVICES; at++) {
		row = &state->rows[state->nr_rows];
		row->key = skel->bss->device_keys[at];
		if (!row->key || !device_describe(skel->maps.devices, row->key, &row->device))
			continue;
		/* asked before its counters are read: these are its last */
		if (sweep && device_is_gone(row->key, &row->device))
			gone[nr_gone++] = at;
		if (options->device && strcmp(options->device, row->device.name))
			continue;
		same = (struct flow_row *)flow_row_of(state, row->key);
		if (same) {
			add_to_row(at, same);
			continue;
		}
		read_row(at, row);
		state->nr_rows++;
	}
	/* last: a device's description goes with its first place */
	while (nr_gone)
		free_place(gone[--nr_gone]);
}
