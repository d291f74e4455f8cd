// SPDX-License-Identifier: GPL-2.0-only
/*
 * xswbounce leaks: stacks whose bounced mappings are made and never undone.
 *
 * A stack leaks whose live mappings keep growing (engine/growth.h). What is older than all that was
 * watched and does not grow is held, as a NIC's receive ring is.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "engine/growth.h"
#include "engine/held.h"
#include "show/json.h"
#include "show/older.h"
#include "engine/own_cost.h"
#include "say.h"
#include "engine/symbols.h"
#include "show/text.h"

#define SAMPLES 10 /* looks at the live mappings in a window */

struct suspect {
	u64 dev;
	int stack;
	struct growth growth;
	struct held_site now;
};

static struct suspect suspects[XB_MAX_STACKS];
static int nr_suspects, windows;
static double window = 10;
static struct host host;

static const struct argp_option options[] = {
	{ "window", 'w', "SECONDS", 0, "Length of a window (default 10); it takes four", 0 }, {}
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	char *end;

	if (key != 'w')
		return ARGP_ERR_UNKNOWN;
	window = strtod(arg, &end);
	if (*end || !(window >= 0.5) || window > 86400)
		argp_error(state, "--window must be seconds, 0.5 to 86400, not '%s'", arg);
	return 0;
}

static const struct argp own = { .options = options, .parser = parse };

static const char text[] =
	"Names the kernel stacks whose bounced mappings keep growing: made, and never undone.\v"
	"Runs for SECONDS (default: four windows), or while PROGRAM runs. "
	"Mappings that are only old, like a NIC's idle receive ring, are listed apart as 'held'; "
	"those made before it ran without a stack, and of the stock pool without a device. Dear: a "
	"stack is walked for each bounce, 10,400 instructions for a map and its unmap, eighteen "
	"times what top costs.\n\n"
	"Exit status: 0 nothing leaks, 1 something does, 2 an error.\n\n"
	"Examples:\n"
	"  xswbounce leaks\n"
	"  xswbounce leaks --window 60 -d 0000:00:04.0";

static struct suspect *suspect_of(const struct held_site *site)
{
	int i;

	for (i = 0; i < nr_suspects; i++)
		if (suspects[i].dev == site->dev && suspects[i].stack == site->stack)
			return &suspects[i];
	if (nr_suspects == XB_MAX_STACKS)
		return NULL;
	suspects[nr_suspects] = (struct suspect){ .dev = site->dev, .stack = site->stack };
	return &suspects[nr_suspects++];
}

static void sample(void)
{
	struct held_site *sites;
	struct suspect *s;
	int i, n;

	held_prune();
	n = held_sites(command_options.device, &sites);
	for (i = 0; i < n; i++) {
		s = suspect_of(&sites[i]);
		if (!s)
			continue;
		growth_look(&s->growth, sites[i].live, held_balance(s->dev));
		s->now = sites[i];
	}
	free(sites);
}

static void close_window(void)
{
	struct suspect *s;

	windows++;
	for (s = suspects; s < suspects + nr_suspects; s++)
		growth_close(&s->growth);
}

static void print_stack(int stack)
{
	u64 addresses[XB_STACK_DEPTH];
	int n = held_stack(stack, addresses), i;

	for (i = symbol_frames(addresses, n); i < n; i++)
		printf("    %s\n", symbol(addresses[i]));
}

static void print_suspect(const struct suspect *s, const char *what)
{
	struct xb_device d;

	held_device(s->dev, &d);
	printf("%s: %s (%s): %llu live mappings, %llu bytes, the oldest %s old; grew in %d of the "
	       "last windows\n",
	       what, d.name, d.driver, s->now.live, s->now.live_bytes, text_ns(s->now.oldest_ns),
	       s->growth.grown);
	print_stack(s->stack);
}

