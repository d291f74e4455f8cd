// SPDX-License-Identifier: GPL-2.0-only
/*
 * xswbounce doctor: is this domain's memory scattered over the machine, does that cost bounces,
 * what can be had, and what to do.
 *
 * The share of contiguous memory says little: the few megabytes that drivers use decide.  So
 * bounces are counted beside the walk, and each that straddles is put down to the MiB it lies in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "engine/contiguity.h"
#include "engine/xen_heap.h"
#include "say.h"
#include "show/json.h"
#include "show/screen.h"
#include "show/text.h"

#define PAGE       4096ULL
#define NOTABLE    10.0 /* straddling buffers a second */
#define WHOLE      98.0 /* % of memory in blocks of 32 KiB: what network memory comes in */
#define NETWORK    3    /* that order */
#define SHOWN      8    /* hot ranges */
#define DEFRAG_ABI "/sys/devices/platform/xen_swiotlb_defrag/abi"

enum verdict { WELL, QUIET, COSTLY };

static const char *const verdict_names[] = { "contiguous", "scattered", "straddling" };

static struct host host;
static struct contiguity memory;
static struct hot_range *hot;
static int nr_hot;
static struct straddling bounces;
static double seconds;
static struct xen_heap xen;
static unsigned int pool_mb = 64;
static int width = 32;

static const struct argp_option options[] = {
	{ "pool", 'p', "MIB", 0, "Say whether a pool of this size can be had (default 64)", 0 },
	{ "width", 'w', "BITS", 0, "Below 2^BITS (24 to 40, default 32)", 0 },
	{}
};

