// SPDX-License-Identifier: GPL-2.0-only
/* Reads a ring of messages, for a moment at a time. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "engine/reader.h"
#include "say.h"

#define LOOK_EVERY 64 /* messages between two looks at the clock */

static reader_visitor visitor;
static double read_until;
static unsigned int reads, unread;
static bool time_is_up, draining;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void read_for(struct ring_buffer *ring, double seconds)
{
	read_until = now() + seconds;
	reads = 0;
	time_is_up = false;
	ring_buffer__consume(ring);
}

static int received(void *unused, void *data, size_t size)
{
	(void)unused;
	if (++reads % LOOK_EVERY == 0)
		time_is_up = now() > read_until;
	if (!draining)
		return visitor(data, size) || time_is_up ? -EINTR : 0;
	if (time_is_up)
		unread++;
	else
		visitor(data, size);
	return 0;
}

struct ring_buffer *reader_open(int map, reader_visitor visit)
{
	struct ring_buffer *ring = ring_buffer__new(map, received, NULL, NULL);

	if (!ring)
		die("can't read the ring buffer: %s", strerror(errno));
	visitor = visit;
	return ring;
}

bool reader_poll(struct ring_buffer *ring)
{
	read_for(ring, READER_MOMENT);
	return time_is_up;
}

unsigned int reader_drain(struct ring_buffer *ring, double seconds)
{
	draining = true;
	unread = 0;
	read_for(ring, seconds);
	draining = false;
	return unread;
}
