// SPDX-License-Identifier: GPL-2.0-only
/* Memory that is mapped: allocation of buffers that lie where a measurement wants them. */
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/topology.h>
#include <xen/xen.h>

#include "address.h"
#include "buffers.h"

#define REJECTS 256 /* blocks on the wrong side of the mask that are put aside in a search */
#define SHARE   4   /* they are no more than this part of the free memory */

static u64 free_bytes(void)
{
	return (u64)max(si_mem_available(), 0L) << PAGE_SHIFT;
}

bool memory_allows(u64 bytes)
{
	return bytes <= free_bytes() / 2;
}

static bool fits(struct device *dev, struct page *page, size_t size, enum reach reach)
{
	if (reach == REACH_ANY)
		return true;
	return address_reachable(dev, page_to_phys(page), size) == (reach == REACH_NEAR);
}

/* Where to look for memory; in a Xen PV domain a zone says nothing about machine addresses. */
static gfp_t zone(struct device *dev, enum reach reach)
{
	bool low = reach == REACH_NEAR && dma_get_mask(dev) <= DMA_BIT_MASK(32);

	return low && !xen_pv_domain() ? GFP_DMA32 : 0;
}

static struct page *find_one(struct buffers *b, struct device *dev, enum reach reach, int cpu,
			     int *rc)
{
	u64 share = free_bytes() / SHARE >> (PAGE_SHIFT + b->order);
	unsigned int n = 0, most = min_t(u64, REJECTS, share);
	gfp_t where = zone(dev, reach) ?: __GFP_THISNODE; /* low memory not every node has */
	struct page **rejected, *page;

	rejected = kcalloc(REJECTS, sizeof(*rejected), GFP_KERNEL);
	if (!rejected)
		return NULL;
	*rc = -ERANGE;
	for (;;) {
		page = alloc_pages_node(cpu_to_mem(cpu), GFP_KERNEL | __GFP_NOWARN | where,
					b->order);
		if (!page && !n && where == __GFP_THISNODE)
			*rc = -ENOMEM; /* else the node has none of this kind left */
		if (!page || fits(dev, page, b->size, reach))
			break;
		if (n == most) {
			__free_pages(page, b->order);
			page = NULL;
			break;
		}
		rejected[n++] = page;
	}
	while (n)
		__free_pages(rejected[--n], b->order);
	kfree(rejected);
	return page;
}

int buffers_get(struct buffers *b, struct device *dev, unsigned int count, size_t size,
		enum reach reach, int cpu)
{
	int rc = -ENOMEM;

	b->size = size;
	b->order = get_order(size);
	b->page = kcalloc(count, sizeof(*b->page), GFP_KERNEL);
	if (!b->page)
		return -ENOMEM;
	for (b->count = 0; b->count < count; b->count++) {
		b->page[b->count] = find_one(b, dev, reach, cpu, &rc);
		if (!b->page[b->count]) {
			buffers_put(b);
			return rc;
		}
	}
	return 0;
}

void buffers_put(struct buffers *b)
{
	while (b->page && b->count)
		__free_pages(b->page[--b->count], b->order);
	kfree(b->page);
	b->page = NULL;
}
