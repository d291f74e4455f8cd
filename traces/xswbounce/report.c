// SPDX-License-Identifier: GPL-2.0-only
/* xswbounce report: what a recording holds, or an incident file of watch, on any machine. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "incident.h"
#include "json.h"
#include "recording.h"
#include "say.h"
#include "text.h"

#define MAX_IDS (XB_MAX_DEVICES + 1)

struct tally {
	struct recording_device device;
	u64 calls[RECORDING_SLOT + 1];
	u64 failed, bounced, bytes, bounced_bytes;
	u64 reasons[XB_NR_REASONS];
};

static struct tally tallies[MAX_IDS];
static struct recording_reader reader;
static const char *input;
static u64 last_ns, lost, events;
static bool dump, ended;

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

/*
 * Slots in use, from the bus addresses of what bounced: a table of the live ones, by open
 * addressing. What was live at the start is in the snapshot.
 */
#define LIVE_SLOTS (1U << 17)

enum { STOCK, MODULE, POOLS };

static struct {
	uint64_t bus;
	uint32_t slots;
	uint32_t pool;
} live[LIVE_SLOTS];

static struct {
	u64 in_use, most, most_at;
} use[POOLS];

static unsigned int place_of(uint64_t bus)
{
	unsigned int i = (bus >> 11) * 0x9e3779b97f4a7c15ULL >> 47;

	while (live[i].bus && live[i].bus != bus)
		i = (i + 1) % LIVE_SLOTS;
	return i;
}

static void gives_back(uint64_t bus)
{
	unsigned int i = place_of(bus);

	if (live[i].bus) {
		use[live[i].pool].in_use -= live[i].slots;
		live[i].slots = 0; /* the place stays taken: later ones may lie behind it */
	}
}

static void takes(unsigned int pool, uint64_t bus, uint32_t size, u64 ns)
{
	static unsigned int filled;
	unsigned int i = place_of(bus);

	if (filled > LIVE_SLOTS / 4 * 3 && !live[i].bus)
		return;
	filled += !live[i].bus;
	gives_back(bus); /* a mapping of the first moment may be in the snapshot, too */
	live[i].bus = bus;
	live[i].pool = pool;
	live[i].slots = ((bus & 2047) + size + 2047) >> XB_SLOT_SHIFT;
	use[pool].in_use += live[i].slots;
	if (use[pool].in_use > use[pool].most) {
		use[pool].most = use[pool].in_use;
		use[pool].most_at = ns;
	}
}

static void count(const struct recording_event *e)
{
	struct tally *t = &tallies[e->device < MAX_IDS ? e->device : 0];
	unsigned int pool = strcmp(t->device.backend, "xen_swiotlb") ? STOCK : MODULE;

	events++;
	last_ns = e->ns;
	if (e->call > RECORDING_SLOT)
		return;
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
		takes(pool, e->bus, e->size, e->ns);
		break;
	case RECORDING_SLOT:
		takes(pool, e->bus, e->size, e->ns);
		break;
	case RECORDING_UNMAP:
		gives_back(e->bus);
		break;
	}
}

static void print_event(const struct recording_event *e)
{
	static const char *const calls[] = { "?",           "map",   "unmap", "sync-cpu",
					     "sync-device", "alloc", "free",  "slot" };
	const struct tally *t = &tallies[e->device < MAX_IDS ? e->device : 0];

	printf("%12.6f cpu %u %-13s %-11s bus 0x%llx size %u low 0x%x dir %u attrs 0x%x %s%s\n",
	       e->ns / 1e9, e->cpu, e->device ? t->device.name : "-",
	       calls[e->call <= RECORDING_SLOT ? e->call : 0], (u64)e->bus, e->size, e->low, e->dir,
	       e->attrs, e->call == RECORDING_MAP ? text_reasons[e->reason % XB_NR_REASONS] : "",
	       e->failed ? " FAILED" : "");
}

static void take_block(uint32_t kind, const void *payload, uint32_t bytes)
{
	const struct recording_device *d = payload;
	const struct recording_event *e = payload;
	uint32_t i;

	switch (kind) {
	case RECORDING_DEVICE:
		if (bytes >= sizeof(*d) && d->id < MAX_IDS)
			tallies[d->id].device = *d;
		break;
	case RECORDING_EVENTS:
		for (i = 0; i < bytes / sizeof(*e); i++) {
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
	case RECORDING_END:
		ended = true;
		break;
	}
}

static void print_report(void)
{
	const struct recording_head *h = &reader.head;
	int i, reason;

	printf("Recording of kernel %.64s, %.16s, backend %.16s: %.3f s, %llu events, %llu lost.\n",
	       h->kernel, h->machine, h->backend, last_ns / 1e9, events, lost);
	printf("Stock pool: %llu slots of 2 KiB, %llu in use at the start; at most %llu in use (at "
	       "%.3f s).\n",
	       (u64)h->pool_slots, (u64)h->pool_used, use[STOCK].most, use[STOCK].most_at / 1e9);
	if (use[MODULE].most)
		printf("Pool of xen_swiotlb: at most %llu slots in use (at %.3f s).\n",
		       use[MODULE].most, use[MODULE].most_at / 1e9);
	printf("%-14s %-12s %5s %9s %9s %13s %9s %9s %8s %6s\n", "device", "driver", "mask", "maps",
	       "bounced", "bounced bytes", "unmaps", "syncs", "alloc", "failed");
	for (i = 1; i < MAX_IDS; i++) {
		const struct tally *t = &tallies[i];

		if (!t->device.id)
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

static void json_report(void)
{
	int i, reason;

	json_begin("report");
	json_text("kernel", reader.head.kernel);
	json_number("seconds", last_ns / 1e9);
	json_count("events", events);
	json_count("lost", lost);
	json_flag("whole", reader.state == RECORDING_GOOD);
	json_count("pool_slots", reader.head.pool_slots);
	json_count("most_slots_in_use", use[STOCK].most);
	json_count("most_module_slots_in_use", use[MODULE].most);
	json_array("devices");
	for (i = 1; i < MAX_IDS; i++) {
		const struct tally *t = &tallies[i];

		if (!t->device.id)
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

int command_report(int argc, char **argv)
{
	static char payload[RECORDING_BLOCK] __attribute__((aligned(8)));
	const char *wrong;
	uint32_t kind, bytes;

	command_parse(&own, "report", COMMAND_NOTHING, text, argc, argv);
	if (!input)
		die("name the file to read: -i FILE");
	if (incident_is(input))
		return incident_print(input);
	wrong = recording_open(&reader, input);
	if (wrong)
		die("can't read %s: %s", input, wrong);
	while ((kind = recording_next(&reader, payload, &bytes)))
		take_block(kind, payload, bytes);
	if (ended && reader.state == RECORDING_CUT)
		reader.state = RECORDING_GOOD; /* nothing is expected behind the end */
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
