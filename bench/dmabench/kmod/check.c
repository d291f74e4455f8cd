// SPDX-License-Identifier: GPL-2.0-only
/*
 * check: does the backend move the data? Nothing is timed.
 *
 * We play the device: the memory behind the bus address is read and written through the kernel's
 * own mapping of it. After a map it must hold the buffer's bytes (or, where the backend was told
 * not to copy in, zeroes), never an earlier mapping's; how many bounces were copied in is counted.
 * For a transfer from the device only the first half is written, as by a device that writes less
 * than was mapped; after the unmap the buffer must hold that half and, behind it, what it held
 * before (or zeroes). A bus address that an IOMMU translates cannot be looked behind and is not
 * counted as checked.
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "cell.h"

static void fill(u8 *at, size_t size, unsigned int seed)
{
	size_t i;

	for (i = 0; i < size; i++)
		at[i] = (seed + i * 7) % 251 + 1;
}

static bool filled(const u8 *at, size_t size, size_t from, unsigned int seed)
{
	size_t i;

	for (i = from; i < size; i++) {
		if (at[i] != (seed + i * 7) % 251 + 1)
			return false;
	}
	return true;
}

static void *behind(dma_addr_t bus)
{
	return phys_to_virt(address_from_bus(bus));
}

/* Copy between our memory and what lies behind a bus address; machine pages may be scattered. */
static void device_moves(dma_addr_t bus, u8 *mine, size_t size, bool write)
{
	size_t at, part;

	for (at = 0; at < size; at += part) {
		part = min_t(size_t, size - at, PAGE_SIZE - offset_in_page(bus + at));
		if (write)
			memcpy(behind(bus + at), mine + at, part);
		else
			memcpy(mine + at, behind(bus + at), part);
	}
}

static bool right(struct worker *w, dma_addr_t bus, u8 *buffer, u8 *mine, unsigned int seed,
		  bool bounced)
{
	size_t size = w->run->cell.size, half = DIV_ROUND_UP(size, 2);
	bool from = w->run->dir != DMA_TO_DEVICE, good;

	device_moves(bus, mine, size, false);
	good = filled(mine, size, 0, seed);
	w->copied_in += good && bounced;
	good = good || (from && !memchr_inv(mine, 0, size));
	if (from) {
		fill(mine, half, seed + 100);
		device_moves(bus, mine, half, true);
	}
	dma_unmap_page_attrs(w->dev, bus, size, w->run->dir, 0);
	if (!from)
		return good && filled(buffer, size, 0, seed);
	return good && filled(buffer, half, 0, seed + 100) &&
	       (filled(buffer, size, half, seed) || !memchr_inv(buffer + half, 0, size - half));
}

static void check_one(struct worker *w, unsigned int i, u8 *mine)
{
	const struct cell *c = &w->run->cell;
	struct page *page = buffers_nth(&w->buffers, i);
	u8 *buffer = page_address(page) + c->offset;
	enum route route;
	dma_addr_t bus;

	fill(buffer, c->size, i);
	bus = dma_map_page_attrs(w->dev, page, c->offset, c->size, w->run->dir, DMA_ATTR_NO_WARN);
	w->tries++;
	if (dma_mapping_error(w->dev, bus))
		return;
	w->served++;
	route = address_route(w->dev, page_to_phys(page) + c->offset, bus);
	w->routes[route]++;
	if (route == ROUTE_TRANSLATED) {
		dma_unmap_page_attrs(w->dev, bus, c->size, w->run->dir, 0);
		return;
	}
	w->checked++;
	w->wrong += !right(w, bus, buffer, mine, i, route == ROUTE_BOUNCED);
}

static void measure_check(struct worker *w)
{
	u8 *mine = kvmalloc(w->run->cell.size, GFP_KERNEL);
	unsigned int i;

	if (!mine)
		w->error = -ENOMEM;
	for (i = 0; mine && i < w->run->cell.count && worker_goes_on(w); i++) {
		check_one(w, i, mine);
		cond_resched();
	}
	kvfree(mine);
}

static u64 takes(const struct cell *c)
{
	return c->size;
}

const struct test test_check = { "check", "none", NULL, measure_check, true, 1, 8, takes };
