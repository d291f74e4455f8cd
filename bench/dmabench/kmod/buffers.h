/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that is mapped: one or more buffers of one size. */
#ifndef DMABENCH_BUFFERS_H
#define DMABENCH_BUFFERS_H

#include <linux/cpumask.h>
#include <linux/device.h>
#include <linux/mm_types.h>

struct buffers {
	struct page **page; /* the first page of each; neighbours in PFN */
	unsigned int count, order;
	size_t size;
};

enum reach { REACH_ANY, REACH_NEAR, REACH_FAR };

/* Whether so many bytes may be taken at once: no more than half of what is free. */
bool memory_allows(u64 bytes);

/* The CPU that is the @i-th nearest to a device, those of its own node first. */
static inline unsigned int nearest_cpu(struct device *dev, unsigned int i)
{
	return cpumask_local_spread(i, dev_to_node(dev));
}

/**
 * buffers_get - allocate buffers that a device can or cannot reach as they are
 * @b: filled
 * @dev: the device, its mask set
 * @count: how many
 * @size: bytes of each, from the start of a page
 * @reach: near: reached without bouncing; far: not; any
 * @cpu: on whose memory node, and on no other; but near memory of a mask of 32 bits or less is of
 *	another node where this one has none so low
 *
 * Blocks of the other kind are put aside in the search, of a quarter of the free memory at most.
 * Sleeps. The caller gives them back with buffers_put().
 * Return: 0; -ENOMEM; -ERANGE if memory of that kind was not found.
 */
int buffers_get(struct buffers *b, struct device *dev, unsigned int count, size_t size,
		enum reach reach, int cpu);
void buffers_put(struct buffers *b);

static inline struct page *buffers_nth(const struct buffers *b, unsigned int i)
{
	return b->page[b->count > 1 ? i % b->count : 0];
}

#endif
