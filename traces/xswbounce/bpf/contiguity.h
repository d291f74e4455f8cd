/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs that look at contiguity and the tool exchange. */
#ifndef XB_CONTIGUITY_SHARED_H
#define XB_CONTIGUITY_SHARED_H

#include "bpf/shared.h"

#define XB_ORDERS      10   /* of blocks: 0 to 9, which is 2 MiB */
#define XB_BLOCK_PAGES 512  /* of order 9 */
#define XB_MAX_RANGES  4096 /* hot MiB by device; more are lost */
#define XB_PIECE       64 /* blocks that one call of the walk looks at: it holds its CPU meanwhile */
#define XB_4G_FRAMES   (1ULL << 20)
#define XB_OTHERS_MIB  (~0ULL) /* in the place of a MiB: a page that another domain granted */

/* Pages of the domain's own, by the largest naturally aligned block of neighbours each lies in */
struct xb_contiguity {
	u64 pages;
	u64 below_4g;
	u64 low;     /* whose frames lie below the width asked for */
	u64 highest; /* the frame behind the highest */
	u64 largest[XB_ORDERS];
	u64 low_largest[XB_ORDERS]; /* of those below the width */
};

/* Neighbours within the block of 2 MiB at @block: from page @from of it on, whose frame is @frame
 */
struct xb_stretch {
	u64 block; /* its first PFN */
	u64 from, frame;
	u64 length;
};

/* Buffers that straddled and bounced: of which device, in which MiB of the domain's memory */
struct xb_range_key {
	u64 dev;
	u64 mib;
};

struct xb_range {
	u64 bounces;
	u64 bytes;
	u64 mask; /* what the device could address at the last; 0: not told */
};

/*
 * Which block of 2 MiB is looked at in the stride of this number. Memory may have a period: at the
 * beginning of each stride all blocks could be alike. The same ones are taken each time, so that
 * two looks can be compared.
 */
static inline u64 xb_sampled_block(u64 number, u64 stride)
{
	u64 x = (number + 1) * 0x9e3779b97f4a7c15ULL; /* splitmix64 */

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return number * stride + (x ^ x >> 31) % stride;
}

#endif /* XB_CONTIGUITY_SHARED_H */
