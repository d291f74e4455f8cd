// SPDX-License-Identifier: GPL-2.0-only
/*
 * xswbounce doctor: is this domain's memory scattered over the machine, does that cost bounces,
 * what can be had, and what to do.
 *
 * Bounces are counted after the walk, which delays others on its CPU, and each that straddles is
 * put down to the MiB it lies in.
 */
#include <stdlib.h>
#include <time.h>

#include "command.h"
#include "engine/contiguity.h"
#include "engine/defrag.h"
#include "engine/room.h"
#include "engine/xen_heap.h"
#include "show/doctor.h"
#include "show/json.h"
#include "show/screen.h"

static struct host host;
static struct examination found = { .pool_mb = 64, .width = 32 };
static unsigned int most_blocks = CONTIGUITY_MOST_BLOCKS;

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
		found.pool_mb = number(arg, 1, 1 << 20, state);
		return 0;
	case 'w':
		found.width = number(arg, 24, 40, state);
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
	"Exit status: 0 nothing to do, or too short to tell, 1 buffers bounce for it, 2 an error.\n\n"
	"Examples:\n"
	"  xswbounce doctor\n"
	"  xswbounce doctor 10\n"
	"  xswbounce doctor --pool 256\n"
	"  xswbounce doctor --blocks 512";

static double monotonic(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void find_room(void)
{
	struct room_facts f;

	room_look(&f, &host, &found.memory, &found.xen, (u64)found.pool_mb << 20, found.width);
	room_answers(&f, &found.pool);
}

/* Return: seconds until the counting alone was left to do. */
static double look(double begun)
{
	contiguity_start(found.width);
	found.load_seconds = monotonic() - begun;
	contiguity_walk(&found.memory, most_blocks);
	xen_heap_look(&found.xen, found.width);
	find_room();
	return monotonic() - begun;
}

static void show(enum doctor_verdict v)
{
	if (command_options.json) {
		json_begin("doctor");
		doctor_json(&found, v);
		json_end();
	} else {
		screen_begin(command_options.timestamp);
		doctor_print(&found, v);
		screen_end();
	}
}

int command_doctor(int argc, char **argv)
{
	enum doctor_verdict v;
	double counted;

	command_parse(&own, "doctor", COMMAND_SECONDS, text, argc, argv);
	command_look_memory(&host);
	found.host = &host;
	found.look_seconds = look(monotonic());
	contiguity_count();
	command_begin();
	while (command_wait(0.1, command_period(1)))
		contiguity_follow();
	found.seconds = command_elapsed();
	found.counts = contiguity_counts();
	counted = monotonic();
	found.nr_hot = contiguity_hot(&found.hot, &found.bounces);
	defrag_look(&found.defrag);
	found.look_seconds += monotonic() - counted;
	v = doctor_judge(&found);
	show(v);
	free(found.hot);
	contiguity_stop();
	return command_end() ?: v == DOCTOR_COSTLY;
}
