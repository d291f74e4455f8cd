// SPDX-License-Identifier: GPL-2.0-only
/* Reading a ring that is never empty, and the last reading of all. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/reader.h"
#include "say.h"
#include "ok.h"

#define ENDLESS (1LL << 60)

static int (*callback)(void *, void *, size_t);
static long long waiting, taken, stop_at;
static int message_us; /* how long it takes to show one */

/* What reader.c calls of the others: libbpf's ring ends when it is empty, or when it is told to. */
struct ring_buffer {
	int none;
};

struct ring_buffer *ring_buffer__new(int map, ring_buffer_sample_fn sample, void *data,
				     const struct ring_buffer_opts *options)
{
	static struct ring_buffer ring;

	(void)map;
	(void)data;
	(void)options;
	callback = sample;
	return &ring;
}

int ring_buffer__consume(struct ring_buffer *ring)
{
	int n = 0;

	(void)ring;
	for (; waiting; n++) {
		waiting--;
		if (callback(NULL, &n, sizeof(n)) < 0)
			return -1;
	}
	return n;
}

void die(const char *format, ...)
{
	(void)format;
	exit(STATUS_ERROR);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int take(void *data, size_t size)
{
	double end = now() + message_us / 1e6;

	(void)data;
	(void)size;
	taken++;
	while (message_us && now() < end)
		;
	return taken == stop_at;
}

static double seconds_of(bool (*read)(struct ring_buffer *), struct ring_buffer *ring, bool *more)
{
	double begin = now();

	taken = 0;
	*more = read(ring);
	return now() - begin;
}

static unsigned int left;
static double drain_for = 2;

static bool drain(struct ring_buffer *ring)
{
	left = reader_drain(ring, drain_for);
	return false;
}

int main(void)
{
	struct ring_buffer *ring = reader_open(3, take);
	double seconds;
	bool more;

	waiting = 1000;
	seconds_of(reader_poll, ring, &more);
	ok(taken == 1000 && !more, "all that has come, and no more is awaited");
	waiting = ENDLESS;
	seconds = seconds_of(reader_poll, ring, &more);
	ok(seconds >= READER_MOMENT && seconds < 1 && more && taken > 64,
	   "a ring that is never empty is read for a moment");
	taken = 0;
	reader_poll(ring);
	ok(taken > 64, "and then for another");
	waiting = ENDLESS;
	message_us = 500;
	seconds = seconds_of(reader_poll, ring, &more);
	ok(seconds < 1 && more, "so it is where each message takes its time");
	message_us = 0;
	waiting = 100;
	stop_at = 10;
	seconds_of(reader_poll, ring, &more);
	ok(taken == 10 && waiting == 90, "the visitor may stop it");
	stop_at = 20;
	seconds_of(drain, ring, &more);
	ok(taken == 90 && !left && !waiting, "but not the last reading: it takes all");
	waiting = 20000;
	message_us = 500;
	seconds = seconds_of(drain, ring, &more);
	ok(seconds < 3 && !waiting && left && taken + left == 20000,
	   "for two seconds: what is left then is counted");
	waiting = 6000;
	drain_for = 30;
	seconds = seconds_of(drain, ring, &more);
	ok(seconds > 2 && !left && taken == 6000, "for longer, where that is asked for");
	return done_testing();
}
