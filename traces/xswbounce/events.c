// SPDX-License-Identifier: GPL-2.0-only
/* Single events: loads events.bpf.c, empties its ring. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "device.h"
#include "events.h"
#include "events.skel.h"
#include "layout.h"
#include "probe.h"
#include "say.h"
#include "start.h"
#include "symbols.h"

static struct events_bpf *skel;
static struct ring_buffer *ring;
static events_visitor visitor;

static struct {
	unsigned char *used;
	size_t groups;
	unsigned int group;
} map;

/* While a map is drawn, the snapshot's messages go into it and not to the visitor. */
static void draw_slots(const struct xb_message *m)
{
	u64 slot = m->phys, end = slot + ((m->size + 2047) >> XB_SLOT_SHIFT);

	for (; slot < end && slot / map.group < map.groups; slot++)
		map.used[slot / map.group]++;
}

static int received(void *unused, void *data, size_t size)
{
	(void)unused;
	if (map.used && ((struct xb_message *)data)->kind == XB_SLOT)
		draw_slots(data);
	else
		visitor(data, size);
	return 0;
}

static void use_exchanges(bool on)
{
	bool make = probe_use(skel->progs.create_end, on), undo;

	probe_use(skel->progs.create_start, make);
	undo = probe_use(skel->progs.destroy_end, on);
	probe_use(skel->progs.destroy_start, undo);
}

static bool choose(const struct host *host, const struct events_options *o)
{
	bool pv = host->kind == HOST_PV, maps = o->flow || o->failures, any;

	any = probe_use(skel->progs.map_page_end, pv && maps);
	any |= probe_use(skel->progs.map_phys_end, pv && maps);
	any |= probe_use(skel->progs.swiotlb_map_end, !pv && maps);
	probe_use(skel->progs.unmap_page, pv && o->flow);
	probe_use(skel->progs.unmap_phys, pv && o->flow);
	probe_use(skel->progs.unmap_sg, pv && o->flow);
	probe_use(skel->progs.sync_cpu, pv && o->flow);
	probe_use(skel->progs.sync_device, pv && o->flow);
	probe_use(skel->progs.alloc_coherent, pv && o->flow);
	probe_use(skel->progs.free_coherent, pv && o->flow);
	use_exchanges(pv && o->exchanges);
	probe_use(skel->progs.module_map, host->module && o->flow);
	probe_use(skel->progs.module_unmap, host->module && o->flow);
	probe_use(skel->progs.module_sync, host->module && o->flow);
	probe_use(skel->progs.module_alloc, host->module && o->flow);
	probe_use(skel->progs.module_free, host->module && o->flow);
	probe_use(skel->progs.module_full, host->module && maps);
	probe_use(skel->progs.module_exchange, host->module && o->exchanges);
	/* no call to map is timed here */
	probe_use(skel->progs.map_page_start, false);
	probe_use(skel->progs.map_phys_start, false);
	probe_use(skel->progs.swiotlb_map_start, false);
	bpf_program__set_autoload(skel->progs.calibrate_start, false);
	bpf_program__set_autoload(skel->progs.calibrate_end, false);
	return any || !maps;
}

void events_start(const struct host *host, const struct events_options *options,
		  events_visitor visit)
{
	visitor = visit;
	skel = events_bpf__open();
	if (!skel)
		die("can't open the BPF programs: %s", strerror(errno));
	if (!choose(host, options))
		die("this kernel (%s) has no function that maps for swiotlb: nothing to attach to",
		    host->release);
	layout_read((struct xb_events *)&skel->rodata->module_events);
	skel->rodata->can_cast = probe_kfunc("bpf_rdonly_cast");
	skel->rodata->want_flow = options->flow;
	if (options->ring_bytes)
		bpf_map__set_max_entries(skel->maps.ring, options->ring_bytes);
	start_load(skel->skeleton, skel->progs.machine_init);
	probe_run(skel->progs.look_at_unmap_sg);
	bpf_program__set_autoattach(skel->progs.unmap_sg, !skel->bss->sg_calls_single);
	ring = ring_buffer__new(bpf_map__fd(skel->maps.ring), received, NULL, NULL);
	if (!ring)
		die("can't read the ring buffer: %s", strerror(errno));
	start_attach(skel->skeleton);
}

void events_arm(void)
{
	skel->bss->armed = true;
}

void events_stop(void)
{
	ring_buffer__free(ring);
	events_bpf__destroy(skel);
	skel = NULL;
}

void events_poll(int ms)
{
	ring_buffer__poll(ring, ms);
}

int events_waker(void)
{
	return ring_buffer__epoll_fd(ring);
}

void events_snapshot(void)
{
	probe_run(skel->progs.take_snapshot);
}

void events_map(unsigned char *used, size_t groups, unsigned int group)
{
	map.used = used;
	map.groups = groups;
	map.group = group;
	events_snapshot();
	ring_buffer__consume(ring);
	map.used = NULL;
}

struct xb_pool events_pool(void)
{
	probe_run(skel->progs.look_at_pool);
	return skel->bss->pool_now;
}

bool events_device(u64 dev, struct xb_device *d)
{
	return device_describe(skel->maps.devices, dev, d);
}

int events_stack(int stack, u64 addresses[XB_STACK_DEPTH])
{
	return symbol_stack(skel->maps.stacks, stack, addresses);
}

u32 events_lost(void)
{
	return skel->bss->lost + probe_missed(skel->obj);
}
