// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streaming mappings: pair, split, burst, ring, sync.
 *
 *   pair   map and unmap, timed together
 *   split  map and unmap, timed one by one
 *   burst  map 'depth' buffers, then unmap them in the same order
 *   ring   hold 'depth' mappings; unmap the oldest, map a new one
 *   sync   map once; hand it to the CPU and back to the device
 *
 * A failed map is timed up to the failure and counted apart. Interrupts are off only while one
 * operation is timed, so a timer tick does not become somebody's latency.
 */
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/slab.h>

#include "cell.h"
#include "clock.h"
#include "streaming.h"

static inline unsigned long hold_interrupts(const struct worker *w)
{
	unsigned long flags = 0;

	if (!w->run->cell.interrupts)
		local_irq_save(flags);
	return flags;
}

static inline void release_interrupts(const struct worker *w, unsigned long flags)
{
	if (!w->run->cell.interrupts)
		local_irq_restore(flags);
}

static void note_route(struct worker *w, struct page *page, dma_addr_t bus)
{
	w->routes[address_route(w->dev, page_to_phys(page) + w->run->cell.offset, bus)]++;
}

/* Keep one timed map, or one that failed. */
static void note_map(struct worker *w, struct page *page, dma_addr_t bus, u64 ticks)
{
	w->tries++;
	if (bus == DMA_MAPPING_ERROR) {
		samples_add(&w->fails, ticks);
		return;
	}
	w->served++;
	note_route(w, page, bus);
	samples_add(&w->first, ticks);
}

dma_addr_t streaming_map(struct worker *w, unsigned int i)
{
	const struct cell *c = &w->run->cell;
	struct page *page = buffers_nth(&w->buffers, i);
	unsigned long flags = hold_interrupts(w);
	u64 start, end;
	dma_addr_t bus;
	bool failed;

	start = clock_start();
	bus = dma_map_page_attrs(w->dev, page, c->offset, c->size, w->run->dir, DMA_ATTR_NO_WARN);
	failed = dma_mapping_error(w->dev, bus);
	end = clock_end();
	release_interrupts(w, flags);
	if (worker_counts(w, i))
		note_map(w, page, failed ? DMA_MAPPING_ERROR : bus, end - start);
	return failed ? DMA_MAPPING_ERROR : bus;
}

void streaming_unmap(struct worker *w, dma_addr_t bus, bool counts)
{
	const struct cell *c = &w->run->cell;
	unsigned long flags;
	u64 start, end;

	if (bus == DMA_MAPPING_ERROR)
		return;
	flags = hold_interrupts(w);
	start = clock_start();
	dma_unmap_page_attrs(w->dev, bus, c->size, w->run->dir, 0);
	end = clock_end();
	release_interrupts(w, flags);
	if (counts)
		samples_add(&w->second, end - start);
}

static void measure_pair(struct worker *w)
{
	const struct cell *c = &w->run->cell;
	unsigned long flags;
	unsigned int i;
	u64 start, end;
	dma_addr_t bus;
	bool failed;

	for (i = 0; worker_next(w, i); i++) {
		struct page *page = buffers_nth(&w->buffers, i);

		flags = hold_interrupts(w);
		start = clock_start();
		bus = dma_map_page_attrs(w->dev, page, c->offset, c->size, w->run->dir,
					 DMA_ATTR_NO_WARN);
		failed = dma_mapping_error(w->dev, bus);
		if (!failed)
			dma_unmap_page_attrs(w->dev, bus, c->size, w->run->dir, 0);
		end = clock_end();
		release_interrupts(w, flags);
		if (worker_counts(w, i))
			note_map(w, page, failed ? DMA_MAPPING_ERROR : bus, end - start);
		cond_resched();
	}
}

static void measure_split(struct worker *w)
{
	unsigned int i;

	for (i = 0; worker_next(w, i); i++) {
		streaming_unmap(w, streaming_map(w, i), worker_counts(w, i));
		cond_resched();
	}
}

static dma_addr_t *held_array(struct worker *w)
{
	dma_addr_t *held = kcalloc(w->run->cell.depth, sizeof(*held), GFP_KERNEL);
	unsigned int i;

	if (!held)
		w->error = -ENOMEM;
	for (i = 0; held && i < w->run->cell.depth; i++)
		held[i] = DMA_MAPPING_ERROR;
	return held;
}

static void measure_burst(struct worker *w)
{
	unsigned int i = 0, k, n, depth = w->run->cell.depth;
	dma_addr_t *held = held_array(w);

	while (held && worker_next(w, i)) {
		n = min(depth, worker_total(w) - i);
		for (k = 0; k < n; k++) {
			held[k] = streaming_map(w, i + k);
			cond_resched();
		}
		for (k = 0; k < n; k++) {
			streaming_unmap(w, held[k], worker_counts(w, i + k));
			cond_resched();
		}
		i += n;
	}
	kfree(held);
}

static void measure_ring(struct worker *w)
{
	unsigned int i, depth = w->run->cell.depth;
	dma_addr_t *held = held_array(w);

	for (i = 0; held && worker_next(w, i); i++) {
		streaming_unmap(w, held[i % depth], worker_counts(w, i));
		held[i % depth] = streaming_map(w, i);
		cond_resched();
	}
	for (i = 0; held && i < depth; i++)
		streaming_unmap(w, held[i], false);
	kfree(held);
}

static void time_sync(struct worker *w, dma_addr_t bus, bool counts)
{
	const struct cell *c = &w->run->cell;
	unsigned long flags = hold_interrupts(w);
	u64 start, middle, end;

	start = clock_start();
	dma_sync_single_for_cpu(w->dev, bus, c->size, w->run->dir);
	middle = clock_start();
	dma_sync_single_for_device(w->dev, bus, c->size, w->run->dir);
	end = clock_end();
	release_interrupts(w, flags);
	if (counts) {
		samples_add(&w->first, middle - start);
		samples_add(&w->second, end - middle);
	}
}

static void measure_sync(struct worker *w)
{
	const struct cell *c = &w->run->cell;
	struct page *page = buffers_nth(&w->buffers, 0);
	unsigned int i;
	dma_addr_t bus;

	bus = dma_map_page_attrs(w->dev, page, c->offset, c->size, w->run->dir, DMA_ATTR_NO_WARN);
	w->tries = 1;
	if (dma_mapping_error(w->dev, bus))
		return;
	w->served = 1;
	note_route(w, page, bus);
	for (i = 0; worker_next(w, i); i++) {
		time_sync(w, bus, worker_counts(w, i));
		cond_resched();
	}
	dma_unmap_page_attrs(w->dev, bus, c->size, w->run->dir, 0);
}

const struct test test_pair = { "pair", "pair", NULL, measure_pair, true, 1, 2000 };
const struct test test_split = { "split", "map", "unmap", measure_split, true, 1, 2000 };
const struct test test_burst = { "burst", "map", "unmap", measure_burst, true, 1, 2000 };
const struct test test_ring = { "ring", "map", "unmap", measure_ring, true, 1, 2000 };
const struct test test_sync = { "sync", "for-cpu", "for-device", measure_sync, true, 1, 2000 };
