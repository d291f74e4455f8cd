/* SPDX-License-Identifier: GPL-2.0-only */
/* How full the pools are at each map: loads occupancy.bpf.c, reads what it keeps. */
#ifndef XB_OCCUPANCY_H
#define XB_OCCUPANCY_H

#include <stdbool.h>

#include "bpf/occupancy.h"
#include "engine/host.h"

/* One device: counts since the start, maxima of the interval that ended, in slots. */
struct occupancy_row {
	u64 key;
	struct xb_device device;
	u32 pool;  /* 0: stock's, 1: the module's */
	bool gone; /* this is its last interval: its place is another's now */
	u64 maps, fails;
	u64 held; /* what it held before the start is in it as far as that was undone since */
	u64 used;
	u64 steps[XB_OCCUPANCY_STEPS];
};

struct occupancy {
	struct occupancy_row rows[XB_OCCUPANCY_DEVICES];
	int n;
	u64 used[XB_OCCUPANCY_POOLS]; /* the most of the interval: at a map, or as it began */
	u64 lost;                     /* maps that were not counted, since the start */
};

void occupancy_start(const struct host *host);
void occupancy_follow(void); /* see whether the module came or went: some times a second */
void occupancy_stop(void);

/**
 * occupancy_interval() - end an interval, and begin the next
 */
void occupancy_interval(struct occupancy *o);

u64 occupancy_step(u32 pool); /* slots in a step of a pool's histograms */
u32 occupancy_areas(void);    /* of the stock pool */

#endif /* XB_OCCUPANCY_H */
