// SPDX-License-Identifier: GPL-2.0-only
/* What is known of the room for a pool, from the kernel and from Xen. */
#include "engine/room.h"

#define PAGE 4096ULL

static u64 bytes_of_pools(const struct host *h)
{
	struct pool pools[HOST_POOLS] = {};
	u64 sum = 0;
	int i, n = host_pools(h, pools);

	for (i = 0; i < n; i++)
		sum += pools[i].size;
	return sum;
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
		.sampled = memory->stride > 1,
		.own_below_4g = memory->count.below_4g * stands_for,
		.pools = bytes_of_pools(h),
		.pools_told = h->pool_told,
		.available = host_available(),
		.xen = xen->told ? xen->low : ROOM_NOT_KNOWN,
		.xen_stock = xen->told ? free_for_stock(xen, width) : ROOM_NOT_KNOWN,
	};
	for (order = 0; order < XB_ORDERS; order++)
		f->own[order] = memory->count.low_largest[order] * stands_for;
	xen_order_look(&f->order, h->dom0, h->pci);
	xen_extents_look(&f->extents);
}
