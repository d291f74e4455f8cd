// SPDX-License-Identifier: GPL-2.0-only
/* What is known of the room for a pool, from the kernel and from Xen. */
#include <math.h>

#include "engine/room.h"

#define PAGE        4096ULL
#define BLOCK       (PAGE * XB_BLOCK_PAGES)
#define MODULE_BITS "/sys/module/xen_swiotlb/parameters/address_bits"

/* The module's coherent memory lies below 2^this, and lower only if a device asked for it. */
#define COHERENT_BITS 40

/* @below: they lie below 2^@below; 0: nobody tells. They may lie lower. */
static void add_pool(struct room_facts *f, u64 bytes, u64 below, unsigned int width)
{
	*(below && below <= width ? &f->pools : &f->pools_maybe) += bytes;
}

static void look_at_pools(struct room_facts *f, const struct host *h, unsigned int width)
{
	struct pool pools[HOST_POOLS] = {};

	if (host_pools(h, pools) == HOST_POOLS) {
		add_pool(f, pools[1].size, host_number(MODULE_BITS), width);
		add_pool(f, pools[1].reserve, 32, width);
		add_pool(f, pools[1].coherent, COHERENT_BITS, width);
	}
	add_pool(f, pools[0].size, 32, width);
}

/* As room.h derives it */
static u64 unsure(const struct contiguity *memory)
{
	double hits = (double)memory->count.low / XB_BLOCK_PAGES;

	return memory->stride > 1 ? ceil(4 + 2 * sqrt(hits)) * memory->stride * BLOCK : 0;
}

/* Return: 0 if the strides would be no shorter. */
static u64 more_blocks(const struct contiguity *memory)
{
	u64 n = memory->memory_blocks;

	if (n > CONTIGUITY_MAX_BLOCKS)
		n = CONTIGUITY_MAX_BLOCKS;
	return n && (memory->memory_blocks + n - 1) / n < memory->stride ? n : 0;
}

/* Below 4 GiB, where stock's pool lies, and below the width */
static u64 free_for_stock(const struct xen_heap *xen, unsigned int width)
{
	u64 sum = 0;
	int i;

	if (width < 32)
		return xen->low;
	for (i = 0; i < XEN_HEAP_WIDTHS && xen->by_width[i].width <= 32; i++)
		sum += xen->by_width[i].bytes;
	return sum;
}

void room_look(struct room_facts *f, const struct host *h, const struct contiguity *memory,
	       const struct xen_heap *xen, u64 wanted, unsigned int width)
{
	u64 stands_for = PAGE * memory->stride; /* bytes, each page that was looked at */
	int order;

	*f = (struct room_facts){
		.wanted = wanted,
		.own_below_4g = memory->count.below_4g * stands_for,
		.unsure = unsure(memory),
		.more_blocks = more_blocks(memory),
		.pools_told = h->pool_told,
		.available = host_available(),
		.dom0 = h->dom0,
		.xen_error = xen->error,
		.xen = xen->told ? xen->low : ROOM_NOT_KNOWN,
		.xen_stock = xen->told ? free_for_stock(xen, width) : ROOM_NOT_KNOWN,
	};
	for (order = 0; order < XB_ORDERS; order++)
		f->own[order] = memory->count.low_largest[order] * stands_for;
	look_at_pools(f, h, width);
	xen_order_look(&f->order, h->dom0, h->pci);
	xen_extents_look(&f->extents);
}
