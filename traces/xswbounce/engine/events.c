// SPDX-License-Identifier: GPL-2.0-only
/* Single events: loads events.bpf.c, empties its ring. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "engine/callers.h"
#include "engine/code.h"
#include "engine/device.h"
#include "engine/events.h"
#include "events.skel.h"
#include "engine/module_side.h"
#include "engine/nested.h"
#include "engine/probe.h"
#include "engine/reader.h"
#include "say.h"
#include "engine/start.h"
#include "engine/symbols.h"
#include "engine/walk.h"

#define STACKS           1024
#define SNAPSHOT_MOMENTS 50 /* for reading one step of a snapshot */

static struct events_bpf *skel;
static struct ring_buffer *ring;
static events_visitor visitor;
static u32 unread; /* when time was up at the end */

/* The program that tells a failure leaves the walk to this process, which no mapping waits for. */
static int received(void *data, size_t size)
{
	const struct xb_message *m = data;
	struct xb_failure f;

	if (m->kind == XB_FAILURE && size >= sizeof(f) && !device_is_module(m->dev) &&
	    walk_is_due(m->time)) {
		struct xb_pool now = events_pool();

		f = *(const struct xb_failure *)data;
		f.walked = walk_explains(&f, &now);
		f.pool.runs = now.runs;
		f.pool.largest = now.largest;
		data = &f;
	}
	return visitor(data, size);
}

static void use_exchanges(bool on)
{
	bool make = probe_use(skel->progs.create_end, on), undo;

	probe_use(skel->progs.create_start, make);
	undo = probe_use(skel->progs.destroy_end, on);
	probe_use(skel->progs.destroy_start, undo);
}

/* The first of the two that this kernel has: the second is its name in older ones. */
static bool use_one_of(struct bpf_program *now, struct bpf_program *before, bool on)
{
	bool has = probe_use(now, on);

	return probe_use(before, on && !has) || has;
}

/* Off Xen: where plain swiotlb is called for a mapping that bounced. */
static void use_plain(bool pool, bool map, bool flow)
{
	bool now;

	probe_use(skel->progs.pool_map_again, flow && pool);
	probe_use(skel->progs.swiotlb_map_again, flow && map);
	now = probe_use(skel->progs.unmap_single, flow);
	probe_use(skel->progs.unmap_single_again, now);
	if (!probe_use(skel->progs.old_unmap_single, flow && !now) && flow && !now)
		warn("this kernel has no function that unmaps for swiotlb where a program can "
		     "hang: unmaps are not seen");
	probe_use(skel->progs.old_unmap_single_again, flow && !now);
	use_one_of(skel->progs.plain_sync_cpu, skel->progs.old_sync_cpu, flow);
	use_one_of(skel->progs.plain_sync_device, skel->progs.old_sync_device, flow);
}

static bool choose(const struct host *host, const struct events_options *o)
{
	bool pv = host->kind == HOST_PV, maps = o->flow || o->failures, pool, map, any;

	any = probe_use(skel->progs.map_page_end, pv && maps);
	any |= probe_use(skel->progs.map_phys_end, pv && maps);
	pool = probe_use(skel->progs.pool_map_end, !pv && maps);
	any |= pool;
	map = probe_use(skel->progs.swiotlb_map_end, !pv && maps && !pool);
	any |= map;
	use_plain(pool, map, !pv && o->flow);
	host_warn_iommu(host, pool || !maps);
	probe_use(skel->progs.unmap_page, pv && o->flow);
	probe_use(skel->progs.unmap_phys, pv && o->flow);
	probe_use(skel->progs.map_page_again, pv && o->flow);
	probe_use(skel->progs.map_phys_again, pv && o->flow);
	probe_use(skel->progs.unmap_page_again, pv && o->flow);
	probe_use(skel->progs.unmap_phys_again, pv && o->flow);
	bpf_program__set_autoload(skel->progs.read_cpu_offsets, o->flow);
	bpf_program__set_autoload(skel->progs.find_watched, o->flow);
	probe_use(skel->progs.unmap_sg, pv && o->flow);
	probe_use(skel->progs.sync_cpu, pv && o->flow);
	probe_use(skel->progs.sync_device, pv && o->flow);
	probe_use(skel->progs.alloc_coherent, pv && o->flow);
	probe_use(skel->progs.free_coherent, pv && o->flow);
	use_exchanges(pv && o->exchanges);
	/* no call to map is timed here */
	probe_use(skel->progs.map_page_start, false);
	probe_use(skel->progs.map_phys_start, false);
	probe_use(skel->progs.swiotlb_map_start, false);
	probe_use(skel->progs.pool_map_start, false);
	bpf_program__set_autoload(skel->progs.calibrate_start, false);
	bpf_program__set_autoload(skel->progs.calibrate_end, false);
	return any || !maps;
}

static struct events_options chosen;

static bool wants(const struct bpf_program *program)
{
	const char *name = bpf_program__name(program);

	if (!strcmp(name, "module_full"))
		return chosen.flow || chosen.failures;
	if (!strcmp(name, "module_exchange"))
		return chosen.exchanges;
	return chosen.flow;
}

MODULE_SIDE(side, events, skel, wants);

void events_follow(void)
{
	module_side_follow(&side, skel->skeleton);
}

struct events_module events_module(void)
{
	return (struct events_module){ .load = side.which, .attached = side.attached };
}

