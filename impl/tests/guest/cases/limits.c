// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pool's limits: the largest mapping, boundaries, a pool that is full.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "cases.h"

#define HELD_AT_MOST 65536 /* 128 MiB of 2 KiB slots */

static void largest(struct device *dev)
{
	size_t size = dma_max_mapping_size(dev);
	unsigned int order = get_order(size);
	struct page *page = order <= 10 ? alloc_pages(GFP_KERNEL, order) : NULL;
	dma_addr_t bus;

	ok(size >= SZ_128K && page, "dma_max_mapping_size is %zu", size);
	if (!page)
		return;
	memset(page_address(page), 0x5a, size);
	bus = dma_map_page(dev, page, 0, size, DMA_BIDIRECTIONAL);
	ok(!dma_mapping_error(dev, bus), "a mapping of that size is served");
	if (!dma_mapping_error(dev, bus)) {
		u8 last[16];

		device_read(bus + size - 16, last, 16);
		ok(filled(last, 0x5a, 16), "up to its last byte");
		dma_unmap_page(dev, bus, size, DMA_BIDIRECTIONAL);
	}
	__free_pages(page, order);
}

static void too_large(struct device *dev)
{
	struct page *page = alloc_pages(GFP_KERNEL, 10);
	dma_addr_t bus;

	if (!page)
		return;
	bus = dma_map_page(dev, page, 0, SZ_4M, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, bus))
		ok(true, "4 MiB are more than a segment holds: the mapping fails");
	else
		ok(!is_bounced(page_address(page), bus), "4 MiB are reached directly");
	if (!dma_mapping_error(dev, bus))
		dma_unmap_page(dev, bus, SZ_4M, DMA_TO_DEVICE);
	__free_pages(page, 10);
}

static void boundary(struct device *dev)
{
	void *buffer = kmalloc(SZ_64K, GFP_KERNEL);
	dma_addr_t bus[20];
	bool inside = true;
	int i, n;

	if (!buffer)
		return;
	dma_set_seg_boundary(dev, SZ_64K - 1);
	for (n = 0; n < ARRAY_SIZE(bus); n++) {
		bus[n] = dma_map_single(dev, buffer, 40000, DMA_FROM_DEVICE);
		if (dma_mapping_error(dev, bus[n]))
			break;
		if (is_bounced(buffer, bus[n]))
			inside &= bus[n] >> 16 == (bus[n] + 39999) >> 16;
	}
	ok(n == ARRAY_SIZE(bus) && inside, "no bounced mapping crosses the segment boundary");
	for (i = 0; i < n; i++)
		dma_unmap_single(dev, bus[i], 40000, DMA_FROM_DEVICE);
	dma_set_seg_boundary(dev, DMA_BIT_MASK(32));
	kfree(buffer);
}

/* Maps one buffer again and again until the pool has no more, then gives all back. */
static void full(struct device *dev)
{
	dma_addr_t *held = vmalloc_array(HELD_AT_MOST, sizeof(*held));
	u8 *buffer = kmalloc(SZ_16K, GFP_KERNEL);
	u32 n = 0, again = 0, i;

	if (held && buffer) {
		do {
			held[n] = dma_map_single(dev, buffer, SZ_16K, DMA_TO_DEVICE);
		} while (!dma_mapping_error(dev, held[n]) && ++n < HELD_AT_MOST);
		ok(n > 100 && n < HELD_AT_MOST, "%u mappings of 16 KiB fill the pool", n);
		for (i = 0; i < n; i++)
			dma_unmap_single(dev, held[i], SZ_16K, DMA_TO_DEVICE);
		while (again < n) {
			held[again] = dma_map_single(dev, buffer, SZ_16K, DMA_TO_DEVICE);
			if (dma_mapping_error(dev, held[again]))
				break;
			again++;
		}
		for (i = 0; i < again; i++)
			dma_unmap_single(dev, held[i], SZ_16K, DMA_TO_DEVICE);
		ok(again == n, "and all of it can be had again (%u)", again);
	}
	kfree(buffer);
	vfree(held);
}

void limit_cases(struct device *dev)
{
	largest(dev);
	boundary(dev);
	too_large(dev);
	full(dev);
}
