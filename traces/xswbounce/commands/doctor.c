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
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "engine/contiguity.h"
#include "engine/room.h"
#include "engine/xen_heap.h"
#include "say.h"
#include "show/json.h"
#include "show/room.h"
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
static double load_seconds; /* of the programs */
static double look_seconds; /* all that the doctor takes, but for the counting */
static struct xen_heap xen;
static unsigned int pool_mb = 64, most_blocks = CONTIGUITY_MOST_BLOCKS;
static int width = 32;

static struct {
	struct told module, stock, permission, memory, fragmentation;
	struct room room; /* the module's */
} answers;

static const struct argp_option options[] = {
	{ "pool", 'p', "MIB", 0, "Say whether a pool of this size can be had (default 64)", 0 },
	{ "width", 'w', "BITS", 0, "Below 2^BITS (24 to 40, default 32)", 0 },
	{ "blocks", 'b', "N", 0,
	  "Look at no more than N blocks of 2 MiB (1 to 16384, default 4096)", 0 },
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
	case 'b':
		most_blocks = number(arg, 1, CONTIGUITY_MAX_BLOCKS, state);
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
	"The pool is one beside those there are. The module makes it of low frames of the domain's and of "
	"what Xen has free; stock's is made of what Xen has free alone, in blocks of 256 KiB. It is "
	"possible where that hangs on the sizes of Xen's free blocks, which Xen tells nobody.\n\n"
	"Exit status: 0 nothing to do, 1 buffers bounce for it, 2 an error.\n\n"
	"Examples:\n"
	"  xswbounce doctor\n"
	"  xswbounce doctor 10\n"
	"  xswbounce doctor --pool 256\n"
	"  xswbounce doctor --blocks 512";

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

static const char *pool_from(void)
{
	if (answers.room.state == ROOM_NO || answers.room.state == ROOM_UNKNOWN)
		return "none";
	switch (answers.room.why) {
	case ROOM_OWN:
		return answers.room.order == XB_ORDERS - 1 ? "own-blocks" : "own-smaller-blocks";
	case ROOM_WITH_XEN:
		return "xen";
	default:
		return "assembled";
	}
}

static void find_room(void)
{
	struct room_facts f;
	struct room stock;

	room_look(&f, &host, &memory, &xen, (u64)pool_mb << 20, width);
	room_of_module(&f, &answers.room);
	room_of_stock(&f, &stock);
	told_module(&f, &answers.room, &answers.module);
	told_stock(&f, &stock, &answers.stock);
	told_permission(&f, &answers.permission);
	told_too_little(&f, &answers.memory);
	told_fragmented(&f, &answers.fragmentation);
}

/* ---- words ---- */

static const char *sample(void)
{
	static char words[64];

	if (memory.stride == 1)
		return "all of it";
	snprintf(words, sizeof(words), "one block of 2 MiB in %llu: an estimate", memory.stride);
	return words;
}

static void print_memory(void)
{
	int order;

	screen_line(
		"%s of this domain's memory looked at (%s), by the largest contiguous block it lies in:",
		text_bytes(memory.count.pages * PAGE), sample());
	for (order = 0; order < XB_ORDERS; order++)
		screen_line("  order %d, %8s  %5.1f %%", order, text_bytes(PAGE << order),
			    share(memory.count.largest[order]));
	screen_line("Below 4 GiB: %.1f %%.", share(memory.count.below_4g));
	if (width != 32)
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

static const char *place(const struct hot_range *h)
{
	static char words[48];

	if (h->mib == XB_OTHERS_MIB)
		return "memory that other domains granted";
	snprintf(words, sizeof(words), "MiB %llu", h->mib);
	return words;
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
		screen_line("  %s%s: %llu bounces, %s, in %s", hot[i].device,
			    hot[i].module ? " (xen_swiotlb)" : "", hot[i].bounces,
			    text_bytes(hot[i].bytes), place(&hot[i]));
	}
	if (nr_hot)
		screen_line(
			"  These %d of %d places made %.0f %% of them: they decide, not the share of all.",
			i, nr_hot, 100.0 * sum / bounces.straddles);
	if (bounces.lost)
		screen_line(
			"  %llu of them lie in other places, for which there was no room beside these "
			"%d.",
			bounces.lost, XB_MAX_RANGES);
}

static void print_told(const char *what, const struct told *t)
{
	screen_line("  %s: %s: %s.", what, strcmp(t->state, "unknown") ? t->state : "not known",
		    t->why);
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
	screen_line("Another pool of %u MiB below 2^%d:", pool_mb, width);
	print_told("the module xen_swiotlb", &answers.module);
	print_told("the kernel's swiotlb-xen", &answers.stock);
	screen_line(
		"If the kernel says 'Failed to get contiguous memory for DMA from Xen', the causes it "
		"names are, as far as can be read now:");
	print_told("permission", &answers.permission);
	print_told("too little free memory of Xen's", &answers.memory);
	print_told("fragmentation of Xen's memory", &answers.fragmentation);
	screen_line(
		"This look took %.2f s beside the counting: %.2f s to load the programs, %.2f s to "
		"walk the P2M.",
		look_seconds, load_seconds, memory.seconds);
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
		json_text("backend", hot[i].module ? "xen_swiotlb" : host_backend(&host));
		json_flag("granted", hot[i].mib == XB_OTHERS_MIB);
		if (hot[i].mib == XB_OTHERS_MIB)
			json_null("mib");
		else
			json_count("mib", hot[i].mib);
		json_count("bounces", hot[i].bounces);
		json_count("bytes", hot[i].bytes);
		json_object_end();
	}
	json_array_end();
	json_count("hot_lost", bounces.lost);
}

