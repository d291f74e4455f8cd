// SPDX-License-Identifier: GPL-2.0-only
/*
 * xswbounce watch: a flight recorder for what happens when nobody looks.
 *
 * It follows the live bounced mappings in the kernel and keeps the last minute of the pool's
 * occupancy. What is worth a file says watch_policy.c, how many are kept incident_files.c; all that
 * a file asks of others is bounded in time.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "show/bounded.h"
#include "show/causes.h"
#include "command.h"
#include "engine/events.h"
#include "engine/held.h"
#include "show/holders.h"
#include "show/incident.h"
#include "show/incident_files.h"
#include "show/output.h"
#include "engine/own_cost.h"
#include "say.h"
#include "show/watch_policy.h"

#define STEP 0.1 /* seconds between two looks */
#define KEPT 600 /* looks kept: a minute */

#define DRAIN         2.0 /* seconds for what is in the ring at the end */
#define FAILURES_TOLD 20  /* in a second on each CPU; more are counted */
#define XL_PATIENCE   5.0 /* seconds for xl, which waits for others */
#define END_PATIENCE  5.0 /* seconds to begin files in, once it is over: the unit gives it 15 */

struct look {
	double time;
	u64 used;
	u64 bounces; /* since the start */
};

static const char *folder = "/var/log/xswbounce";
static struct policy policy = { .occupancy = 90, .rest = 60 };
static double budget = 1;
static int most_files = 10, files;
static struct host host;
static struct look looks[KEPT];
static unsigned int nr_looks;
static unsigned long long
	unwritten; /* causes that got no file, but for those that the policy counts */

static const struct argp_option options[] = {
	{ "output", 'o', "FOLDER", 0, "Where incident files go (default /var/log/xswbounce)", 0 },
	{ "occupancy", 'O', "PERCENT", 0, "Pool occupancy that is an incident (default 90)", 0 },
	{ "rest", 'r', "SECONDS", 0,
	  "Time after a file in which the same cause gets no other (default 60); twice as long "
	  "each time that it comes back",
	  0 },
	{ "files", 'f', "N", 0,
	  "Most files in the folder (default 10): the oldest is deleted; half are for failures",
	  0 },
	{ "budget", 'b', "PERCENT", 0,
	  "Share of each CPU that walks of stacks may take (default 1)", 0 },
	{}
};

