/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs that look at contiguity and the tool exchange. */
#ifndef XB_CONTIGUITY_SHARED_H
#define XB_CONTIGUITY_SHARED_H

#include "bpf/shared.h"

#define XB_ORDERS      10   /* of blocks: 0 to 9, which is 2 MiB */
#define XB_BLOCK_PAGES 512  /* of order 9 */
#define XB_MAX_RANGES  4096 /* hot MiB by device; more are lost */

/* Pages of the domain's own, by the largest naturally aligned block of neighbours each lies in */
struct xb_contiguity {
	u64 pages;
	u64 low; /* whose frames lie below the width asked for */
	u64 largest[XB_ORDERS];
	u64 low_largest[XB_ORDERS]; /* of those below the width */
};

/* Neighbours within a block of 2 MiB: from page @from of it on, whose frame is @frame */
struct xb_stretch {
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
};

#endif /* XB_CONTIGUITY_SHARED_H */
