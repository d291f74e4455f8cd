// SPDX-License-Identifier: GPL-2.0-only
/*
 * timer: coherent memory for a caller that may not sleep, held beyond any reserve.
 *
 * A timer allocates 'depth' blocks each time it expires, of a sixteenth, a quarter and the whole
 * of 'size' in turn, with GFP_ATOMIC; nothing runs in between that could refill a reserve. It is
 * set again until 'count' blocks were tried. All are held until then, checked to be zero, dirtied
 * and given back. What is timed is the allocation.
 *
 * The timer is pinned to the CPU that this thread is bound to: when the thread runs again, the
 * callback has ended.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timer.h>

#include "cell.h"
#include "clock.h"

#define RUBBISH 0xa5
#define AT_ONCE (64 << 20) /* bytes that one expiry may ask for: all are cleared in a softirq */

struct block {
	void *va;
	dma_addr_t bus;
	u64 ticks;
	size_t size;
};

struct batch {
	struct timer_list timer;
	struct worker *w;
	struct block *block;
	unsigned int tried; /* of worker_total() */
	struct completion done;
};

static size_t size_of(const struct cell *c, unsigned int i)
{
	return max(c->size >> (4 - i % 3 * 2), 1u);
}

/* Memory of so many blocks: whole pages in powers of two. */
static u64 bytes_of(const struct cell *c, unsigned int blocks)
{
	u64 three = 0;
	unsigned int i;

	for (i = 0; i < 3; i++)
		three += PAGE_SIZE << get_order(size_of(c, i));
	return DIV_ROUND_UP(blocks, 3) * three;
}

static u64 takes(const struct cell *c)
{
	return bytes_of(c, c->warm + c->count) + (u64)(c->warm + c->count) * sizeof(struct block);
}

static const char *refuses(const struct cell *c)
{
	if (bytes_of(c, min(c->depth, c->warm + c->count)) <= AT_ONCE)
		return NULL;
	return "the timer would ask for more than 64 MiB at once: a smaller depth or size";
}

static void allocate(struct worker *w, struct block *b, size_t size)
{
	u64 start = clock_start();

	b->size = size;
	b->va = dma_alloc_coherent(w->dev, size, &b->bus, GFP_ATOMIC | __GFP_NOWARN);
	b->ticks = clock_end() - start;
}

static void expired(struct timer_list *timer)
{
	struct batch *batch = container_of(timer, struct batch, timer);
	struct worker *w = batch->w;
	unsigned int last = min(batch->tried + w->run->cell.depth, worker_total(w));

	for (; batch->tried < last; batch->tried++)
		allocate(w, &batch->block[batch->tried], size_of(&w->run->cell, batch->tried));
	complete(&batch->done);
}

static void give_back(struct worker *w, struct block *b, bool counts)
{
	w->tries += counts;
	if (!b->va) {
		if (counts)
			samples_add(&w->fails, b->ticks);
		return;
	}
	w->checked++;
	if (memchr_inv(b->va, 0, b->size))
		w->wrong++;
	memset(b->va, RUBBISH, b->size);
	dma_free_coherent(w->dev, b->size, b->va, b->bus);
	if (counts) {
		w->served++;
		samples_add(&w->first, b->ticks);
	}
}

static void measure_timer(struct worker *w)
{
	struct batch *batch = kzalloc(sizeof(*batch), GFP_KERNEL);
	unsigned int i;

	if (batch)
		batch->block = kvcalloc(worker_total(w), sizeof(*batch->block), GFP_KERNEL);
	if (!batch || !batch->block) {
		w->error = -ENOMEM;
		kfree(batch);
		return;
	}
	batch->w = w;
	timer_setup(&batch->timer, expired, TIMER_PINNED);
	while (worker_next(w, batch->tried)) {
		init_completion(&batch->done);
		mod_timer(&batch->timer, jiffies + 1);
		wait_for_completion(&batch->done);
	}
	for (i = 0; i < batch->tried; i++) {
		give_back(w, &batch->block[i], worker_counts(w, i));
		cond_resched();
	}
	kvfree(batch->block);
	kfree(batch);
}

const struct test test_timer = { "timer", "alloc", NULL,  measure_timer, false,
				 1,       300,     takes, refuses };
