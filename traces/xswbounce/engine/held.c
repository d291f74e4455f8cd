// SPDX-License-Identifier: GPL-2.0-only
/* Who makes bounced mappings: loads held.bpf.c, reads its maps. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "engine/calibrate.h"
#include "engine/callers.h"
#include "engine/code.h"
#include "engine/device.h"
#include "engine/held.h"
#include "engine/held_sweep.h"
#include "held.skel.h"
#include "engine/module_side.h"
#include "engine/probe.h"
#include "engine/snapshot.h"
#include "say.h"
#include "engine/start.h"
#include "engine/symbols.h"

#define SWEEP_PERIOD 60 /* seconds */

#define LIVE_BATCH 4096 /* live mappings read at once; no bucket has as many */

static struct held_bpf *skel;

static bool use_map(struct bpf_program *start, struct bpf_program *end, bool on, bool time)
{
	on = probe_use(end, on);
	probe_use(start, on && time);
	return on;
}

static void choose(const struct host *host, const struct held_options *o)
{
	bool pv = host->kind == HOST_PV, pool, any;

	any = use_map(skel->progs.map_page_start, skel->progs.map_page_end, pv, o->time);
	any |= use_map(skel->progs.map_phys_start, skel->progs.map_phys_end, pv, o->time);
	pool = use_map(skel->progs.pool_map_start, skel->progs.pool_map_end, !pv, o->time);
	any |= use_map(skel->progs.swiotlb_map_start, skel->progs.swiotlb_map_end, !pv && !pool,
		       o->time);
	any |= pool;
	host_warn_iommu(host, pool);
	if (!any)
		die("this kernel (%s) has no function that maps for swiotlb: nothing to attach to",
		    host->release);
	if (!probe_use(skel->progs.unmap_single, o->live))
		probe_use(skel->progs.old_unmap_single, o->live);
	else
		probe_use(skel->progs.old_unmap_single, false);
}

static bool wants(const struct bpf_program *program)
{
	return skel->rodata->want_live || strcmp(bpf_program__name(program), "module_unmap");
}

MODULE_SIDE(side, held, skel, wants);

void held_follow(void)
{
	module_side_follow(&side, skel->skeleton);
}

/* Return: false if the programs are to be chosen anew. */
static bool load(const struct host *host, const struct held_options *options)
{
	skel = held_bpf__open();
	if (!skel)
		die("can't open the BPF programs: %s", strerror(errno));
	choose(host, options);
	bpf_program__set_autoload(skel->progs.calibrate_start, options->time);
	bpf_program__set_autoload(skel->progs.calibrate_end, options->time);
	module_side_leave(skel->obj);
	skel->rodata->can_cast = probe_kfunc("bpf_rdonly_cast");
	skel->rodata->want_live = options->live;
	skel->rodata->want_balance = options->balance;
	skel->rodata->want_time = options->time;
	skel->rodata->stack_budget = options->stack_budget * (1 << XB_BUDGET_PERIOD_SHIFT);
	if (!start_load(skel->skeleton, skel->progs.machine_init))
		return false;
	code_find(skel->bss->interrupts, XB_INTERRUPTS, skel->progs.find_interrupts);
	callers_look(skel->bss->callers, skel->progs.find_callers, skel->progs.look_at_callers);
	callers_warn(skel->bss->callers, false);
	if (options->time)
		skel->bss->own_ns = calibrate(skel->progs.calibrate_start,
					      skel->progs.calibrate_end, skel->bss->calibrated);
	memset(&skel->bss->losses, 0, sizeof(skel->bss->losses));
	return start_attach(skel->skeleton);
}

void held_start(const struct host *host, const struct held_options *options)
{
	while (!load(host, options))
		held_bpf__destroy(skel);
	skel->bss->armed = true;
	held_follow();
}

void held_stop(void)
{
	module_side_drop(&side);
	held_bpf__destroy(skel);
	skel = NULL;
}

void held_device(u64 dev, struct xb_device *d)
{
	device_describe(skel->maps.devices, dev, d);
}

bool held_spared(int stack)
{
	return stack == XB_STACK_SPARED;
}

int held_stack(int stack, u64 addresses[XB_STACK_DEPTH])
{
	return symbol_stack(skel->maps.stacks, stack, addresses);
}

long long held_balance(u64 dev)
{
	long long balance = 0;

	bpf_map__lookup_elem(skel->maps.balance, &dev, sizeof(dev), &balance, sizeof(balance), 0);
	return balance;
}

struct xb_held_losses held_losses(void)
{
	struct xb_held_losses lost = skel->bss->held_losses;

	lost.nested = probe_missed(skel->obj) + module_side_missed(&side);
	return lost;
}

/*
 * In batches: the kernel walks its buckets, each under its lock. From key to key a walk would begin
 * anew whenever the key at hand was deleted meanwhile, which on a busy table is always.
 */
