/* SPDX-License-Identifier: GPL-2.0-only */
/* The clock of all measurements: the time stamp counter, and what is known about it. */
#ifndef DMABENCH_CLOCK_H
#define DMABENCH_CLOCK_H

#include <asm/msr.h>
#include <asm/tsc.h>

#include "text.h"

/* Ticks before what is timed: what precedes them has finished, what follows has not begun. */
static inline u64 clock_start(void)
{
	u64 ticks = rdtsc_ordered();

	asm volatile("lfence" : : : "memory");
	return ticks;
}

/* Ticks after it: read when what is timed has finished. */
static inline u64 clock_end(void)
{
	return rdtsc_ordered();
}

/* Look at the clock once, at load. */
void clock_examine(void);

/* What was found, as members of a JSON object. */
void clock_describe(struct text *t);

#endif
