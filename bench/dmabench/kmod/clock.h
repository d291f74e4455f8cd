/* SPDX-License-Identifier: GPL-2.0-only */
/* The clock of all measurements: the time stamp counter, and what is known about it. */
#ifndef DMABENCH_CLOCK_H
#define DMABENCH_CLOCK_H

#include <asm/msr.h>
#include <asm/tsc.h>

#include "text.h"

/* Ticks now; not executed before what precedes it has finished. */
static inline u64 clock_ticks(void)
{
	return rdtsc_ordered();
}

/* Look at the clock once, at load. */
void clock_examine(void);

/* What was found, as members of a JSON object. */
void clock_describe(struct text *t);

#endif
