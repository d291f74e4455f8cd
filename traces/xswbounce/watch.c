// SPDX-License-Identifier: GPL-2.0-only
/*
 * xswbounce watch: a flight recorder for what happens when nobody looks.
 *
 * It follows the live bounced mappings in the kernel and keeps the last minute of the pool's
 * occupancy. On the first failed mapping, when the pool is nearly full, or on an exchange that
 * failed, it writes one file that says who holds the pool. Then it rests, so that a storm makes
 * one file and not thousands, and stops writing after a number of files.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "events.h"
#include "held.h"
#include "holders.h"
#include "incident.h"
#include "output.h"
#include "own_cost.h"
#include "say.h"
#include "text.h"

#define STEP 0.1 /* seconds between two looks */
#define KEPT 600 /* looks kept: a minute */

struct look {
	double time;
	u64 used;
	u64 bounces; /* since the start */
};

static const char *folder = "/var/log/xswbounce";
static double occupancy = 90, rest = 60, budget = 1;
static int most_files = 10, files;
static struct host host;
static struct look looks[KEPT];
static unsigned int nr_looks;
static char cause[256];
static double rests_until;

static const struct argp_option options[] = {
	{ "output", 'o', "FOLDER", 0, "Where incident files go (default /var/log/xswbounce)", 0 },
	{ "occupancy", 'O', "PERCENT", 0, "Pool occupancy that is an incident (default 90)", 0 },
	{ "rest", 'r', "SECONDS", 0, "Least time between two files (default 60)", 0 },
	{ "files", 'f', "N", 0, "Most files (default 10)", 0 },
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
		occupancy = number(arg, 1, 100, state);
		return 0;
	case 'r':
		rest = number(arg, 0, 86400, state);
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
	"A flight recorder: on the first failed mapping, at 90 % occupancy of the pool or on a failed "
	"exchange it writes one file that says who held the pool by device, guest, stack and age, "
	"with a map of the pool, the last minute, the kernel's log and 'xl info'.\v"
	"'xswbounce report -i FILE' reads the file on any machine. Runs until it is stopped; "
	"xswbounce-watch.service runs it under systemd. It follows every bounced mapping, at most "
	"65536 live ones (about 6 MiB): 2100 instructions with its unmap. Its stack is walked, 7000 "
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

static void happened(const struct xb_message *m, size_t size)
{
	const struct xb_failure *f = (const void *)m;
	const struct xb_exchange *x = (const void *)m;
	struct xb_device d;

	if (*cause)
		return;
	if (m->kind == XB_FAILURE && size >= sizeof(*f)) {
		events_device(m->dev, &d);
		snprintf(
			cause, sizeof(cause),
			"a mapping of %llu bytes failed for %s (%s): %s; %llu of %llu slots were in "
			"use; by %s (%u)",
			m->size, d.name, d.driver, text_fails[f->fail % XB_NR_FAILS], f->pool.used,
			f->pool.slots, text_comm(f->comm), f->pid);
	} else if (m->kind == XB_EXCHANGE && size >= sizeof(*x) && x->rc) {
		snprintf(cause, sizeof(cause),
			 "an exchange of %llu x order %u below 2^%u failed: %s; by %s (%u)",
			 x->extents, x->order, x->bits, strerror(-x->rc), text_comm(x->comm),
			 x->pid);
	}
}

static void look(void)
{
	struct pool pools[HOST_POOLS];
	struct look *l = &looks[nr_looks++ % KEPT];
	int i, n = host_pools(&host, pools);

	*l = (struct look){ .time = now() };
	for (i = 0; i < n; i++) {
		l->used += pools[i].used;
		if (!*cause && pools[i].size && 100.0 * pools[i].used / pools[i].size >= occupancy)
			snprintf(cause, sizeof(cause), "the pool of %s is %.1f %% full",
				 pools[i].backend, 100.0 * pools[i].used / pools[i].size);
	}
	l->bounces = held_total();
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

static void write_incident(void)
{
	struct pool pools[HOST_POOLS];
	struct incident in;
	int i, n;

	if (!incident_create(&in, folder))
		return;
	incident_section(&in, "cause");
	fprintf(in.f, "%s\n", cause);
	incident_section(&in, "host");
	fprintf(in.f, "kernel %s, %s, backend %s, %d CPUs\n", host.release, host_name(&host),
		host_backend(&host), host.cpus);
	n = host_pools(&host, pools);
	for (i = 0; i < n; i++)
		fprintf(in.f, "pool of %s: %llu bytes, %llu in use\n", pools[i].backend,
			pools[i].size, pools[i].used);
	holders_write(&in, &host);
	write_last_minute(&in);
	incident_section(&in, "kernel log, the last 100 lines");
	incident_output(&in, "dmesg 2>/dev/null | tail -n 100");
	incident_section(&in, "xl info");
	incident_output(&in, "xl info 2>/dev/null");
	if (incident_close(&in)) {
		files++;
		printf("%s: %s\n", in.path, cause);
		fflush(stdout);
	}
}

int command_watch(int argc, char **argv)
{
	const struct events_options events = { .failures = true, .exchanges = true };
	struct held_options held = { .live = true };
	double begin, next_look = 0;
	const char *wrong;

	command_parse(&own, "watch", COMMAND_SECONDS, text, argc, argv);
	command_look(&host);
	wrong = output_folder(folder);
	if (wrong)
		die("can't keep files in %s: %s", folder, wrong);
	held.stack_budget = budget / 100;
	held_start(&host, &held);
	events_start(&host, &events, happened);
	events_arm();
	command_begin();
	command_waker = events_waker();
	begin = now();
	while (command_wait(STEP, command_period(INFINITY))) {
		events_poll(0);
		if (now() >= next_look) {
			look();
			next_look = now() + STEP;
		}
		if (!*cause)
			continue;
		if (now() >= rests_until && files < most_files) {
			write_incident();
			rests_until = now() + rest;
		}
		*cause = '\0';
	}
	fprintf(stderr, "xswbounce: watched %.0f s, %llu bounces, %d files\n", now() - begin,
		held_total(), files);
	own_cost_print();
	events_stop();
	held_stop();
	return command_end();
}
