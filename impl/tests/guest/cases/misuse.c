// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a driver must not do: it unmaps what is not its own mapping, it allocates with a mask of 0.
 */
#include <linux/dma-map-ops.h>
#include <linux/slab.h>

#include "cases.h"

#define SIZE  SZ_16K
#define PIECE 2000

/* A mapping of one device that stays until its driver goes, for another device to meddle with */
static struct {
	struct device *dev;
	u8 *buffer;
	dma_addr_t bus;
} kept;

void keep_begin(struct device *dev)
{
	kept.dev = dev;
	kept.buffer = kzalloc(SIZE, GFP_KERNEL);
	kept.bus = dma_map_single(dev, kept.buffer, SIZE, DMA_FROM_DEVICE);
	ok(kept.buffer && is_bounced(kept.buffer, kept.bus), "a mapping is kept");
}

void keep_end(struct device *dev)
{
	if (kept.dev != dev)
		return;
	dma_unmap_single(dev, kept.bus, SIZE, DMA_FROM_DEVICE);
	kfree(kept.buffer);
	kept.dev = NULL;
}

/* Are the slots from @bus on, @size bytes, still nobody else's?  Looks at what maps get now. */
static bool is_kept(struct device *dev, dma_addr_t bus, size_t size)
{
	u8 *buffer = kmalloc(PIECE, GFP_KERNEL);
	dma_addr_t got[64];
	bool alone = true;
	int i, n;

	for (n = 0; buffer && n < ARRAY_SIZE(got); n++) {
		got[n] = dma_map_single(dev, buffer, PIECE, DMA_TO_DEVICE);
		if (dma_mapping_error(dev, got[n]))
			break;
		alone &= got[n] + PIECE <= bus || got[n] >= bus + size;
	}
	for (i = 0; i < n; i++)
		dma_unmap_single(dev, got[i], PIECE, DMA_TO_DEVICE);
	kfree(buffer);
	return alone && n == ARRAY_SIZE(got);
}

/* Three unmaps that name no mapping of this device's: a second one, an inner one, another's */
void stray_cases(struct device *dev)
{
	u8 *buffer = kzalloc(SIZE, GFP_KERNEL), *seen = kmalloc(SIZE, GFP_KERNEL);
	dma_addr_t bus;

	if (!buffer || !seen)
		goto out;
	bus = dma_map_single(dev, buffer, PIECE, DMA_TO_DEVICE);
	dma_unmap_single(dev, bus, PIECE, DMA_TO_DEVICE);
	dma_unmap_single(dev, bus, PIECE, DMA_TO_DEVICE);

	bus = dma_map_single(dev, buffer, SIZE, DMA_FROM_DEVICE);
	memset(seen, 0x4d, SIZE);
	device_write(bus, seen, SIZE);
	dma_unmap_single(dev, bus + SZ_4K, SZ_4K, DMA_FROM_DEVICE);
	ok(is_kept(dev, bus, SIZE), "an unmap of an inner address leaves the mapping its slots");
	dma_unmap_single(dev, bus, SIZE, DMA_FROM_DEVICE);
	ok(filled(buffer, 0x4d, SIZE), "whose own unmap brings what the device wrote");

	dma_unmap_single(dev, kept.bus, SIZE, DMA_FROM_DEVICE);
	ok(is_kept(dev, kept.bus, SIZE), "nor does another device's mapping lose them");
out:
	kfree(buffer);
	kfree(seen);
}

/* The core warns of a mask of 0 before it asks the operations: so they are asked directly. */
void mask_0_case(struct device *dev)
{
	const struct dma_map_ops *ops = get_dma_ops(dev);
	u64 mask = dev->coherent_dma_mask;
	dma_addr_t bus;
	void *va;

	ok(dma_set_coherent_mask(dev, 0), "a coherent mask of 0 is refused");
	dev->coherent_dma_mask = 0;
	va = ops->alloc(dev, SZ_8K, &bus, GFP_KERNEL, 0);
	ok(!va, "and memory below it is not to be had");
	if (va)
		ops->free(dev, SZ_8K, va, bus, 0);
	dev->coherent_dma_mask = mask;
	va = dma_alloc_coherent(dev, SZ_8K, &bus, GFP_KERNEL);
	ok(va && filled(va, 0, SZ_8K), "with the mask as it was it is");
	if (va)
		dma_free_coherent(dev, SZ_8K, va, bus);
}
