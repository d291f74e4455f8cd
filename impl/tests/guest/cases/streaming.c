// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streaming mappings: what the device sees, what the buffer holds afterwards.
 */
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "cases.h"

#define SIZE SZ_64K

static u8 *buffer, *seen;

static void to_device(struct device *dev)
{
	dma_addr_t bus;

	memset(buffer, 0xa5, SIZE);
	bus = dma_map_single(dev, buffer + 100, 5000, DMA_TO_DEVICE);
	device_read(bus, seen, 5000);
	ok(filled(seen, 0xa5, 5000), "the device reads what the buffer held (%s)",
	   is_bounced(buffer + 100, bus) ? "bounced" : "direct");
	memset(seen, 0, 5000);
	device_write(bus, seen, 5000);
	dma_unmap_single(dev, bus, 5000, DMA_TO_DEVICE);
	if (is_bounced(buffer + 100, bus))
		ok(filled(buffer, 0xa5, SIZE), "a mapping to the device is not copied back");
}

static void from_device(struct device *dev)
{
	dma_addr_t bus;

	memset(buffer, 0x11, SIZE);
	memset(seen, 0x22, SIZE);
	bus = dma_map_single(dev, buffer + 512, 20000, DMA_FROM_DEVICE);
	device_write(bus, seen, 20000);
	dma_unmap_single(dev, bus, 20000, DMA_FROM_DEVICE);
	ok(filled(buffer + 512, 0x22, 20000), "the buffer holds what the device wrote");
	ok(filled(buffer, 0x11, 512) && filled(buffer + 20512, 0x11, SIZE - 20512),
	   "and nothing beside it changed");
}

/* The slots of a mapping full of secrets come back in the next ones: none may show through. */
static void short_write(struct device *dev)
{
	bool clean = true, kept = true;
	dma_addr_t bus;
	int i;

	for (i = 0; i < 64; i++) {
		memset(buffer, 0xee, SIZE);
		bus = dma_map_single(dev, buffer, 9000, DMA_TO_DEVICE);
		dma_unmap_single(dev, bus, 9000, DMA_TO_DEVICE);

		memset(buffer, 0x33, SIZE);
		memset(seen, 0x44, 100);
		bus = dma_map_single_attrs(dev, buffer, 9000, DMA_FROM_DEVICE,
					   i & 1 ? DMA_ATTR_SKIP_CPU_SYNC : 0);
		device_read(bus, seen + 100, 9000);
		clean &= filled(seen + 100, 0x33, 9000);
		device_write(bus, seen, 100);
		dma_unmap_single(dev, bus, 9000, DMA_FROM_DEVICE);
		kept &= filled(buffer, 0x44, 100) && filled(buffer + 100, 0x33, 8900);
	}
	ok(kept, "a device that writes less than was mapped leaves the rest as it was");
	ok(clean, "and sees nothing of an earlier mapping, with DMA_ATTR_SKIP_CPU_SYNC neither");
}

