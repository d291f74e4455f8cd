/* SPDX-License-Identifier: GPL-2.0-only */
/* A timed map and a timed unmap, shared by the patterns. */
#ifndef DMABENCH_STREAMING_H
#define DMABENCH_STREAMING_H

#include <linux/types.h>

struct worker;

/* Map for try number @i, timed. Return: the bus address or DMA_MAPPING_ERROR. */
dma_addr_t streaming_map(struct worker *w, unsigned int i);

/* Unmap, timed; DMA_MAPPING_ERROR is nothing to unmap. @counts: keep the latency. */
void streaming_unmap(struct worker *w, dma_addr_t bus, bool counts);

#endif
