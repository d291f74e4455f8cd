// SPDX-License-Identifier: GPL-2.0-only
/*
 * handoff: one CPU maps, another unmaps, as a driver's completion interrupt may.
 *
 * Threads work in twos. The even one maps and puts bus addresses into a ring of 'depth' places,
 * the odd one takes them out and unmaps. One writer and one reader: each owns one index. A map
 * that fails is not put into the ring.
 */
#include <linux/slab.h>

#include "cell.h"
#include "streaming.h"

struct place {
	dma_addr_t bus;
	bool counts;
};

struct handoff {
	struct place *place;
	unsigned int depth;
	unsigned int put ____cacheline_aligned_in_smp;
	unsigned int taken ____cacheline_aligned_in_smp;
	bool ended;
};

static struct handoff *handoff_new(unsigned int depth)
{
	struct handoff *h = kzalloc(sizeof(*h), GFP_KERNEL);

	if (!h)
		return NULL;
	h->depth = depth;
	h->place = kcalloc(depth, sizeof(*h->place), GFP_KERNEL);
	if (h->place)
		return h;
	kfree(h);
	return NULL;
}

static void put(struct handoff *h, dma_addr_t bus, bool counts)
{
	while (h->put - smp_load_acquire(&h->taken) == h->depth) {
		cpu_relax();
		cond_resched();
	}
	h->place[h->put % h->depth] = (struct place){ bus, counts };
	smp_store_release(&h->put, h->put + 1);
}

static void measure_mapper(struct worker *w)
{
	struct handoff *h = handoff_new(w->run->cell.depth);
	unsigned int i;
	dma_addr_t bus;

	if (!h)
		w->error = -ENOMEM;
	smp_store_release(&w->handoff, h ?: ERR_PTR(-ENOMEM));
	for (i = 0; h && worker_next(w, i); i++) {
		bus = streaming_map(w, i);
		if (bus != DMA_MAPPING_ERROR)
			put(h, bus, worker_counts(w, i));
		cond_resched();
	}
	if (h)
		smp_store_release(&h->ended, true);
}

static struct handoff *wait_for_mapper(struct worker *mapper)
{
	struct handoff *h;

	while (!(h = smp_load_acquire(&mapper->handoff))) {
		cpu_relax();
		cond_resched();
	}
	return h;
}

/* The unmapper is the last to use the ring, and frees it. */
static void measure_unmapper(struct worker *w)
{
	struct handoff *h = wait_for_mapper(w - 1);
	struct place p;
	bool ended;

	if (IS_ERR(h))
		return;
	for (;;) {
		ended = smp_load_acquire(&h->ended);
		if (smp_load_acquire(&h->put) == h->taken) {
			if (ended)
				break;
			cpu_relax();
			cond_resched();
			continue;
		}
		p = h->place[h->taken % h->depth];
		smp_store_release(&h->taken, h->taken + 1);
		streaming_unmap(w, p.bus, p.counts);
		cond_resched();
	}
	kfree(h->place);
	kfree(h);
}

static void measure_handoff(struct worker *w)
{
	if (w->number % 2)
		measure_unmapper(w);
	else
		measure_mapper(w);
}

const struct test test_handoff = { "handoff", "map", "unmap", measure_handoff, true, 2, 2000 };
