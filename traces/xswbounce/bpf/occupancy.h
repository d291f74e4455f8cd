/* SPDX-License-Identifier: GPL-2.0-only */
/* What occupancy.bpf.c and the tool exchange. */
#ifndef XB_OCCUPANCY_BPF_H
#define XB_OCCUPANCY_BPF_H

#include "bpf/shared.h"

#define XB_OCCUPANCY_BITS    6
#define XB_OCCUPANCY_DEVICES (1 << XB_OCCUPANCY_BITS) /* more are lost */
#define XB_OCCUPANCY_STEPS   256                      /* of a histogram, a power of two */
#define XB_OCCUPANCY_POOLS   2                        /* stock's, the module's */

/* The most in an interval, in slots. */
struct xb_most {
	u64 held; /* by the device itself */
	u64 used; /* of the pool, at a map of the device */
};

struct xb_occupancy {
	u64 key; /* by which others know the device; 0: not yet seen whole */
	u64 driver_at;
	u32 min_align; /* of the driver that mapped last */
	u32 pool;
	u64 maps, fails;
	long long held; /* since the start: made less undone, so without what was there before */
	long long least;
	struct xb_most most[2];        /* by the interval's parity */
	u64 steps[XB_OCCUPANCY_STEPS]; /* maps by how full the pool was then, itself included */
};

/* A pool, as the programs have it. */
struct xb_occupied {
	u32 shift; /* slots in a step of a histogram, as a power of two */
	u32 areas; /* of stock's, whose counts are to be summed up; 0: total_at tells */
	u64 areas_at;
	u64 total_at;
	long long used; /* the module's, which no event tells: followed from what it has told */
};

#endif /* XB_OCCUPANCY_BPF_H */