void held_each_live(held_visitor visit, void *data)
{
	static struct xb_live lives[LIVE_BATCH];
	static u64 keys[LIVE_BATCH];
	u32 position, count, i;
	bool first = true;
	int err;

	do {
		count = LIVE_BATCH;
		err = bpf_map_lookup_batch(bpf_map__fd(skel->maps.live), first ? NULL : &position,
					   &position, keys, lives, &count, NULL);
		if (err && errno != ENOENT)
			break;
		for (i = 0; i < count; i++)
			visit(keys[i], &lives[i], data);
		first = false;
	} while (!err);
}

bool held_knows(u64 bus)
{
	struct xb_live live;

	return !bpf_map__lookup_elem(skel->maps.live, &bus, sizeof(bus), &live, sizeof(live), 0);
}

struct sites {
	struct held_site *list;
	int n;
	u64 now;
};

static int by_stack(const void *a, const void *b)
{
	const struct held_site *x = a, *y = b;

	if (x->stack != y->stack)
		return x->stack < y->stack ? -1 : 1;
	return x->dev < y->dev ? -1 : x->dev > y->dev;
}

static void add_live(u64 bus, const struct xb_live *live, void *data)
{
	struct held_site wanted = { .dev = live->dev, .stack = live->stack }, *site;
	struct sites *s = data;
	u64 age = s->now > live->since ? s->now - live->since : 0;

	(void)bus;
	site = bsearch(&wanted, s->list, s->n, sizeof(wanted), by_stack);
	if (!site)
		return;
	site->live++;
	site->live_bytes += live->size;
	if (age > site->oldest_ns)
		site->oldest_ns = age;
}

/* The module's live mappings by bus address, sorted; then those of ours that are not among them. */
static u64 *listed, *gone;
static int nr_listed, nr_gone;

static int add_listed(const struct xb_message *m, size_t size)
{
	(void)size;
	if (nr_listed < XB_MAX_LIVE)
		listed[nr_listed++] = m->bus;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* One that was made since the list was read is not in it. */
static void look_for(u64 bus, const struct xb_live *live, void *data)
{
	u64 before = *(u64 *)data;

	if (device_is_module(live->dev) && live->since < before && nr_gone < XB_MAX_LIVE &&
	    !bsearch(&bus, listed, nr_listed, sizeof(*listed), by_number))
		gone[nr_gone++] = bus;
}

static void forget(u64 bus)
{
	struct xb_live live;
	long long balance;

	if (bpf_map__lookup_elem(skel->maps.live, &bus, sizeof(bus), &live, sizeof(live), 0) ||
	    bpf_map__delete_elem(skel->maps.live, &bus, sizeof(bus), 0))
		return;
	balance = held_balance(live.dev) - 1;
	if (skel->rodata->want_balance)
		bpf_map__update_elem(skel->maps.balance, &live.dev, sizeof(live.dev), &balance,
				     sizeof(balance), BPF_EXIST);
}

void held_prune(void)
{
	struct timespec t;
	u64 before;
	int i;

	clock_gettime(CLOCK_MONOTONIC, &t);
	before = t.tv_sec * 1000000000ULL + t.tv_nsec;
	if (!listed)
		listed = malloc(XB_MAX_LIVE * sizeof(*listed));
	if (!gone)
		gone = malloc(XB_MAX_LIVE * sizeof(*gone));
	if (!listed || !gone)
		die("out of memory");
	nr_listed = nr_gone = 0;
	if (!snapshot_module(add_listed) || nr_listed == XB_MAX_LIVE)
		return;
	qsort(listed, nr_listed, sizeof(*listed), by_number);
	held_each_live(look_for, &before);
	for (i = 0; i < nr_gone; i++)
		forget(gone[i]);
}

void held_sweep(void)
{
	const struct held_maps maps = { .stacks = skel->maps.stacks,
					.sites = skel->maps.sites,
					.devices = skel->maps.devices,
					.balance = skel->maps.balance };
	static time_t last;
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	if (t.tv_sec - last < SWEEP_PERIOD)
		return;
	last = t.tv_sec;
	held_sweep_maps(&maps);
}

u64 held_total(void)
{
	return skel->bss->made;
}

int held_sites(const char *only, struct held_site **list)
{
	struct sites s = { .list = calloc(XB_MAX_STACKS, sizeof(*s.list)) };
	struct xb_site_key key, *previous = NULL;
	struct xb_device d;
	struct timespec t;

	if (!s.list)
		die("out of memory");
	while (s.n < XB_MAX_STACKS &&
	       !bpf_map__get_next_key(skel->maps.sites, previous, &key, sizeof(key))) {
		struct held_site *site = &s.list[s.n];

		previous = &key;
		if (bpf_map__lookup_elem(skel->maps.sites, &key, sizeof(key), &site->total,
					 sizeof(site->total), 0))
			continue;
		held_device(key.dev, &d);
		if (only && strcmp(only, d.name))
			continue;
		site->dev = key.dev;
		site->stack = key.stack;
		s.n++;
	}
	clock_gettime(CLOCK_MONOTONIC, &t);
	s.now = t.tv_sec * 1000000000ULL + t.tv_nsec;
	qsort(s.list, s.n, sizeof(*s.list), by_stack);
	held_each_live(add_live, &s);
	*list = s.list;
	return s.n;
}
