// SPDX-License-Identifier: GPL-2.0-only
/* xswbounce stacks: the kernel stacks that bounce, folded for flame graphs. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "show/flame.h"
#include "engine/held.h"
#include "show/json.h"
#include "show/output.h"
#include "engine/own_cost.h"
#include "say.h"
#include "engine/symbols.h"
#include "show/text.h"

enum weight { BY_COUNT, BY_BYTES, BY_TIME };

static const char *const units[] = { "bounces", "bytes", "ns" };

static enum weight weight = BY_BYTES;
static const char *svg;

static const struct argp_option options[] = { { "by", 'b', "bytes|count|time", 0,
						"Weigh stacks by bytes bounced (default), by their "
						"number, or by time in the map call (dearer)",
						0 },
					      { "svg", 's', "FILE", 0,
						"Also draw a flame graph there", 0 },
					      {} };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'b':
		if (!strcmp(arg, "bytes"))
			weight = BY_BYTES;
		else if (!strcmp(arg, "count"))
			weight = BY_COUNT;
		else if (!strcmp(arg, "time"))
			weight = BY_TIME;
		else
			argp_error(state, "--by must be bytes, count or time, not '%s'", arg);
		return 0;
	case 's':
		svg = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp own = { .options = options, .parser = parse };

static const char text[] =
	"Kernel stacks of bounced mappings, one a line, folded: device;outermost;...;innermost WEIGHT. "
	"Measures until Ctrl-C, for SECONDS, or while PROGRAM runs.\v"
	"Dear: a stack is walked for each bounce, 8800 instructions or more, fifteen times what top "
	"costs.\n\n"
	"Examples:\n"
	"  xswbounce stacks 10 --svg bounces.svg\n"
	"  xswbounce stacks --by time -d 0000:00:04.0 10";

static u64 weight_of(const struct xb_site *s)
{
	return weight == BY_COUNT ? s->count : weight == BY_BYTES ? s->bytes : s->ns;
}

static int heavier(const void *a, const void *b)
{
	u64 x = weight_of(&((const struct held_site *)a)->total);
	u64 y = weight_of(&((const struct held_site *)b)->total);

	return x > y ? -1 : x < y;
}

/* The device, then the frames from the outermost in. */
static int frames_of(const struct held_site *site, const char **frames, struct xb_device *d)
{
	u64 addresses[XB_STACK_DEPTH];
	int n = held_stack(site->stack, addresses), skip = symbol_frames(addresses, n), count = 0;

	held_device(site->dev, d);
	frames[count++] = d->name;
	if (!n)
		frames[count++] = "[stack not stored]";
	while (n-- > skip)
		frames[count++] = symbol(addresses[n]);
	return count;
}

static void json_site(const struct held_site *site, const char **frames, int n)
{
	int i;

	json_object(NULL);
	json_text("device", frames[0]);
	json_count("bounces", site->total.count);
	json_count("bytes", site->total.bytes);
	json_count("ns", site->total.ns);
	json_array("stack");
	for (i = 1; i < n; i++)
		json_text(NULL, frames[i]);
	json_array_end();
	json_object_end();
}

static void draw(void)
{
	struct output o;
	char title[64];

	if (!svg)
		return;
	if (!output_begin(&o, svg, 0644))
		die("can't write %s: %s", svg, strerror(errno));
	snprintf(title, sizeof(title), "Bounced DMA mappings, by %s", units[weight]);
	flame_draw(o.f, title, units[weight]);
	if (!output_finish(&o))
		die("can't write %s: %s", svg, strerror(errno));
}

static void show(const struct held_site *sites, int n)
{
	const char *frames[XB_STACK_DEPTH + 2];
	struct xb_device d;
	int i, j, count;

	for (i = 0; i < n; i++) {
		count = frames_of(&sites[i], frames, &d);
		flame_add(frames, count, weight_of(&sites[i].total));
		if (command_options.json) {
			json_site(&sites[i], frames, count);
			continue;
		}
		for (j = 0; j < count; j++)
			printf("%s%s", j ? ";" : "", frames[j]);
		printf(" %llu\n", weight_of(&sites[i].total));
	}
}

int command_stacks(int argc, char **argv)
{
	struct held_options held = { 0 };
	struct xb_held_losses lost;
	struct held_site *sites;
	struct host host;
	int n;

	command_parse(&own, "stacks", COMMAND_SECONDS, text, argc, argv);
	command_look(&host);
	held.time = weight == BY_TIME;
	held_start(&host, &held);
	command_every = held_follow;
	command_begin();
	while (command_wait(INFINITY, command_period(86400)))
		;
	n = held_sites(command_options.device, &sites);
	lost = held_losses();
	qsort(sites, n, sizeof(*sites), heavier);
	if (command_options.json) {
		json_begin("stacks");
		json_array("sites");
	}
	show(sites, n);
	if (command_options.json) {
		json_array_end();
		json_count("lost_stacks", lost.stacks);
		json_count("lost_nested", lost.nested);
		json_count("lost_sites", lost.sites);
		json_end();
	}
	draw();
	if (lost.stacks || lost.sites)
		warn("%llu bounces without their stack, %llu not counted: more than %d stacks",
		     lost.stacks, lost.sites, XB_MAX_STACKS);
	own_cost_print();
	held_stop();
	return command_end();
}