static long number(const char *arg, long least, long most, struct argp_state *state)
{
	char *end;
	long n = strtol(arg, &end, 10);

	if (*end || end == arg || n < least || n > most)
		argp_error(state, "'%s' is not a number from %ld to %ld", arg, least, most);
	return n;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'p':
		pool_mb = number(arg, 1, 1 << 20, state);
		return 0;
	case 'w':
		width = number(arg, 24, 40, state);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp own = { .options = options, .parser = parse };

static const char text[] =
	"Says how far this Xen PV domain's memory is scattered over the machine, which buffers bounce "
	"because of it, whether a pool of low memory can be had, and what to do.\v"
	"Reads only: the P2M by a BPF program (one block of 2 MiB in so many where there is much), and "
	"bounces for SECONDS (default 1), or while PROGRAM runs. Run it while the load is on.\n\n"
	"Exit status: 0 nothing to do, 1 buffers bounce for it, 2 an error.\n\n"
	"Examples:\n"
	"  xswbounce doctor\n"
	"  xswbounce doctor 10\n"
	"  xswbounce doctor --pool 256";

/* ---- what is known ---- */

static double share(u64 pages)
{
	return memory.count.pages ? 100.0 * pages / memory.count.pages : 0;
}

/* Of blocks at least so large */
static double share_from(int order)
{
	u64 pages = 0;

	for (; order < XB_ORDERS; order++)
		pages += memory.count.largest[order];
	return share(pages);
}

/* Bytes of the domain's low frames in contiguous blocks at least so large, as far as looked at */
static u64 low_bytes_from(int order)
{
	u64 pages = 0;

	for (; order < XB_ORDERS; order++)
		pages += memory.count.low_largest[order];
	return pages * PAGE * memory.stride;
}

static double rate(void)
{
	return seconds > 0 ? bounces.straddles / seconds : 0;
}

static enum verdict judge(void)
{
	if (rate() >= NOTABLE)
		return COSTLY;
	return share_from(NETWORK) < WHOLE ? QUIET : WELL;
}

static const char *next_step(enum verdict v)
{
	bool loaded = !access(DEFRAG_ABI, F_OK);

	switch (v) {
	case COSTLY:
		return loaded ? "run 'xsw-defrag all' while the load is on; 'xsw-defrag --background on' "
				"keeps it so"
			      : "load the module (modprobe xen_swiotlb_defrag) and run 'xsw-defrag all' "
				"while the load is on";
	case QUIET:
		if (!contiguity_counts())
			return "it cannot be told: this kernel does not tell of bounces";
		return "nothing now: no buffer bounces for it; run this again while the load is on";
	default:
		return "nothing: look for other reasons with 'xswbounce verdict'";
	}
}

/* ---- a pool ---- */

enum pool_source { POOL_OWN, POOL_SMALL, POOL_XEN, POOL_ASSEMBLED, POOL_NONE };

static const char *const pool_names[] = { "own-blocks", "own-smaller-blocks", "xen", "assembled",
					  "none" };

static enum pool_source pool_source(void)
{
	u64 wanted = (u64)pool_mb << 20;

	if (low_bytes_from(XB_ORDERS - 1) >= wanted)
		return POOL_OWN;
	if (low_bytes_from(6) >= wanted) /* 256 KiB: the largest bounced mapping */
		return POOL_SMALL;
	if (xen.told && xen.low >= wanted)
		return POOL_XEN;
	return low_bytes_from(0) >= wanted ? POOL_ASSEMBLED : POOL_NONE;
}

static const char *pool_words(enum pool_source source)
{
	switch (source) {
	case POOL_OWN:
		return "yes: the domain has it in contiguous blocks of 2 MiB";
	case POOL_SMALL:
		return "yes: the domain has it in contiguous blocks of 256 KiB and more";
	case POOL_XEN:
		return "yes, unless it is scattered: Xen has so much free there, and does not tell in "
		       "blocks of which size";
	case POOL_ASSEMBLED:
		return "only by putting it together: the domain has enough low frames, but scattered; "
		       "xen_swiotlb.ko does that, the kernel's own swiotlb-xen does not";
	default:
		return "no: the domain has not so many low frames, and Xen not so much free there, or "
		       "does not tell; have less memory given to other domains, or ask for less";
	}
}

/* The three causes that the kernel names in one message, each judged by itself */
static const char *permission(void)
{
	if (host.dom0)
		return "no: dom0 may exchange blocks of any order";
	return host.pci ? "no: a domain with a device may exchange blocks of up to 16 MiB"
			: "for blocks above 2 MiB: a domain without a device may exchange none";
}

static const char *too_little(void)
{
	if (low_bytes_from(0) >= (u64)pool_mb << 20)
		return "no: the domain itself has enough low frames";
	if (!xen.told)
		return "cannot be told here: Xen tells dom0 alone (run this there)";
	return xen.low < (u64)pool_mb << 20 ? "yes: Xen has less free there than is wanted"
					    : "no: Xen has enough free there";
}

static const char *fragmented(void)
{
	if (low_bytes_from(XB_ORDERS - 1) >= (u64)pool_mb << 20)
		return "no: the domain's own low frames are contiguous";
	if (low_bytes_from(0) >= (u64)pool_mb << 20)
		return "yes, the domain's own; of Xen's it cannot be told";
	return "cannot be told: Xen tells no sizes of free blocks";
}

/* ---- words ---- */

static void print_memory(void)
{
	int order;

	screen_line(
		"%s of this domain's memory looked at (one block of 2 MiB in %llu, %.0f ms), by the "
		"largest contiguous block it lies in:",
		text_bytes(memory.count.pages * PAGE), memory.stride, memory.seconds * 1e3);
	for (order = 0; order < XB_ORDERS; order++)
		screen_line("  order %d, %8s  %5.1f %%", order, text_bytes(PAGE << order),
			    share(memory.count.largest[order]));
	screen_line("Below 2^%d: %.1f %%.", width, share(memory.count.low));
}

static void print_xen(void)
{
	int i;

	if (!xen.told)
		return;
	screen_line("Xen has %s free, %s of it below 2^%d; sizes of blocks it tells nobody.",
		    text_bytes(xen.all), text_bytes(xen.low), width);
	for (i = 0; i < XEN_HEAP_WIDTHS; i++)
		if (xen.by_width[i].bytes)
			screen_line("  below 2^%u%s: %s", xen.by_width[i].width,
				    i ? " and above what stands before" : "",
				    text_bytes(xen.by_width[i].bytes));
}

static void print_bounces(void)
{
	u64 sum = 0;
	int i;

	if (!contiguity_counts()) {
		screen_line("This kernel does not tell of bounces (no event swiotlb_bounced).");
		return;
	}
	screen_line("In %.1f s %llu buffers bounced because they straddle, %llu for other reasons.",
		    seconds, bounces.straddles, bounces.others);
	for (i = 0; i < nr_hot && i < SHOWN; i++) {
		sum += hot[i].bounces;
		screen_line("  %s: %llu bounces, %s, in MiB %llu", hot[i].device, hot[i].bounces,
			    text_bytes(hot[i].bytes), hot[i].mib);
	}
	if (nr_hot)
		screen_line(
			"  These %d of %d MiB made %.0f %% of them: they decide, not the share of all.",
			i, nr_hot, 100.0 * sum / bounces.straddles);
	if (bounces.lost)
		screen_line(
			"  %llu of them lie in other MiB, for which there was no room beside these "
			"%d.",
			bounces.lost, XB_MAX_RANGES);
}

static void print(enum verdict v)
{
	screen_begin(command_options.timestamp);
	switch (v) {
	case COSTLY:
		screen_line(
			"Memory is scattered, and it costs: %.0f buffers a second bounce because "
			"they straddle pages that are no neighbours in the machine.",
			rate());
		break;
	case QUIET:
		screen_line("Memory is scattered (%.1f %% in blocks of 32 KiB and more)%s.",
			    share_from(NETWORK),
			    contiguity_counts() ? ", but hardly a buffer bounces for it" : "");
		break;
	default:
		screen_line("Memory is contiguous: %.1f %% of it in blocks of 32 KiB and more.",
			    share_from(NETWORK));
	}
	screen_line("Next step: %s.", next_step(v));
	print_memory();
	print_bounces();
	print_xen();
	screen_line("A pool of %u MiB below 2^%d: %s.", pool_mb, width, pool_words(pool_source()));
	screen_line("If the kernel said 'failed to get contiguous memory', the cause was");
	screen_line("  permission: %s;", permission());
	screen_line("  too little low memory: %s;", too_little());
	screen_line("  fragmentation: %s.", fragmented());
	screen_end();
}

static void json_orders(const char *name, const u64 *pages)
{
	int order;

	json_array(name);
	for (order = 0; order < XB_ORDERS; order++)
		json_count(NULL, pages[order]);
	json_array_end();
}

static void json_xen(void)
{
	int i;

	if (!xen.told) {
		json_null("xen_free_bytes");
		json_null("xen_free_low_bytes");
		json_null("xen_free_by_width");
		return;
	}
	json_count("xen_free_bytes", xen.all);
	json_count("xen_free_low_bytes", xen.low);
	json_array("xen_free_by_width");
	for (i = 0; i < XEN_HEAP_WIDTHS; i++) {
		json_object(NULL);
		json_count("width", xen.by_width[i].width);
		json_count("bytes", xen.by_width[i].bytes);
		json_object_end();
	}
	json_array_end();
}

static void json_bounces(void)
{
	int i;

	if (!contiguity_counts()) {
		json_null("straddles");
		json_null("other_bounces");
		json_null("hot");
		json_null("hot_lost");
		return;
	}
	json_count("straddles", bounces.straddles);
	json_count("other_bounces", bounces.others);
	json_array("hot");
	for (i = 0; i < nr_hot; i++) {
		json_object(NULL);
		json_text("device", hot[i].device);
		json_count("mib", hot[i].mib);
		json_count("bounces", hot[i].bounces);
		json_count("bytes", hot[i].bytes);
		json_object_end();
	}
	json_array_end();
	json_count("hot_lost", bounces.lost);
}

static void json(enum verdict v)
{
	json_begin("doctor");
	json_number("seconds", seconds);
	json_text("verdict", verdict_names[v]);
	json_text("next_step", next_step(v));
	json_count("pages", memory.count.pages);
	json_count("stride", memory.stride);
	json_number("walk_seconds", memory.seconds);
	json_orders("pages_by_order", memory.count.largest);
	json_count("width", width);
	json_count("low_pages", memory.count.low);
	json_orders("low_pages_by_order", memory.count.low_largest);
	json_bounces();
	json_xen();
	json_count("pool_mib", pool_mb);
	json_text("pool_from", pool_names[pool_source()]);
	json_text("cause_permission", permission());
	json_text("cause_memory", too_little());
	json_text("cause_fragmentation", fragmented());
	json_end();
}

int command_doctor(int argc, char **argv)
{
	enum verdict v;

	command_parse(&own, "doctor", COMMAND_SECONDS, text, argc, argv);
	command_look(&host);
	contiguity_start(&host, width);
	command_begin();
	xen_heap_look(&xen, width);
	contiguity_walk(&memory);
	while (command_wait(0.1, command_period(1)))
		;
	seconds = command_elapsed();
	nr_hot = contiguity_hot(&hot, &bounces);
	v = judge();
	if (command_options.json)
		json(v);
	else
		print(v);
	free(hot);
	contiguity_stop();
	return command_end() ?: v == COSTLY;
}
