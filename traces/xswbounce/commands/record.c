// SPDX-License-Identifier: GPL-2.0-only
/* xswbounce record: the stream of maps and unmaps, to a file for report and for replay. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "engine/device.h"
#include "engine/events.h"
#include "show/recording.h"
#include "engine/own_cost.h"
#include "say.h"
#include "engine/snapshot.h"

#define RING_BYTES (8U << 20)
#define POLL       0.02  /* seconds: the ring must not fill up in between */
#define SOON       0.001 /* when there may be more */
#define DRAIN      2.0   /* seconds for what is in the ring at the end */
#define LOOK_NS    1000000000ULL
#define MAX_IDS    XB_MAX_DEVICES

static struct recording_writer writer;
static const char *output;
static struct host host;
static u64 start_ns, last_ns;

/* What the file says of a device. One that changed has another number, as one that comes again. */
static struct told {
	u64 dev;
	u32 version; /* of its description */
	bool past;   /* it is no longer so, and may be so again */
	struct recording_device device;
} ids[MAX_IDS];
static int nr_ids;
static u64 looked_ns; /* at the devices of the module, which no event tells to have changed */
static u64 unnamed;   /* events of devices for which no number was left */
static u64
	unknown; /* events that may be of the one device wanted: the kernel had no room for names */
static u32 lost; /* for lack of room, as the messages tell */
static u32 missed;                  /* as tell_missed() has told */
static u64 limit;                   /* events; 0: none */
static struct events_module module; /* as it was last found */
static u64 module_calls; /* as the module had counted when last no device was attached to it */
static u64 slots;        /* of a snapshot: messages */

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "The file to write (needed)", 0 },
	{ "limit", 'l', "MIB", 0, "End when the file is so large (no limit)", 0 },
	{}
};

