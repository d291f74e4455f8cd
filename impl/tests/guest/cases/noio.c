// SPDX-License-Identifier: GPL-2.0-only
/*
 * Coherent memory for a caller that may sleep but must not wait for I/O, as a disk's driver in the
 * middle of a request.  It never waits for a lock under which others reclaim memory: it does not
 * give up its CPU at all.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/vmalloc.h>

#include "cases.h"

#define SIZE   SZ_64K
#define BLOCKS 256 /* 16 MiB, more than is kept idle */

struct block {
	void *va;
	dma_addr_t bus;
};

/* Takes all blocks and gives them back: how many were there, and how often did it sleep? */
static unsigned int one_round(struct device *dev, struct block *b, gfp_t gfp, unsigned long *slept)
{
	unsigned long before = current->nvcsw;
	unsigned int i, n;

	for (n = 0; n < BLOCKS; n++) {
		b[n].va = dma_alloc_coherent(dev, SIZE, &b[n].bus, gfp);
		if (!b[n].va)
			break;
	}
	*slept += current->nvcsw - before;
	for (i = 0; i < n; i++)
		dma_free_coherent(dev, SIZE, b[i].va, b[i].bus);
	return n;
}

/* Both kinds in turns, with a pause after each, in which idle blocks are given back */
void noio_case(struct device *dev)
{
	struct block *b = vcalloc(BLOCKS, sizeof(*b));
	unsigned long slept = 0, scope_slept = 0, until = jiffies + 10 * HZ;
	unsigned int rounds, least = BLOCKS, flags;

	if (!b)
		return;
	for (rounds = 0; rounds < 4 || time_before(jiffies, until); rounds++) {
		if (rounds & 1) {
			flags = memalloc_noio_save();
			least = min(least, one_round(dev, b, GFP_KERNEL, &scope_slept));
			memalloc_noio_restore(flags);
		} else {
			least = min(least, one_round(dev, b, GFP_NOIO, &slept));
		}
		msleep(200);
	}
	vfree(b);
	ok(!slept, "GFP_NOIO never sleeps (it did %lu times in %u rounds)", slept, rounds);
	ok(!scope_slept, "nor a task in a scope without I/O (%lu times)", scope_slept);
	ok(least, "and %u blocks of 64 KiB at least were served", least);
}
