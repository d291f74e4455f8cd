// SPDX-License-Identifier: GPL-2.0-only
/* How full the pools are at each map: loads occupancy.bpf.c, reads what it keeps. */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <bpf/libbpf.h>

#include "engine/device.h"
#include "engine/layout.h"
#include "engine/module_side.h"
#include "engine/occupancy.h"
#include "engine/probe.h"
#include "engine/start.h"
#include "occupancy.skel.h"
#include "say.h"

#define SETTLE_US   10000 /* for programs that began in the interval before */
#define DRIFT_TRIES 8

#define MODULE_ABI   "/sys/devices/platform/xen_swiotlb/abi"
#define CLAIMS_SINCE 3
#define DEAR         1600 /* traces/README.md, as it was measured */

static struct occupancy_bpf *skel, *side_skel;
static const struct host *machine;
static u64 began[XB_OCCUPANCY_POOLS]; /* in use as the interval began */

/* The function that claims slots if a program fits it, else those that map. */
static void choose(const struct host *host)
{
	bool pv = host->kind == HOST_PV;
	bool claims = probe_use(skel->progs.claimed, true), any = claims;

	host_warn_iommu(host, claims);
	any |= probe_use(skel->progs.map_page_end, pv && !claims);
	any |= probe_use(skel->progs.map_phys_end, pv && !claims);
	any |= probe_use(skel->progs.swiotlb_map_end, !pv && !claims);
	if (!any)
		die("this kernel (%s) has no function that maps for swiotlb: nothing to attach to",
		    host->release);
	probe_use(skel->progs.map_page_start, false);
	probe_use(skel->progs.map_phys_start, false);
	probe_use(skel->progs.swiotlb_map_start, false);
	probe_use(skel->progs.calibrate_start, false);
	probe_use(skel->progs.calibrate_end, false);
	probe_use(skel->progs.old_unmap_single, !probe_use(skel->progs.unmap_single, true));
}

static struct bpf_object_skeleton *open_side(void)
{
	side_skel = occupancy_bpf__open();
	if (!side_skel)
		return NULL;
	memcpy((void *)side_skel->rodata, (void *)skel->rodata, sizeof(*skel->rodata));
	layout_read((struct xb_events *)&side_skel->rodata->module_events);
	return side_skel->skeleton;
}

static void destroy_side(void)
{
	occupancy_bpf__destroy(side_skel);
	side_skel = NULL;
}

static void warn_dear(void)
{
	static bool said;

	if (!said)
		warn("this xen_swiotlb tells no claims (its abi is below %d): each of its maps is "
		     "looked at, direct ones too, at %d instructions with its unmap",
		     CLAIMS_SINCE, DEAR);
	said = true;
}

/*
 * Has the module events of claims alone, with the arguments that impl/ABI.md promises?  Where the
 * format files can't be read, the programs on records are wanted: it is said that they don't fit.
 */
static bool tells_claims(void)
{
	FILE *f;

	if (host_number(MODULE_ABI) < CLAIMS_SINCE) {
		warn_dear();
		return false;
	}
	f = probe_open_format("xen_swiotlb/xsw_claim");
	if (f)
		fclose(f);
	return f;
}

static bool wants(const struct bpf_program *program)
{
	const char *section = bpf_program__section_name(program);
	bool raw = !strncmp(section, "raw_tp/", 7);

	return !strcmp(section, "tp/xen_swiotlb/xsw_full") || raw == tells_claims();
}

static struct module_side side = { .open = open_side, .destroy = destroy_side, .wants = wants };

/* What the module's pool holds no event tells: it is counted from what it holds at first. */
static void look_at_module(void)
{
	struct pool pool;

	host_module_pool(&pool);
	skel->bss->pools[1].used = pool.used >> XB_SLOT_SHIFT;
}

static u64 module_used(void)
{
	long long used = skel->bss->pools[1].used;

	return used > 0 ? used : 0;
}

/*
 * By how much the pool's own number is above what was counted; 0 while that changes. A mapping of
 * which one alone knows yet makes them differ, too, but not for long.
 */
static long long drift(void)
{
	volatile long long *counted = &skel->bss->pools[1].used;
	struct pool pool;
	long long before;
	int tries;

	for (tries = 0; tries < DRIFT_TRIES; tries++) {
		before = *counted;
		host_module_pool(&pool);
		if (before == *counted)
			return (long long)(pool.used >> XB_SLOT_SHIFT) - before;
	}
	return 0;
}

/* Events that no program saw would add up. @seen: the drift as it was a while ago */
static void correct(long long seen)
{
	if (!seen || seen != drift())
		return;
	__atomic_fetch_add(&skel->bss->pools[1].used, seen, __ATOMIC_RELAXED);
	began[1] = module_used();
}

void occupancy_follow(void)
{
	bool had = side.attached;

	module_side_follow(&side, skel->skeleton);
	if (side.attached && !had)
		look_at_module();
}