static void skip_copy_back(struct device *dev)
{
	dma_addr_t bus;

	memset(buffer, 0x55, SIZE);
	memset(seen, 0x66, SIZE);
	bus = dma_map_single(dev, buffer, 4096, DMA_FROM_DEVICE);
	device_write(bus, seen, 4096);
	dma_unmap_single_attrs(dev, bus, 4096, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	if (is_bounced(buffer, bus))
		ok(filled(buffer, 0x55, 4096), "DMA_ATTR_SKIP_CPU_SYNC suppresses the copy-back");
}

static void partial_sync(struct device *dev)
{
	dma_addr_t bus;

	memset(buffer, 0x77, SIZE);
	memset(seen, 0x88, SIZE);
	bus = dma_map_single(dev, buffer, SIZE, DMA_BIDIRECTIONAL);
	device_write(bus, seen, SIZE);
	dma_sync_single_range_for_cpu(dev, bus, 5001, 3001, DMA_BIDIRECTIONAL);
	ok(filled(buffer + 5001, 0x88, 3001), "a partial sync brings its bytes");
	if (is_bounced(buffer, bus))
		ok(filled(buffer, 0x77, 5001) && filled(buffer + 8002, 0x77, SIZE - 8002),
		   "and no others");
	buffer[SIZE - 1] = 0x99;
	dma_sync_single_range_for_device(dev, bus, SIZE - 1, 1, DMA_BIDIRECTIONAL);
	device_read(bus + SIZE - 2, seen, 2);
	ok(seen[0] == 0x88 && seen[1] == 0x99, "a sync of the last byte reaches the device alone");
	dma_unmap_single(dev, bus, SIZE, DMA_BIDIRECTIONAL);
}

static void alignment(struct device *dev)
{
	bool kept = true, synced = true;
	unsigned int offset;
	dma_addr_t bus;

	dma_set_min_align_mask(dev, 0xfff);
	for (offset = 0; offset < 4096; offset += 252) {
		u8 *from = buffer + 4096 + offset;

		memset(buffer, 0x12, SIZE);
		bus = dma_map_single(dev, from, 9000, DMA_FROM_DEVICE);
		kept &= (bus & 0xfff) == ((unsigned long)from & 0xfff);
		memset(seen, 0x21, 9000);
		device_write(bus, seen, 9000);
		dma_sync_single_range_for_cpu(dev, bus, 8990, 10, DMA_FROM_DEVICE);
		synced &= filled(from + 8990, 0x21, 10);
		dma_unmap_single(dev, bus, 9000, DMA_FROM_DEVICE);
		synced &= filled(from, 0x21, 9000) && filled(buffer, 0x12, from - buffer);
	}
	ok(kept, "min_align_mask: the low 12 bits are the buffer's");
	ok(synced, "and the bytes arrive, padding or not");
	dma_set_min_align_mask(dev, 0);
}

static void scatterlist(struct device *dev)
{
	struct scatterlist sg[8];
	bool right = true;
	int i, mapped;

	memset(buffer, 0x31, SIZE);
	sg_init_table(sg, ARRAY_SIZE(sg));
	for (i = 0; i < 8; i++)
		sg_set_buf(&sg[i], buffer + i * 8000, 3000 + i * 500);
	mapped = dma_map_sg(dev, sg, 8, DMA_BIDIRECTIONAL);
	ok(mapped == 8, "a scatterlist is mapped entry by entry");
	memset(seen, 0x13, SIZE);
	for (i = 0; i < mapped; i++) {
		right &= sg_dma_len(&sg[i]) == sg[i].length;
		device_write(sg_dma_address(&sg[i]), seen, sg_dma_len(&sg[i]));
	}
	dma_sync_sg_for_cpu(dev, sg, 8, DMA_BIDIRECTIONAL);
	for (i = 0; i < 8; i++)
		right &= filled(sg_virt(&sg[i]), 0x13, sg[i].length);
	memset(buffer, 0x35, SIZE);
	dma_sync_sg_for_device(dev, sg, 8, DMA_BIDIRECTIONAL);
	for (i = 0; i < mapped; i++) {
		device_read(sg_dma_address(&sg[i]), seen, sg_dma_len(&sg[i]));
		right &= filled(seen, 0x35, sg[i].length);
	}
	dma_unmap_sg(dev, sg, 8, DMA_BIDIRECTIONAL);
	ok(right, "its syncs carry every entry's bytes both ways");
}

static void managed_pages(struct device *dev)
{
	struct page *page;
	dma_addr_t bus;

	page = dma_alloc_pages(dev, SZ_16K, &bus, DMA_BIDIRECTIONAL, GFP_KERNEL);
	ok(page, "dma_alloc_pages");
	if (!page)
		return;
	memset(page_address(page), 0x71, SZ_16K);
	dma_sync_single_for_device(dev, bus, SZ_16K, DMA_BIDIRECTIONAL);
	device_read(bus, seen, SZ_16K);
	ok(filled(seen, 0x71, SZ_16K), "its memory reaches the device");
	dma_free_pages(dev, SZ_16K, page, bus, DMA_BIDIRECTIONAL);
}

void streaming_cases(struct device *dev)
{
	buffer = kmalloc(SIZE, GFP_KERNEL);
	seen = kmalloc(SIZE, GFP_KERNEL);
	if (buffer && seen) {
		to_device(dev);
		from_device(dev);
		short_write(dev);
		skip_copy_back(dev);
		partial_sync(dev);
		alignment(dev);
		scatterlist(dev);
		managed_pages(dev);
	}
	ok(buffer && seen, "memory for the streaming cases");
	kfree(buffer);
	kfree(seen);
}