static void json_suspect(const struct suspect *s)
{
	u64 addresses[XB_STACK_DEPTH];
	int n = held_stack(s->stack, addresses), i;
	struct xb_device d;

	held_device(s->dev, &d);
	json_object(NULL);
	json_text("device", d.name);
	json_text("driver", d.driver);
	json_count("live", s->now.live);
	json_count("bytes", s->now.live_bytes);
	json_count("oldest_ns", s->now.oldest_ns);
	json_count("grown_windows", s->growth.grown);
	json_array("stack");
	for (i = symbol_frames(addresses, n); i < n; i++)
		json_text(NULL, symbol(addresses[i]));
	json_array_end();
	json_object_end();
}

static bool held(const struct suspect *s)
{
	return !growth_leaks(&s->growth) && s->now.live &&
	       s->now.oldest_ns > window * GROWTH_WINDOWS * 1e9;
}

static void report_older(void)
{
	struct older list[OLDER_MAX];
	int i, n = older_find(&host, list);

	for (i = 0; i < n; i++) {
		if (command_options.device && strcmp(command_options.device, list[i].device.name))
			continue;
		if (command_options.json)
			older_json(&list[i]);
		else
			older_print(stdout, &list[i]);
	}
}

static int report(void)
{
	struct xb_held_losses lost = held_losses();
	int found = 0;
	struct suspect *s;

	if (command_options.json) {
		json_begin("leaks");
		json_count("windows", windows);
		json_number("window_seconds", window);
		json_array("leaks");
	}
	for (s = suspects; s < suspects + nr_suspects; s++) {
		if (!growth_leaks(&s->growth))
			continue;
		found++;
		if (command_options.json)
			json_suspect(s);
		else
			print_suspect(s, "LEAK");
	}
	if (command_options.json) {
		json_array_end();
		json_array("held");
	}
	for (s = suspects; s < suspects + nr_suspects; s++) {
		if (!held(s))
			continue;
		if (command_options.json)
			json_suspect(s);
		else
			print_suspect(s, "held, not growing");
	}
	if (command_options.json) {
		json_array_end();
		json_array("older");
	}
	report_older();
	if (command_options.json) {
		json_array_end();
		json_count("lost_live", lost.live);
		json_count("lost_stacks", lost.stacks);
		json_count("lost_devices", lost.devices);
		json_count("lost_nested", lost.nested);
		json_end();
	} else if (windows <= GROWTH_WINDOWS) {
		printf("Too short to judge: %d windows of %.1f s; it takes %d.\n", windows, window,
		       GROWTH_WINDOWS + 1);
	} else if (!found) {
		printf("No leak: no stack's live mappings kept growing over %d windows of %.1f s.\n",
		       GROWTH_WINDOWS, window);
	}
	if (lost.devices)
		warn("%llu mappings were of devices that are not followed: more than %d, or no "
		     "memory for them",
		     lost.devices, XB_MAX_DEVICES);
	if (lost.live || lost.stacks || lost.sites || lost.nested)
		warn("not followed: %llu mappings, %llu stacks: more than this tool keeps; %llu "
		     "calls within a probe",
		     lost.live, lost.stacks + lost.sites, lost.nested);
	return found;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

int command_leaks(int argc, char **argv)
{
	struct held_options held = { .live = true, .balance = true };
	double end, next;
	int found;

	command_parse(&own, "leaks", COMMAND_SECONDS, text, argc, argv);
	command_look(&host);
	held_start(&host, &held);
	command_every = held_follow;
	command_begin();
	next = now() + window;
	end = command_period(INFINITY);
	while ((end < INFINITY || windows <= GROWTH_WINDOWS) &&
	       command_wait(window / SAMPLES, end)) {
		sample();
		if (now() >= next) {
			close_window();
			next = now() + window; /* none is cut short, however late this one was */
		}
	}
	found = report();
	own_cost_print();
	held_stop();
	return command_end() ?: found > 0;
}
