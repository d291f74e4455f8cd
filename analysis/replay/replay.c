// SPDX-License-Identifier: GPL-2.0-only
/*
 * replay: what a recording of xswbounce would have met with pools of other sizes.
 */
#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "machine.h"
#include "print.h"
#include "reason.h"
#include "sizes.h"

enum { STATUS_REFUSED = 1, STATUS_USAGE = 2, STATUS_CUT = 3 };

static struct load_options options = {
	.of = { true, true },
	.copies = 1,
	.points = 120,
};
static struct sizes sizes = { .stock = true, .module = true };
static bool rate_only;
static u32 worn;

static const struct argp_option choices[] = {
	{ "slots", 's', "N[,N...]", 0,
	  "Sizes of the pools, in slots of 2 KiB. Without: some around what the recording needs",
	  0 },
	{ "areas", 'a', "N[,N...]", 0,
	  "Areas of a stock pool, powers of two. Without: as many as the recorded machine had", 0 },
	{ "allocator", 'A', "NAME", 0, "stock, module or both (both)", 0 },
	{ "of", 'o', "NAME", 0,
	  "Replay what bounced through the pool of stock, of the module, or all (all)", 0 },
	{ "split", 'x', "BYTES", 0, "As if no mapping were larger than this", 0 },
	{ "queue", 'q', "N", 0,
	  "As if each device held at most so many mappings in each direction, as with a shorter ring",
	  0 },
	{ "own-queues", 'Q', NULL, 0,
	  "With --split: no device holds more mappings at once in each direction than it did, as a disk "
	  "that takes one request at a time",
	  0 },
	{ "without", 'w', "REASON[,REASON...]", 0,
	  "As if nothing had bounced for this reason: mask, straddle, align, forced", 0 },
	{ "only", 'n', "DEVICE[,DEVICE...]", 0, "With --without: what these devices alone bounced",
	  0 },
	{ "copies", 'c', "N", 0, "Add the recording to itself, so that there are N of it", 0 },
	{ "shift", 'S', "SECONDS", 0, "From one copy to the next (a tenth of the recording)", 0 },
	{ "start-once", 'O', NULL, 0,
	  "With --copies: what was in use at the start is there once, as a ring of a device", 0 },
	{ "worn", 'W', "N", 0,
	  "What was in use at the start lies as it did, its segments shuffled: layout N; else in "
	  "the snapshot's order",
	  0 },
	{ "across-gaps", 'g', NULL, 0, "Go on where events are missing", 0 },
	{ "points", 'p', "N", 0, "Intervals of the timeline (120)", 0 },
	{ "rate", 'r', NULL, 0, "Print only how fast this replay is, and the memory it takes", 0 },
	{ 0 }
};

static double shift_seconds = -1;

static u32 number(const char *text, u32 least, u32 most, struct argp_state *state)
{
	struct numbers n;

	if (!sizes_read(&n, text, least, most) || n.n != 1)
		argp_error(state, "'%s' is not a number between %u and %u", text, least, most);
	return n.value[0];
}

static double seconds(const char *text, struct argp_state *state)
{
	char *end;
	double s = strtod(text, &end);

	if (end == text || *end || !(s >= 0) || s > 1e6)
		argp_error(state, "'%s' is not a number of seconds", text);
	return s;
}

static void choose_two(const char *text, const char *one, const char *other, const char *both,
		       bool *is_one, bool *is_other, struct argp_state *state)
{
	if (strcmp(text, one) && strcmp(text, other) && strcmp(text, both))
		argp_error(state, "'%s' is none of %s, %s, %s", text, one, other, both);
	*is_one = strcmp(text, other) != 0;
	*is_other = strcmp(text, one) != 0;
}