static double number(const char *arg, double low, double high, struct argp_state *state)
{
	char *end;
	double value = strtod(arg, &end);

	if (*end || !(value >= low) || value > high)
		argp_error(state, "a number from %g to %g is wanted, not '%s'", low, high, arg);
	return value;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'o':
		folder = arg;
		return 0;
	case 'O':
		policy.occupancy = number(arg, 1, 100, state);
		return 0;
	case 'r':
		policy.rest = number(arg, 0, 86400, state);
		return 0;
	case 'b':
		budget = number(arg, 0.01, 100, state);
		return 0;
	case 'f':
		most_files = number(arg, 1, 10000, state);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp own = { .options = options, .parser = parse };

static const char text[] =
	"A flight recorder: when a mapping or an exchange fails, or when the pool becomes fuller than "
	"90 %, it writes one file that says who held the pool by device, guest, stack and age, "
	"with a map of the pool, the last minute, the kernel's log and 'xl info'.\v"
	"'xswbounce report -i FILE' reads the file on any machine. Runs until it is stopped; "
	"xswbounce-watch.service runs it under systemd. It follows every bounced mapping, at most "
	"65536 live ones (about 6 MiB): 2200 instructions with its unmap. Its stack is walked, 7000 "
	"more, as long as the walks take less than their budget: above it a mapping is known by "
	"device, guest, size and age alone, and the file says for how many. Its cost is printed at "
	"the end.\n\n"
	"Examples:\n"
	"  xswbounce watch -o /var/log/xswbounce\n"
	"  xswbounce watch --occupancy 75 -- fio job.fio";

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int happened(const struct xb_message *m, size_t size)
{
	causes_take(&policy, &host, m, size);
	return 0;
}

static void look(void)
{
	struct pool pools[HOST_POOLS];
	struct look *l = &looks[nr_looks++ % KEPT];
	int i, n = host_pools(&host, pools);

	*l = (struct look){ .time = now() };
	for (i = 0; i < n; i++) {
		l->used += pools[i].used;
		if (pools[i].size)
			policy_occupancy(&policy, i, pools[i].backend,
					 100.0 * pools[i].used / pools[i].size, now());
	}
	l->bounces = held_total();
}

static void look_if_due(void)
{
	static double due;

	if (now() < due)
		return;
	look();
	due = now() + STEP;
}

static void write_last_minute(struct incident *in)
{
	unsigned int i = nr_looks > KEPT ? nr_looks - KEPT : 0;
	const struct look *first = &looks[i % KEPT], *l;
	u64 before = first->bounces;

	incident_section(in, "the last minute, each second: seconds before, bytes in use, bounces");
	for (; i < nr_looks; i += 10) {
		l = &looks[i % KEPT];
		fprintf(in->f, "%7.1f %12llu %8llu\n", l->time - now(), l->used,
			l->bounces - before);
		before = l->bounces;
	}
}

static void follow_module(void)
{
	held_follow();
	events_follow();
	causes_follow();
}

/* While another program is waited for: the module may go, and what happens is queued. */
static void meanwhile(void)
{
	events_poll(); /* what a load of the module has told, before another is seen */
	follow_module();
	look_if_due();
}

static void write_xl_info(struct incident *in)
{
	char *const xl[] = { "xl", "info", NULL };
	const char *wrong;

	incident_section(in, "xl info");
	wrong = bounded_command(in->f, xl, XL_PATIENCE, meanwhile);
	if (wrong)
		fprintf(in->f, "(not whole: %s)\n", wrong);
}

static void write_sections(struct incident *in, const struct cause *cause)
{
	struct pool pools[HOST_POOLS];
	u64 untold;
	int i, n;

	incident_section(in, "cause");
	fprintf(in->f, "%s\n", cause->text);
	if (cause->repeated)
		fprintf(in->f, "and %llu more like it before this file\n", cause->repeated);
	untold = events_untold(XB_STOCK) + events_untold(XB_MODULE);
	if (policy.unwritten + unwritten + untold)
		fprintf(in->f,
			"since the start %llu got no file, and %llu failures were only counted\n",
			policy.unwritten + unwritten, untold);
	incident_section(in, "host");
	fprintf(in->f, "kernel %s, %s, backend %s, %d CPUs\n", host.release, host_name(&host),
		host_backend(&host), host.cpus);
	n = host_pools(&host, pools);
	for (i = 0; i < n; i++)
		fprintf(in->f, "pool of %s: %llu bytes, %llu in use\n", pools[i].backend,
			pools[i].size, pools[i].used);
	holders_write(in, &host);
	write_last_minute(in);
	incident_section(in, "kernel log, the last 100 lines");
	if (!bounded_log(in->f, 100))
		fputs("(not available: /dev/kmsg can't be read)\n", in->f);
	write_xl_info(in);
}

static void write_incident(const struct cause *cause)
{
	struct incident in;
	char path[700];

	if (!incident_files_make_room(folder, cause->kind, most_files)) {
		unwritten++;
		return;
	}
	incident_files_name(folder, cause->kind, path, sizeof(path));
	if (!incident_create(&in, path)) {
		unwritten++;
		return;
	}
	write_sections(&in, cause);
	if (!incident_close(&in)) {
		unwritten++;
		return;
	}
	files++;
	printf("%s: %s\n", in.path, cause->text);
	fflush(stdout);
}

/*
 * A file takes its time: meanwhile the ring is read, so that what happens is queued. When watch
 * ends, the queue still gets the files that can be begun in END_PATIENCE.
 */
static void write_causes(bool over)
{
	static double until = INFINITY;
	struct cause cause;

	for (;;) {
		if ((over || command_over()) && isinf(until))
			until = now() + END_PATIENCE;
		if (now() >= until || !policy_next(&policy, &cause, now()))
			return;
		write_incident(&cause);
		events_poll();
	}
}

int command_watch(int argc, char **argv)
{
	const struct events_options events = { .failures = true,
					       .exchanges = true,
					       .failures_told = FAILURES_TOLD };
	struct held_options held = { .live = true };
	double begin, next_check = 0;
	const char *wrong;

	command_parse(&own, "watch", COMMAND_SECONDS, text, argc, argv);
	command_look(&host);
	wrong = output_folder(folder);
	if (wrong)
		die("can't keep files in %s: %s", folder, wrong);
	held.stack_budget = budget / 100;
	held_start(&host, &held);
	events_start(&host, &events, happened);
	command_every = follow_module;
	events_arm();
	command_begin();
	command_waker = events_waker();
	begin = now();
	while (command_wait(STEP, command_period(INFINITY))) {
		events_poll();
		look_if_due();
		if (now() >= next_check) {
			causes_count(&policy, now());
			held_sweep();
			events_sweep(); /* what has been told of them is read by now */
			next_check = now() + STEP;
		}
		write_causes(false);
	}
	events_drain(DRAIN);
	write_causes(true);
	fprintf(stderr,
		"xswbounce: watched %.0f s, %llu bounces, %d files; %llu causes without one\n",
		now() - begin, held_total(), files, policy.unwritten + policy.queued + unwritten);
	own_cost_print();
	events_stop();
	held_stop();
	return command_end();
}