static u64 events_in(const char *mib)
{
	char *end;
	unsigned long n = strtoul(mib, &end, 10);

	if (!isdigit((unsigned char)*mib) || *end || !n || n > UINT32_MAX)
		die("--limit must be a whole number of MiB from 1, not '%s'", mib);
	return ((u64)n << 20) / sizeof(struct recording_event);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	(void)state;
	switch (key) {
	case 'o':
		output = arg;
		return 0;
	case 'l':
		limit = events_in(arg);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static bool is_full(void)
{
	return limit && writer.events >= limit;
}

static const struct argp own = { .options = options, .parser = parse };

static const char text[] =
	"Records every map, unmap, sync, coherent allocation and free, with a snapshot of the slots "
	"that are in use at the start. 'xswbounce report -i FILE' reads it on any machine.\v"
	"Dearer than top: a message for each call, 2000 instructions for a map and its unmap, and a "
	"process that writes 40 bytes a call to the file. A driver whose maps fail may try again "
	"200,000 times a second, so give a --limit where a pool is full: there the recording ends, and "
	"so does PROGRAM. What comes faster than it can be written is counted, and marked in the file "
	"where it is missing. The file's format: FORMAT.md.\n\n"
	"Examples:\n"
	"  xswbounce record -o bounces.rec 60\n"
	"  xswbounce record -o bounces.rec --limit 500 3600\n"
	"  xswbounce record -o bounces.rec -- fio job.fio\n"
	"  xswbounce report -i bounces.rec";

/* @version: of its description; 0: as it is now */
static struct told told_of(u64 dev, u32 version)
{
	struct told t = { .dev = dev };
	struct xb_device d;

	if (!version || !events_described(version, &d))
		events_device(dev, &d);
	t.version = d.version;
	t.device.min_align_mask = d.min_align;
	t.device.dma_mask = d.mask;
	t.device.boundary_mask = d.boundary;
	memcpy(t.device.name, d.name, sizeof(t.device.name));
	memcpy(t.device.driver, d.driver, sizeof(t.device.driver));
	snprintf(t.device.backend, sizeof(t.device.backend), "%s",
		 device_is_module(dev) ? "xen_swiotlb" : host_backend(&host));
	return t;
}

static bool is_same(const struct told *a, const struct told *b)
{
	struct recording_device device = a->device;

	device.id = b->device.id;
	return a->dev == b->dev && !memcmp(&device, &b->device, sizeof(device));
}

/* It was so before, or has a new number; NULL: there is none left. */
static struct told *tell_device(struct told new)
{
	struct told *t;

	for (t = ids; t < ids + nr_ids; t++)
		if (is_same(&new, t)) {
			t->version = new.version;
			t->past = false;
			return t;
		}
	if (nr_ids == MAX_IDS)
		return NULL;
	*t = new;
	t->device.id = ++nr_ids;
	recording_device(&writer, &t->device);
	return t;
}

/* Where no number is left, or nobody knows it any more, it stays what it was. */
static struct told *tell_change(struct told *t, u32 version)
{
	struct told new = told_of(t->dev, version), *now = NULL;

	t->past = true;
	if (new.version || device_is_module(t->dev))
		now = tell_device(new);
	if (now)
		return now;
	t->past = false;
	return t;
}

static uint16_t id_of(u64 dev, u32 version)
{
	struct told *t;

	for (t = ids; t < ids + nr_ids; t++)
		if (t->dev == dev && !t->past)
			break;
	if (t == ids + nr_ids)
		t = tell_device(told_of(dev, version));
	else if (version && version != t->version)
		t = tell_change(t, version);
	unnamed += !t;
	return t ? t->device.id : 0;
}

/* However often each has changed. */
static int nr_devices(void)
{
	int n = 0, i;

	for (i = 0; i < nr_ids; i++)
		n += !ids[i].past;
	return n;
}

static u64 clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void look_at_module_devices(void)
{
	struct told *t, *end = ids + nr_ids;
	u64 now = clock_ns(CLOCK_MONOTONIC);

	if (now - looked_ns < LOOK_NS)
		return;
	looked_ns = now;
	for (t = ids; t < end; t++)
		if (device_is_module(t->dev) && !t->past)
			tell_change(t, 0);
}

static bool wanted(u64 dev)
{
	struct xb_device d;

	if (!command_options.device || !dev)
		return true;
	if (events_device(dev, &d))
		return !strcmp(d.name, command_options.device);
	unknown++;
	return false;
}

/* What the module could not map it tells as a failure alone; of stock's there is a map, too. */
static bool is_failed_map(const struct xb_message *m)
{
	return m->kind == XB_FAILURE && device_is_module(m->dev);
}

static int write_message(const struct xb_message *m, size_t size)
{
	struct recording_event e = { 0 };

	(void)size;
	if (is_full())
		return 1;
	/* the counts of several CPUs come in any order: only growth is news */
	if ((int)(m->lost - lost) > 0) {
		recording_lost(&writer, m->time - start_ns, m->lost - lost);
		lost = m->lost;
	}
	if ((m->kind > XB_SLOT && !is_failed_map(m)) || !wanted(m->dev))
		return writer.failed;
	e.ns = m->time > start_ns ? m->time - start_ns : 0;
	e.bus = m->bus;
	e.size = m->size > UINT32_MAX ? UINT32_MAX : m->size;
	e.phys = m->phys;
	e.attrs = m->attrs;
	e.device = m->dev ? id_of(m->dev, m->version) : 0;
	e.cpu = m->cpu;
	e.call = is_failed_map(m) ? XB_MAP : m->kind;
	e.dir = m->dir;
	e.reason = m->reason;
	e.failed = m->failed || is_failed_map(m);
	recording_event(&writer, &e);
	last_ns = e.ns;
	return writer.failed;
}

/* Calls that no program saw: the kernel's counters tell how many, and this how long ago at most */
static void tell_missed(void)
{
	u32 now = events_missed();

	if ((int)(now - missed) > 0) {
		recording_lost(&writer, last_ns, now - missed);
		missed = now;
	}
	if (unknown)
		recording_lost(&writer, last_ns, unknown);
	unknown = 0;
}

static int write_slot(const struct xb_message *m, size_t size)
{
	slots += wanted(m->dev);
	return write_message(m, size);
}

/*
 * A device came to the module, and its events are told from now on. What lives of the mappings made
 * before is in the module's list; what came and went is missing. Calls that the stream has told
 * before the counters are read are in that number, too: it is how many are lost at most.
 */
static void meet_module(void)
{
	u64 calls;

	events_poll(); /* what is listed is later than all that was told */
	slots = 0;
	snapshot_module(write_slot);
	calls = snapshot_module_calls(command_options.device) - module_calls;
	if (calls > slots)
		recording_lost(&writer, last_ns, calls - slots);
}

static void follow(void)
{
	struct events_module now;

	tell_missed();
	events_follow();
	now = events_module();
	if (now.load != module.load)
		module_calls = 0;
	if (now.attached && (!module.attached || now.load != module.load))
		meet_module();
	else if (!now.attached && module.attached && now.load == module.load)
		module_calls = snapshot_module_calls(command_options.device);
	module = now;
	look_at_module_devices();
}

/* What came until now. Return: when that is */
static u64 drain(void)
{
	events_drain(DRAIN);
	tell_missed();
	if ((int)(events_lost() - missed - lost) > 0)
		recording_lost(&writer, last_ns, events_lost() - missed - lost);
	return clock_ns(CLOCK_MONOTONIC) - start_ns;
}

static void create(void)
{
	struct recording_head head = {
		.magic = RECORDING_MAGIC,
		.version = RECORDING_VERSION,
		.order = RECORDING_ORDER,
		.head_bytes = sizeof(head),
		.event_bytes = sizeof(struct recording_event),
		.flags = (command_options.device ? RECORDING_ONE_DEVICE : 0) |
			 (host.iommu && host.kind != HOST_PV ? RECORDING_IOMMU : 0),
	};
	struct pool pools[HOST_POOLS] = {};
	struct xb_place place = events_place();
	int err;

	host_pools(&host, pools);
	head.start_ns = start_ns = clock_ns(CLOCK_MONOTONIC);
	head.start_real_ns = clock_ns(CLOCK_REALTIME);
	head.pool_slots = pools[0].size >> XB_SLOT_SHIFT;
	head.pool_used = pools[0].used >> XB_SLOT_SHIFT;
	head.module_bytes = pools[1].size;
	head.cpus = host.cpus;
	head.pool_base = place.base;
	head.areas = place.areas;
	head.forced = (place.forced ? RECORDING_FORCED_STOCK : 0) |
		      (host_module_forces() ? RECORDING_FORCED_MODULE : 0);
	host_xen_version(head.xen, sizeof(head.xen));
	host_clock(head.clock, sizeof(head.clock));
	host_command_line(head.command_line, sizeof(head.command_line));
	memcpy(head.kernel, host.release, sizeof(head.kernel));
	snprintf(head.backend, sizeof(head.backend), "%s", host_backend(&host));
	snprintf(head.machine, sizeof(head.machine), "%s",
		 host.dom0              ? "dom0"
		 : host.kind == HOST_PV ? "domU"
					: "native");
	err = recording_create(&writer, output, &head);
	if (err)
		die("can't write %s: %s", output, strerror(err));
}

int command_record(int argc, char **argv)
{
	const struct events_options events = { .flow = true, .ring_bytes = RING_BYTES };
	bool more = false;
	u64 end_ns;
	int err;

	command_parse(&own, "record", COMMAND_SECONDS, text, argc, argv);
	if (!output)
		die("name the file to write: -o FILE");
	command_look(&host);
	events_start(&host, &events, write_message);
	module = events_module();
	if (!module.attached)
		module_calls = snapshot_module_calls(command_options.device);
	command_every = follow;
	create();
	events_arm();
	events_snapshot();
	events_poll();
	snapshot_module(write_message);
	command_begin();
	while (!writer.failed && !is_full() &&
	       command_wait(more ? SOON : POLL, command_period(INFINITY))) {
		more = events_poll();
		tell_missed();
		events_sweep();
	}
	end_ns = is_full() ? last_ns : drain();
	own_cost_print();
	events_stop();
	err = recording_close(&writer, end_ns);
	if (err)
		die("can't write %s: %s", output, strerror(err));
	if (unnamed)
		warn("%llu events are of devices beyond the first %d, and name none",
		     (unsigned long long)unnamed, MAX_IDS);
	if (is_full())
		warn("%s is as large as --limit allows: it ends after %.1f s", output,
		     end_ns / 1e9);
	fprintf(stderr, "xswbounce: %s: %llu events of %d devices, %llu lost\n", output,
		(unsigned long long)writer.events, nr_devices(), (unsigned long long)writer.lost);
	return command_end();
}