static void choose_reasons(char *text, struct argp_state *state)
{
	char *rest = text, *one;
	u32 i;

	while ((one = strsep(&rest, ","))) {
		for (i = 1; i < LOAD_REASONS && strcmp(one, xsw_bounce_name(i)); i++)
			;
		if (i == LOAD_REASONS)
			argp_error(state, "--without: '%s' is no reason to bounce", one);
		options.without[i] = options.avoids = true;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	u32 i;

	switch (key) {
	case 's':
		if (!sizes_read(&sizes.slots, arg, 128, SIZES_SLOTS_MAX))
			argp_error(state, "--slots: numbers between 128 and %u", SIZES_SLOTS_MAX);
		return 0;
	case 'a':
		if (!sizes_read(&sizes.areas, arg, 1, 8192))
			argp_error(state, "--areas: numbers between 1 and 8192");
		for (i = 0; i < sizes.areas.n; i++)
			if (sizes.areas.value[i] & (sizes.areas.value[i] - 1))
				argp_error(state, "--areas: %u is no power of two",
					   sizes.areas.value[i]);
		return 0;
	case 'A':
		choose_two(arg, "stock", "module", "both", &sizes.stock, &sizes.module, state);
		return 0;
	case 'o':
		choose_two(arg, "stock", "module", "all", &options.of[LOAD_STOCK],
			   &options.of[LOAD_MODULE], state);
		return 0;
	case 'x':
		options.split = number(arg, XSW_SLOT_SIZE, REC_MAPPING, state);
		if (options.split % XSW_SLOT_SIZE)
			argp_error(state, "--split: a multiple of 2048");
		return 0;
	case 'q':
		options.queue = number(arg, 1, 1000000, state);
		return 0;
	case 'Q':
		options.own_queues = true;
		return 0;
	case 'w':
		choose_reasons(arg, state);
		return 0;
	case 'n':
		options.only = arg;
		return 0;
	case 'c':
		options.copies = number(arg, 1, LOAD_COPIES, state);
		return 0;
	case 'S':
		shift_seconds = seconds(arg, state);
		return 0;
	case 'W':
		worn = number(arg, 1, 1000000, state);
		return 0;
	case 'O':
		options.start_once = true;
		return 0;
	case 'g':
		options.across_gaps = true;
		return 0;
	case 'p':
		options.points = number(arg, 1, 100000, state);
		return 0;
	case 'r':
		rate_only = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options.path)
			argp_error(state, "one recording");
		options.path = arg;
		return 0;
	case ARGP_KEY_END:
		if (!options.path)
			argp_error(state, "name the recording");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	choices,
	parse,
	"RECORDING",
	"Replays a recording of 'xswbounce record' on bounce pools of many sizes, with the allocator "
	"of the kernel and with that of xen_swiotlb, and prints as JSON what would have failed.\v"
	"Exit status: 0; 1: the recording can't be replayed; 2: misuse; 3: it was cut off, and what "
	"is there was replayed.",
	NULL,
	NULL,
	NULL
};

static int refuse(const char *wrong)
{
	fprintf(stderr, "replay: %s: %s\n", options.path, wrong);
	return STATUS_REFUSED;
}

/* What a load needs at most, had nothing failed: a pass without pools */
static const char *find_peak(const struct load_scan *scan, const struct load_ghosts *ghosts,
			     u64 *peak)
{
	struct load l;
	const char *wrong = load_open(&l, &options, scan, ghosts);

	if (!wrong)
		wrong = load_run(&l, NULL);
	*peak = l.wanted.slots;
	load_close(&l);
	return wrong;
}

/* What each device had at most, by a pass without pools in which nothing is changed */
static const char *find_queues(const struct load_scan *scan, const struct load_ghosts *ghosts,
			       struct load_queues *had)
{
	struct load_options as_it_was = options;
	const char *wrong;
	struct load l;
	u32 i;

	as_it_was.split = as_it_was.queue = 0;
	as_it_was.copies = 1;
	wrong = load_open(&l, &as_it_was, scan, ghosts);
	if (!wrong)
		wrong = load_run(&l, NULL);
	for (i = 0; !wrong && i < REC_DEVICES; i++)
		had[i] = l.device[i].most;
	load_close(&l);
	return wrong;
}

static bool is_before_areas(const struct rec_head *h)
{
	unsigned int major;

	return sscanf(h->kernel, "%u.", &major) == 1 && major < 6;
}

static void set_defaults(const struct load_scan *scan, const struct rec_head *h)
{
	u32 cpus = h->cpus ? h->cpus : scan->cpus;

	sizes.any_segments = is_before_areas(h);
	if (!sizes.areas.n) {
		sizes.areas.n = 1;
		sizes.areas.value[0] = sizes_round_up(h->areas             ? h->areas
						      : sizes.any_segments ? 1
									   : max(cpus, 1u));
	}
	model_nr_cpus = min(max(scan->cpus, 1u), (u32)MODEL_CPUS);
}

/* Of the processor: what else the machine does is not counted */
static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (u64)t.tv_sec * 1000000000ULL + (u64)t.tv_nsec;
}

