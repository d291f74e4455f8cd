// SPDX-License-Identifier: GPL-2.0-only
/*
 * coherent: allocate and free, timed one by one.
 *
 * Every block is checked to be zero, then filled with rubbish before it is given back, so that
 * the next one is checked on a dirtied block; 'reused' counts blocks that came back at the
 * kernel's address of the one before. Neither is timed. Interrupts stay on: the allocation may
 * sleep.
 */
#include <linux/string.h>

#include "cell.h"
#include "clock.h"

#define RUBBISH 0xa5

static void check_and_dirty(struct worker *w, void *block, size_t size)
{
	w->checked++;
	if (memchr_inv(block, 0, size))
		w->wrong++;
	memset(block, RUBBISH, size);
}

static void measure_coherent(struct worker *w)
{
	size_t size = w->run->cell.size;
	void *block, *before = NULL;
	u64 start, end, alloc;
	unsigned int i;
	dma_addr_t bus;

	for (i = 0; worker_next(w, i); i++) {
		start = clock_start();
		block = dma_alloc_coherent(w->dev, size, &bus, GFP_KERNEL | __GFP_NOWARN);
		alloc = clock_end() - start;
		w->tries += worker_counts(w, i);
		if (!block) {
			if (worker_counts(w, i))
				samples_add(&w->fails, alloc);
			continue;
		}
		check_and_dirty(w, block, size);
		w->reused += block == before;
		before = block;
		start = clock_start();
		dma_free_coherent(w->dev, size, block, bus);
		end = clock_end();
		if (worker_counts(w, i)) {
			w->served++;
			samples_add(&w->first, alloc + end - start);
			samples_add(&w->second, alloc);
		}
		cond_resched();
	}
}

static u64 takes(const struct cell *c)
{
	return PAGE_SIZE << get_order(c->size);
}

const struct test test_coherent = { "coherent", "alloc+free", "alloc", measure_coherent, false,
				    1,          300,          takes };
