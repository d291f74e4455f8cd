/* SPDX-License-Identifier: GPL-2.0-only */
/* Latencies as they were measured, one number each, and what is told of them. */
#ifndef DMABENCH_SAMPLES_H
#define DMABENCH_SAMPLES_H

#include <linux/types.h>

#include "text.h"

struct samples {
	u64 *ticks;
	unsigned int n, room;
};

/* Return: 0 or -ENOMEM. */
int samples_init(struct samples *s, unsigned int room);
void samples_free(struct samples *s);

/* Keep one latency; what exceeds the room is dropped. */
static inline void samples_add(struct samples *s, u64 ticks)
{
	if (s->n < s->room)
		s->ticks[s->n++] = ticks;
}

/* Append all of @from to @to, which has the room. */
void samples_merge(struct samples *to, const struct samples *from);

/**
 * samples_describe - sort and print the figures
 *
 * Prints one JSON object: number, least, median, p99, p99.9, greatest, mean, and a histogram of
 * [upper bound, count] pairs with eight bounds an octave. Percentiles are exact (nearest rank).
 * Without a sample the figures are null.
 */
void samples_describe(struct samples *s, const char *name, struct text *t);

#endif