static struct run_cost cost_of(const struct load *l, const struct pools *pools, u64 began)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (struct run_cost){ .seconds = (double)(now_ns() - began) / 1e9,
				  .events = l->events,
				  .bytes = load_bytes(l) + pools_bytes(pools),
				  .peak_kib = (u64)usage.ru_maxrss };
}

static void print_rate(const struct load *l, const struct pools *pools, const struct run_cost *cost)
{
	u32 i;

	printf("%llu events, %u pools:", (unsigned long long)cost->events, pools->n);
	for (i = 0; i < pools->n; i++)
		printf(" %s %u", pools->pool[i].scheme == &xsw_scheme_ours ? "module" : "stock",
		       pools->pool[i].slots);
	printf("; %.2f s, %.1f million events a second; %.1f MiB for the load, %.1f MiB resident\n",
	       cost->seconds, (double)cost->events / cost->seconds / 1e6,
	       (double)load_bytes(l) / (1 << 20), (double)cost->peak_kib / 1024);
}

static const char *replay(struct load *l, const struct load_scan *scan)
{
	struct pools pools = { .worn = worn, .timeline = timeline_for(scan->ns, options.points) };
	const struct rec_head *h = l->head;
	const char *wrong = NULL;
	struct run_cost cost;
	u64 peak = 0, began;

	set_defaults(scan, h);
	if (!sizes.slots.n)
		wrong = find_peak(scan, l->known, &peak);
	if (!wrong &&
	    !sizes_open(&sizes, &pools, peak, h->pool_slots, h->module_bytes >> XSW_SLOT_SHIFT))
		wrong = "no memory for the pools";
	if (!wrong && !pools.n)
		wrong = "none of the sizes named can be had: stock's are powers of two of 128 slots "
			"an area, in one area multiples of 128, the module's multiples of 1024";
	if (!wrong) {
		began = now_ns();
		wrong = load_run(l, &pools);
		pools_end(&pools);
		cost = cost_of(l, &pools, began);
	}
	if (!wrong && rate_only)
		print_rate(l, &pools, &cost);
	else if (!wrong)
		print_result(stdout, l, &pools, &cost);
	pools_free(&pools);
	return wrong;
}

int main(int argc, char **argv)
{
	struct load_ghosts ghosts = { 0 };
	static struct load_queues had[REC_DEVICES];
	struct load_scan scan;
	const char *wrong;
	struct load l;

	argp_err_exit_status = STATUS_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	wrong = load_scan(&options, &scan);
	if (wrong) {
		if (scan.state != REC_DAMAGED)
			return refuse(wrong);
		fprintf(stderr, "replay: %s: damaged at byte %llu: %s; record again\n",
			options.path, (unsigned long long)scan.offset, wrong);
		return STATUS_REFUSED;
	}
	if (!scan.replayed)
		return refuse(scan.gaps ? "events are missing from its beginning on: record again, "
					  "or --across-gaps"
					: "it holds no event: record longer");
	options.shift = shift_seconds < 0 ? scan.ns / 10 : (u64)(shift_seconds * 1e9);
	wrong = load_find_ghosts(&options, &scan, &ghosts);
	if (!wrong && options.own_queues) {
		wrong = find_queues(&scan, &ghosts, had);
		options.had = had;
	}
	if (wrong)
		return refuse(wrong);
	wrong = load_open(&l, &options, &scan, &ghosts);
	if (!wrong)
		wrong = replay(&l, &scan);
	load_close(&l);
	load_forget_ghosts(&ghosts);
	load_forget_scan(&scan);
	if (wrong)
		return refuse(wrong);
	if (fflush(stdout) || ferror(stdout))
		return refuse("the result can't be written");
	if (scan.state != REC_CUT)
		return 0;
	fprintf(stderr, "replay: %s: cut off at byte %llu: all before was replayed\n", options.path,
		(unsigned long long)scan.offset);
	return STATUS_CUT;
}