static void json_told(const char *name, const struct told *t)
{
	json_object(name);
	json_text("state", t->state);
	json_text("why", t->why);
	json_object_end();
}

static void json_pool(void)
{
	json_count("pool_mib", pool_mb);
	json_text("pool_from", pool_from());
	json_orders("pool_own_bytes_by_order", answers.room.own);
	json_count("pool_xen_bytes", answers.room.xen);
	json_told("pool_module", &answers.module);
	json_told("pool_stock", &answers.stock);
	json_told("cause_permission", &answers.permission);
	json_told("cause_memory", &answers.memory);
	json_told("cause_fragmentation", &answers.fragmentation);
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
	json_number("load_seconds", load_seconds);
	json_number("look_seconds", look_seconds);
	json_orders("pages_by_order", memory.count.largest);
	json_count("width", width);
	json_count("low_pages", memory.count.low);
	json_count("below_4g_pages", memory.count.below_4g);
	json_orders("low_pages_by_order", memory.count.low_largest);
	json_bounces();
	json_xen();
	json_pool();
	json_end();
}

static double monotonic(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Return: seconds until the counting alone was left to do. */
static double look(double begun)
{
	contiguity_start(&host, width);
	load_seconds = monotonic() - begun;
	command_begin();
	xen_heap_look(&xen, width);
	contiguity_walk(&memory, most_blocks);
	find_room();
	return monotonic() - begun;
}

int command_doctor(int argc, char **argv)
{
	enum verdict v;
	double counted;

	command_parse(&own, "doctor", COMMAND_SECONDS, text, argc, argv);
	command_look(&host);
	look_seconds = look(monotonic());
	while (command_wait(0.1, command_period(1)))
		contiguity_follow();
	seconds = command_elapsed();
	counted = monotonic();
	nr_hot = contiguity_hot(&hot, &bounces);
	look_seconds += monotonic() - counted;
	v = judge();
	if (command_options.json)
		json(v);
	else
		print(v);
	free(hot);
	contiguity_stop();
	return command_end() ?: v == COSTLY;
}
