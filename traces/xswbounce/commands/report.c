// SPDX-License-Identifier: GPL-2.0-only
/* xswbounce report: what a recording holds, or an incident file of watch, on any machine. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "show/incident.h"
#include "show/json.h"
#include "show/live.h"
#include "show/recording.h"
#include "say.h"
#include "show/text.h"

#define MAX_IDS (XB_MAX_DEVICES + 1)

struct tally {
	struct recording_device device;
	u64 calls[RECORDING_SLOT + 1];
	u64 failed, bounced, bytes, bounced_bytes;
	u64 reasons[XB_NR_REASONS];
};

static struct tally tallies[MAX_IDS];
static struct recording_reader reader;
static char payload[RECORDING_BLOCK] __attribute__((aligned(8)));
static const char *input;
static u64 last_ns, lost, events, counted, unmaps;
static bool dump;
static bool nobodys; /* slots were in use at the start, of which a part alone is of interest */

static const struct argp_option options[] = {
	{ "input", 'i', "FILE", 0, "The recording, or an incident file (needed)", 0 },
	{ "dump", 'D', NULL, 0, "Print every event of a recording instead", 0 },
	{}
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	(void)state;
	switch (key) {
	case 'i':
		input = arg;
		return 0;
	case 'D':
		dump = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp own = { .options = options, .parser = parse };

static const char text[] =
	"Reads a recording of 'record', or an incident file of 'watch'; needs neither root nor the "
	"machine it was made on.\v"
	"A recording that was cut off is read up to its last whole block, and the report says so "
	"(exit status 1).\n\n"
	"Examples:\n"
	"  xswbounce report -i bounces.rec\n"
	"  xswbounce report -i bounces.rec --dump | head";

enum { STOCK, MODULE, POOLS };

static struct live pools[POOLS];
static u64 last_slot; /* the snapshot is complete with this event, from 1 */

static bool one_device(void)
{
	return command_options.device || reader.head.flags & RECORDING_ONE_DEVICE;
}

/*
 * A snapshot of stock's pool is taken while mappings come and go: what the stream has told of an
 * address is later than what the snapshot says of it. It does not tell whose a slot is: of one
 * device alone it tells nothing. The module's tells both, and is later than all before it.
 */
static void take_slot(struct live *pool, const struct recording_event *e)
{
	if (!e->device && one_device())
		nobodys = true;
	else if (e->device || !live_seen(pool, e->bus))
		live_map(pool, e->bus, e->size, e->ns);
}

static bool is_wanted(const struct tally *t)
{
	return !strcmp(t->device.name, command_options.device);
}

static void count(const struct recording_event *e)
{
	struct tally *t = &tallies[e->device < MAX_IDS ? e->device : 0];
	struct live *pool = &pools[strcmp(t->device.backend, "xen_swiotlb") ? STOCK : MODULE];

	if (e->ns > last_ns)
		last_ns = e->ns; /* the rings of several CPUs are not in order */
	if (e->call > RECORDING_SLOT)
		return;
	if (command_options.device && !is_wanted(t)) {
		nobodys |= e->call == RECORDING_SLOT && !e->device;
		return;
	}
	counted++;
	t->calls[e->call]++;
	switch (e->call) {
	case RECORDING_MAP:
		t->bytes += e->size;
		t->failed += e->failed;
		if (!e->reason || e->failed)
			break;
		t->bounced++;
		t->bounced_bytes += e->size;
		t->reasons[e->reason % XB_NR_REASONS]++;
		live_map(pool, e->bus, e->size, e->ns);
		break;
	case RECORDING_SLOT:
		take_slot(pool, e);
		break;
	case RECORDING_UNMAP:
		unmaps++;
		live_unmap(pool, e->bus, events < last_slot);
		break;
	}
}

static void print_event(const struct recording_event *e)
{
	static const char *const calls[] = { "?",           "map",   "unmap", "sync-cpu",
					     "sync-device", "alloc", "free",  "slot" };
	const struct tally *t = &tallies[e->device < MAX_IDS ? e->device : 0];

	if (command_options.device && !is_wanted(t))
		return;
	printf("%12.6f cpu %u %-13s %-11s bus 0x%llx size %u phys 0x%llx dir %u attrs 0x%x %s%s\n",
	       e->ns / 1e9, e->cpu, e->device ? t->device.name : "-",
	       calls[e->call <= RECORDING_SLOT ? e->call : 0], (u64)e->bus, e->size, (u64)e->phys,
	       e->dir, e->attrs,
	       e->call == RECORDING_MAP ? text_reasons[e->reason % XB_NR_REASONS] : "",
	       e->failed ? " FAILED" : "");
}

static void take_block(uint32_t kind, const void *payload, uint32_t bytes)
{
	const struct recording_device *d = payload;
	const struct recording_event *e = payload;
	uint32_t i;

	switch (kind) {
	case RECORDING_DEVICE:
		if (d->id < MAX_IDS)
			tallies[d->id].device = *d;
		break;
	case RECORDING_EVENTS:
		for (i = 0; i < bytes / sizeof(*e); i++) {
			events++;
			count(&e[i]);
			if (dump)
				print_event(&e[i]);
		}
		break;
	case RECORDING_LOST:
		lost += ((const struct recording_lost *)payload)->events;
		if (dump)
			printf("-- %llu events were lost here --\n",
			       (u64)((const struct recording_lost *)payload)->events);
		break;
	}
}

/* Why the peak of what is here need not be the true one; NULL: it is. */
static const char *doubt(int pool)
{
	if (lost)
		return "events were lost";
	if (reader.state == RECORDING_CUT)
		return "the recording was cut off";
	if (reader.state == RECORDING_DAMAGED)
		return "the recording is damaged";
	if (pools[pool].failed)
		return "memory ran out";
	if (pool == STOCK && nobodys)
		return "nobody tells whose the slots were that were in use at the start";
	/* as recordings off Xen were made once, and where no program can hang on the function */
	if (pool == STOCK && pools[pool].most && !unmaps && !strcmp(reader.head.backend, "swiotlb"))
		return "no unmap was recorded";
	if (pool == STOCK && pools[pool].most && reader.head.flags & RECORDING_IOMMU)
		return "an IOMMU's code may take more slots than are told";
	return NULL;
}

static const char *most(int pool)
{
	static char text[POOLS][192];
	const char *why = doubt(pool);

	if (why)
		snprintf(text[pool], sizeof(text[pool]),
			 "the most in use is not known, for %s (%llu by what is here)", why,
			 pools[pool].most);
	else
		snprintf(text[pool], sizeof(text[pool]), "at most %llu in use (at %.3f s)",
			 pools[pool].most, pools[pool].most_at / 1e9);
	return text[pool];
}

static void print_pools(const struct recording_head *h)
{
	const char *whose = one_device() ? " of this device" : "";

	printf("Stock pool: %llu slots of 2 KiB, %llu in use at the start; %s%s.\n",
	       (u64)h->pool_slots, (u64)h->pool_used, most(STOCK), whose);
	if (pools[MODULE].most)
		printf("Pool of xen_swiotlb: %llu slots of 2 KiB; %s%s.\n",
		       (u64)h->module_bytes >> XB_SLOT_SHIFT, most(MODULE), whose);
}

static void print_report(void)
{
	const struct recording_head *h = &reader.head;
	int i, reason;

	printf("Recording of kernel %.64s, %.16s, backend %.16s: %.3f s, %llu events, %llu lost.\n",
	       h->kernel, h->machine, h->backend, last_ns / 1e9, counted, lost);
	print_pools(h);
	printf("%-14s %-12s %5s %9s %9s %13s %9s %9s %8s %6s\n", "device", "driver", "mask", "maps",
	       "bounced", "bounced bytes", "unmaps", "syncs", "alloc", "failed");
	for (i = 1; i < MAX_IDS; i++) {
		const struct tally *t = &tallies[i];

		if (!t->device.id || (command_options.device && !is_wanted(t)))
			continue;
		printf("%-14s %-12s %5s %9llu %9llu %13llu %9llu %9llu %8llu %6llu", t->device.name,
		       t->device.driver, text_mask(t->device.dma_mask), t->calls[RECORDING_MAP],
		       t->bounced, t->bounced_bytes, t->calls[RECORDING_UNMAP],
		       t->calls[RECORDING_SYNC_CPU] + t->calls[RECORDING_SYNC_DEVICE],
		       t->calls[RECORDING_ALLOC], t->failed);
		for (reason = XB_MASK; reason < XB_NR_REASONS; reason++)
			if (t->reasons[reason])
				printf(" %s:%llu", text_reasons[reason], t->reasons[reason]);
		putchar('\n');
	}
}

static void json_most(const char *name, int pool)
{
	if (doubt(pool))
		json_null(name);
	else
		json_count(name, pools[pool].most);
}

static void json_report(void)
{
	int i, reason;

	json_begin("report");
	json_text("kernel", reader.head.kernel);
	json_number("seconds", last_ns / 1e9);
	json_count("events", counted);
	json_count("lost", lost);
	json_flag("whole", reader.state == RECORDING_GOOD);
	json_flag("one_device", one_device());
	json_count("pool_slots", reader.head.pool_slots);
	json_count("pool_base", reader.head.pool_base);
	json_count("areas", reader.head.areas);
	json_count("forced", reader.head.forced);
	json_text("xen", reader.head.xen);
	json_text("clock", reader.head.clock);
	json_most("most_slots_in_use", STOCK);
	json_most("most_module_slots_in_use", MODULE);
	json_array("devices");
	for (i = 1; i < MAX_IDS; i++) {
		const struct tally *t = &tallies[i];

		if (!t->device.id || (command_options.device && !is_wanted(t)))
			continue;
		json_object(NULL);
		json_text("device", t->device.name);
		json_text("driver", t->device.driver);
		json_text("backend", t->device.backend);
		json_count("dma_mask", t->device.dma_mask);
		json_count("min_align_mask", t->device.min_align_mask);
		json_count("held_at_start", t->calls[RECORDING_SLOT]);
		json_count("maps", t->calls[RECORDING_MAP]);
		json_count("map_bytes", t->bytes);
		json_count("bounces", t->bounced);
		json_count("bounce_bytes", t->bounced_bytes);
		json_count("unmaps", t->calls[RECORDING_UNMAP]);
		json_count("syncs", t->calls[RECORDING_SYNC_CPU] + t->calls[RECORDING_SYNC_DEVICE]);
		json_count("allocs", t->calls[RECORDING_ALLOC]);
		json_count("failed", t->failed);
		json_object("reasons");
		for (reason = XB_MASK; reason < XB_NR_REASONS; reason++)
			json_count(text_reasons[reason], t->reasons[reason]);
		json_object_end();
		json_object_end();
	}
	json_array_end();
	json_end();
}

static void open_input(void)
{
	const char *wrong = recording_open(&reader, input);

	if (wrong)
		die("can't read %s: %s", input, wrong);
}

/* Where the snapshot ends: between its messages are those of what came meanwhile. */
static void find_last_slot(void)
{
	const struct recording_event *e = (const void *)payload;
	uint32_t kind, bytes, i;
	u64 n = 0;

	open_input();
	while ((kind = recording_next(&reader, payload, &bytes)))
		for (i = 0; kind == RECORDING_EVENTS && i < bytes / sizeof(*e); i++) {
			n++;
			if (e[i].call == RECORDING_SLOT)
				last_slot = n;
		}
	fclose(reader.f);
}

static void check_device(void)
{
	int i;

	if (!command_options.device)
		return;
	for (i = 1; i < MAX_IDS; i++)
		if (tallies[i].device.id && is_wanted(&tallies[i]))
			return;
	die("no device '%s' in %s", command_options.device, input);
}

int command_report(int argc, char **argv)
{
	uint32_t kind, bytes;

	command_parse(&own, "report", COMMAND_NOTHING, text, argc, argv);
	if (!input)
		die("name the file to read: -i FILE");
	if (incident_is(input)) {
		if (command_options.device || command_options.json || dump)
			die("%s is an incident file, which is printed as it is: -d, -j and -D are "
			    "for recordings",
			    input);
		return incident_print(input);
	}
	if (command_options.json && dump)
		die("--json and --dump can't be had at once");
	find_last_slot();
	open_input();
	while ((kind = recording_next(&reader, payload, &bytes)))
		take_block(kind, payload, bytes);
	check_device();
	if (command_options.json)
		json_report();
	else if (!dump)
		print_report();
	if (reader.state == RECORDING_CUT)
		warn("%s was cut off at byte %llu: all before is reported", input,
		     (u64)reader.offset);
	else if (reader.state == RECORDING_DAMAGED)
		warn("%s is damaged from byte %llu on: all before is reported", input,
		     (u64)reader.offset);
	return reader.state == RECORDING_GOOD ? 0 : 1;
}
