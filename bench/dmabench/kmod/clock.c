// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds out what the time stamp counter counts.
 *
 * In a machine emulated with an instruction clock, it advances by a fixed number of ticks an
 * instruction, which makes every figure exactly repeatable. Nobody has to tell us: a loop of
 * 2 N instructions is timed against one of N; on such a clock the difference is the same in
 * nearly every try, to the tick, and a whole number of ticks an instruction. On a real machine
 * neither holds. A few tries may differ: under Xen the hypervisor's own interrupts come in where
 * ours are off.
 */
#include <linux/irqflags.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "clock.h"

#define LOOPS       8192
#define LOOP_LENGTH 2 /* instructions: dec, jnz */
#define TRIES       32
#define DISTURBED   4 /* tries that may differ */

static struct {
	unsigned int overhead;              /* least ticks between two readings */
	unsigned int ticks_per_instruction; /* 0: a clock of time */
} found;

static u64 time_loop(unsigned long loops)
{
	unsigned long flags;
	u64 start, end;

	local_irq_save(flags);
	start = clock_start();
	asm volatile("1: dec %0\n\tjnz 1b" : "+r"(loops) : : "cc");
	end = clock_end();
	local_irq_restore(flags);
	return end - start;
}

/* What all tries but a few have in common; 0 if there is no such figure. */
static u64 common_to_nearly_all(const u64 *tries)
{
	int i, k, same;

	for (i = 0; i <= DISTURBED; i++) {
		for (k = same = 0; k < TRIES; k++)
			same += tries[k] == tries[i];
		if (same >= TRIES - DISTURBED)
			return tries[i];
	}
	return 0;
}

static unsigned int find_ticks_per_instruction(void)
{
	u64 extra, tries[TRIES];
	int i;

	for (i = 0; i < TRIES; i++)
		tries[i] = time_loop(2 * LOOPS) - time_loop(LOOPS);
	extra = common_to_nearly_all(tries);
	return extra % (LOOPS * LOOP_LENGTH) ? 0 : extra / (LOOPS * LOOP_LENGTH);
}

/* With interrupts off, as around what is timed: a trap takes another way back where they are on. */
static unsigned int find_overhead(void)
{
	u64 start, end, least = U64_MAX;
	unsigned long flags;
	int i;

	local_irq_save(flags);
	for (i = 0; i < 1000; i++) {
		start = clock_start();
		end = clock_end();
		least = min(least, end - start);
	}
	local_irq_restore(flags);
	return least;
}

void clock_examine(void)
{
	found.overhead = find_overhead();
	found.ticks_per_instruction = find_ticks_per_instruction();
}

void clock_describe(struct text *t)
{
	text_printf(t, "\"tsc_khz\":%u,\"clock_overhead_ticks\":%u,\"clock\":\"%s\"", tsc_khz,
		    found.overhead, found.ticks_per_instruction ? "instructions" : "time");
	if (found.ticks_per_instruction)
		text_printf(t, ",\"ticks_per_instruction\":%u", found.ticks_per_instruction);
}
