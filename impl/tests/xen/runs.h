/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of impl/defrag share: a run, its bounds, and what it did to memory.
 */
#ifndef RUNS_H
#define RUNS_H

#include "../../defrag/contiguity.h"
#include "../../defrag/defrag.h"
#include "held.h"

extern struct xsw_defrag defrag; /* limits are kept from run to run of a test, the rest is not */
extern u32 stop_at;              /* xsw_go_on() ends the run at this call; 0: never */
extern u32 steps;                /* calls of it in the last run */
extern u64 most_in_step;         /* pages told to one of them */
extern u64 least_available;      /* bytes, when a step asked for a range */
extern u64 most_held;            /* pages, likewise: while note_held() is asked at each */
extern u32 awaited_at; /* from this alloc_contig_range() on somebody waits for the step's end; 0:
			  nobody */
extern void (*between_passes)(void);

int start_run(void **state);
enum xsw_ending run_movable(void);
enum xsw_ending run_hot(void);
void note_held(unsigned long start); /* for fake_range_asked */

void make_busy(u64 block, u64 n); /* somebody's page, that cannot be moved, is in each */

u64 contiguous_blocks(void);   /* of 2 MiB */
u64 pages_in_blocks(u8 order); /* whose largest aligned block of neighbours is of this order */
u64 taken_pages(void);         /* that Xen gave in the last run */
u64 xen_blocks(void);          /* free blocks of 2 MiB that Xen has */

#define a_run_test(test) cmocka_unit_test_setup(test, start_run)

#endif /* RUNS_H */