/* Such that a histogram reaches to the pool's end. */
static void choose_steps(void)
{
	struct pool pools[HOST_POOLS] = {};
	int i;

	host_pools(machine, pools);
	for (i = 0; i < XB_OCCUPANCY_POOLS; i++)
		while (pools[i].size >> XB_SLOT_SHIFT >> skel->bss->pools[i].shift >=
		       XB_OCCUPANCY_STEPS)
			skel->bss->pools[i].shift++;
}

static void note_use(void)
{
	probe_run(skel->progs.look_at_use);
	began[0] = skel->bss->seen_used;
	began[1] = module_used();
}

/* Return: false if the programs are to be chosen anew. */
static bool load(const struct host *host)
{
	skel = occupancy_bpf__open();
	if (!skel)
		die("can't open the BPF programs: %s", strerror(errno));
	choose(host);
	module_side_leave(skel->obj);
	skel->rodata->can_cast = probe_kfunc("bpf_rdonly_cast");
	if (!start_load(skel->skeleton, skel->progs.machine_init))
		return false;
	probe_run(skel->progs.find_counters);
	host_warn_growing(skel->bss->pool_grows);
	choose_steps();
	return start_attach(skel->skeleton);
}

void occupancy_start(const struct host *host)
{
	machine = host;
	while (!load(host))
		occupancy_bpf__destroy(skel);
	skel->bss->armed = true;
	occupancy_follow();
	note_use();
}

void occupancy_stop(void)
{
	module_side_drop(&side);
	occupancy_bpf__destroy(skel);
	skel = NULL;
}

static void read_row(struct xb_occupancy *from, u32 parity, struct occupancy_row *to)
{
	struct xb_most *most = &from->most[parity];

	to->key = from->key;
	device_describe(skel->maps.devices, from->key, &to->device);
	to->pool = from->pool;
	to->maps = from->maps;
	to->fails = from->fails;
	to->held = most->held ? most->held - from->least : 0;
	to->used = most->used;
	memcpy(to->steps, from->steps, sizeof(to->steps));
	*most = (struct xb_most){};
}

/* The place of a device that is gone, for another: no number leads to it while it is cleared. */
static void free_place(u32 at)
{
	u64 key = skel->bss->occupancies[at].key;

	__atomic_store_n(&skel->bss->device_numbers[at], XB_PLACE_PAST, __ATOMIC_SEQ_CST);
	bpf_map__delete_elem(skel->maps.devices, &key, sizeof(key), 0);
	memset(&skel->bss->occupancies[at], 0, sizeof(skel->bss->occupancies[at]));
	__atomic_store_n(&skel->bss->device_numbers[at], XB_PLACE_FREED, __ATOMIC_RELEASE);
}

/* Two CPUs that met a device at once may have given it two places: it held their sum at most. */
static void add_row(struct occupancy_row *to, const struct occupancy_row *row)
{
	int i;

	to->maps += row->maps;
	to->fails += row->fails;
	to->held += row->held;
	to->used = to->used > row->used ? to->used : row->used;
	for (i = 0; i < XB_OCCUPANCY_STEPS; i++)
		to->steps[i] += row->steps[i];
}

static struct occupancy_row *row_of(struct occupancy *o, u64 key)
{
	int i;

	for (i = 0; i < o->n; i++)
		if (o->rows[i].key == key)
			return &o->rows[i];
	return NULL;
}

static bool places_are_few(void)
{
	int n = 0, i;

	for (i = 0; i < XB_OCCUPANCY_DEVICES; i++)
		n += skel->bss->occupancies[i].key != 0;
	return device_places_are_few(n, XB_OCCUPANCY_DEVICES);
}

void occupancy_interval(struct occupancy *o)
{
	static double next_sweep;
	u32 parity = skel->bss->parity & 1, i;
	bool sweep = places_are_few() && device_sweep_is_due(&next_sweep);
	struct occupancy_row *row, *same;
	u32 gone[XB_OCCUPANCY_DEVICES];
	long long drifted;
	int nr_gone = 0;

	memcpy(o->used, began, sizeof(began));
	skel->bss->parity = !parity;
	drifted = drift();
	note_use();
	usleep(SETTLE_US);
	correct(drifted);
	o->n = 0;
	for (i = 0; i < XB_OCCUPANCY_DEVICES; i++) {
		if (!skel->bss->occupancies[i].key)
			continue;
		row = &o->rows[o->n];
		read_row(&skel->bss->occupancies[i], parity, row);
		row->gone = sweep && device_is_gone(row->key, &row->device);
		if (row->gone)
			gone[nr_gone++] = i;
		if (row->used > o->used[row->pool])
			o->used[row->pool] = row->used;
		same = row_of(o, row->key);
		if (same)
			add_row(same, row);
		else
			o->n++;
	}
	/* last: a device's description goes with its first place */
	while (nr_gone)
		free_place(gone[--nr_gone]);
	o->lost = skel->bss->losses.devices + probe_missed(skel->obj) + module_side_missed(&side);
}

u64 occupancy_step(u32 pool)
{
	return 1ULL << skel->bss->pools[pool].shift;
}

u32 occupancy_areas(void)
{
	return skel->bss->pools[0].areas;
}
