// SPDX-License-Identifier: GPL-2.0-only
/*
 * Masks below 32 bits: memory and mappings lie within them, or the mask is refused.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "cases.h"

#define SIZE SZ_16K

static bool is_within(dma_addr_t bus, size_t size, unsigned int bits)
{
	return bus + size - 1 <= DMA_BIT_MASK(bits);
}

/* Dirtied and had again, so that zeroes are not there by chance */
static void coherent(struct device *dev, size_t size, unsigned int bits)
{
	bool zeroed = true, within = true;
	dma_addr_t bus;
	void *va;
	int i;

	for (i = 0; i < 3; i++) {
		va = dma_alloc_coherent(dev, size, &bus, GFP_KERNEL);
		if (!va)
			break;
		zeroed &= filled(va, 0, size);
		within &= is_within(bus, size, bits);
		memset(va, 0xdd, size);
		dma_free_coherent(dev, size, va, bus);
	}
	ok(i == 3 && within, "coherent %zu bytes within %u bits", size, bits);
	ok(zeroed, "and zeroed");
}

/* Without leave to sleep there may be none, but never one that the device does not reach */
static void coherent_atomic(struct device *dev, unsigned int bits)
{
	dma_addr_t bus;
	void *va = dma_alloc_coherent(dev, SZ_8K, &bus, GFP_ATOMIC);

	ok(!va || (is_within(bus, SZ_8K, bits) && filled(va, 0, SZ_8K)),
	   "an atomic block is within %u bits too (%s)", bits, va ? "there is one" : "none left");
	if (va)
		dma_free_coherent(dev, SZ_8K, va, bus);
}

static void streaming(struct device *dev, unsigned int bits)
{
	u8 *buffer = kmalloc(SIZE, GFP_KERNEL), *seen = kmalloc(SIZE, GFP_KERNEL);
	dma_addr_t bus;

	if (buffer && seen) {
		memset(buffer, 0x5c, SIZE);
		bus = dma_map_single(dev, buffer, SIZE, DMA_BIDIRECTIONAL);
		ok(!dma_mapping_error(dev, bus) && is_within(bus, SIZE, bits),
		   "a mapping lies within %u bits", bits);
		if (!dma_mapping_error(dev, bus)) {
			device_read(bus, seen, SIZE);
			ok(filled(seen, 0x5c, SIZE), "and the device reads it there");
			memset(seen, 0xc5, SIZE);
			device_write(bus, seen, SIZE);
			dma_unmap_single(dev, bus, SIZE, DMA_BIDIRECTIONAL);
			ok(filled(buffer, 0xc5, SIZE), "and writes it");
		}
	}
	kfree(buffer);
	kfree(seen);
}

/* A mask may be refused where no memory can be made, but one that is accepted is kept. */
static void accepted_or_refused(struct device *dev, unsigned int bits)
{
	if (dma_set_mask_and_coherent(dev, DMA_BIT_MASK(bits))) {
		ok(true, "a mask of %u bits is refused", bits);
		return;
	}
	ok(true, "a mask of %u bits is accepted", bits);
	streaming(dev, bits);
	coherent(dev, SZ_8K, bits);
}

void mask_cases(struct device *dev)
{
	ok(!dma_set_coherent_mask(dev, DMA_BIT_MASK(30)), "a coherent mask of 30 bits is accepted");
	coherent_atomic(dev, 30); /* first: nothing else has been had there yet */
	coherent(dev, 100, 30);
	coherent(dev, SZ_64K, 30);
	coherent(dev, SZ_1M, 30);
	streaming(dev, 32);
	ok(!dma_set_mask(dev, DMA_BIT_MASK(30)), "a mask of 30 bits is accepted");
	streaming(dev, 30);
	accepted_or_refused(dev, 24);
	ok(dma_set_mask(dev, DMA_BIT_MASK(12)), "one of 12 bits is refused: nothing is there");
	ok(dma_set_coherent_mask(dev, DMA_BIT_MASK(12)), "for coherent memory too");
}
