/* SPDX-License-Identifier: GPL-2.0-only */
/* A recording's time in intervals of one length: which one an event falls into. */
#ifndef REPLAY_TIMELINE_H
#define REPLAY_TIMELINE_H

#include "platform.h"

struct timeline {
	u64 interval; /* ns */
	u32 points;
};

/* Of what is followed along a timeline: the interval it is in, and where that ends */
struct timeline_at {
	u32 point;
	u64 ends;
};

static inline struct timeline timeline_for(u64 ns, u32 points)
{
	return (struct timeline){ .interval = ns / points + 1, .points = points };
}

static inline struct timeline_at timeline_begin(const struct timeline *t)
{
	return (struct timeline_at){ .ends = t->interval };
}

/* Does @ns lie beyond the interval?  What is late, of another CPU's, counts where we are. */
static inline bool timeline_is_over(const struct timeline *t, const struct timeline_at *at, u64 ns)
{
	return ns >= at->ends && at->point + 1 < t->points;
}

static inline void timeline_step(const struct timeline *t, struct timeline_at *at)
{
	at->point++;
	at->ends += t->interval;
}

#endif /* REPLAY_TIMELINE_H */