/* Return: false if the programs are to be chosen anew. */
static bool load(const struct host *host, const struct events_options *options)
{
	skel = events_bpf__open();
	if (!skel)
		die("can't open the BPF programs: %s", strerror(errno));
	if (!choose(host, options))
		die("this kernel (%s) has no function that maps for swiotlb: nothing to attach to",
		    host->release);
	module_side_leave(skel->obj);
	skel->rodata->can_cast = probe_kfunc("bpf_rdonly_cast");
	skel->rodata->want_flow = options->flow;
	skel->rodata->failures_told = options->failures_told;
	/* whoever reads of a failure comes soon: the stacks of those long ago make room */
	bpf_map__set_type(skel->maps.stacks, BPF_MAP_TYPE_LRU_HASH);
	bpf_map__set_map_flags(skel->maps.stacks, 0);
	bpf_map__set_max_entries(skel->maps.stacks, STACKS);
	if (options->ring_bytes)
		bpf_map__set_max_entries(skel->maps.ring, options->ring_bytes);
	if (!start_load(skel->skeleton, skel->progs.machine_init))
		return false;
	code_find(skel->bss->interrupts, XB_INTERRUPTS, skel->progs.find_interrupts);
	probe_run(skel->progs.find_pool);
	host_warn_growing(skel->bss->pool_grows);
	callers_look(skel->bss->callers, skel->progs.find_callers, skel->progs.look_at_callers);
	if (options->flow || options->failures)
		callers_warn(skel->bss->callers, options->flow);
	bpf_program__set_autoattach(skel->progs.unmap_sg, !skel->bss->callers[XB_UNMAP_SG].calls);
	return start_attach(skel->skeleton);
}

static void watch_nesting(void)
{
	bool old = bpf_program__autoload(skel->progs.old_unmap_single);
	struct bpf_program *const firsts[XB_MAX_WATCHED] = {
		[XB_SWIOTLB_MAP] = skel->progs.swiotlb_map_end,
		[XB_POOL_MAP] = skel->progs.pool_map_end,
		[XB_UNMAP_SINGLE] = old ? skel->progs.old_unmap_single : skel->progs.unmap_single,
		[XB_MAP_PAGE] = skel->progs.map_page_end,
		[XB_MAP_PHYS] = skel->progs.map_phys_end,
		[XB_UNMAP_PAGE] = skel->progs.unmap_page,
		[XB_UNMAP_PHYS] = skel->progs.unmap_phys,
	};

	nested_watch(skel->bss->watched, firsts, skel->progs.read_cpu_offsets,
		     skel->progs.find_watched);
}

void events_start(const struct host *host, const struct events_options *options,
		  events_visitor visit)
{
	visitor = visit;
	chosen = *options;
	while (!load(host, options))
		events_bpf__destroy(skel);
	if (options->flow)
		watch_nesting();
	ring = reader_open(bpf_map__fd(skel->maps.ring), received);
	events_follow();
}

void events_arm(void)
{
	skel->bss->armed = true;
}

void events_stop(void)
{
	module_side_drop(&side);
	ring_buffer__free(ring);
	events_bpf__destroy(skel);
	skel = NULL;
}

bool events_poll(void)
{
	return reader_poll(ring);
}

void events_drain(double seconds)
{
	skel->bss->armed = false;
	unread += reader_drain(ring, seconds);
}

int events_waker(void)
{
	return ring_buffer__epoll_fd(ring);
}

void events_snapshot(void)
{
	int moments;

	skel->bss->snapshot_at = 0;
	do {
		probe_run(skel->progs.take_snapshot);
		/* room for the next step, on a busy machine, too */
		for (moments = 0; reader_poll(ring) && moments < SNAPSHOT_MOMENTS; moments++)
			;
	} while (!skel->bss->snapshot_done);
}

const unsigned short *events_map(u64 slots, unsigned int *shift)
{
	*shift = walk_map_shift(slots);
	memset(skel->bss->map_groups, 0, sizeof(skel->bss->map_groups));
	skel->bss->map_shift = *shift;
	probe_run(skel->progs.draw_map);
	return skel->bss->map_groups;
}

u64 events_untold(enum xb_backend backend)
{
	return skel->bss->failures_untold[backend];
}

struct xb_pool events_pool(void)
{
	probe_run(skel->progs.look_at_pool);
	return skel->bss->pool_now;
}

struct xb_place events_place(void)
{
	probe_run(skel->progs.find_place);
	return skel->bss->place;
}

void events_sweep(void)
{
	u64 gone[XB_MAX_DEVICES];
	static double next;
	int i, n;

	if (!device_sweep_is_due(&next))
		return;
	n = devices_gone(skel->maps.devices, gone);
	for (i = 0; i < n; i++)
		bpf_map__delete_elem(skel->maps.devices, &gone[i], sizeof(gone[i]), 0);
}

bool events_device(u64 dev, struct xb_device *d)
{
	return device_describe(skel->maps.devices, dev, d);
}

bool events_described(u32 version, struct xb_device *d)
{
	u64 key = version;

	return device_describe(skel->maps.descriptions, key, d);
}

int events_stack(int stack, u64 addresses[XB_STACK_DEPTH])
{
	return symbol_stack(skel->maps.stacks, stack, addresses);
}

u32 events_missed(void)
{
	static u64 most;

	return nested_lost(skel->obj, &skel->bss->rescued, NULL, 0, &most) +
	       module_side_missed(&side);
}

u32 events_lost(void)
{
	return skel->bss->lost + unread + events_missed();
}
