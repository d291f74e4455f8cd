/* SPDX-License-Identifier: GPL-2.0-only */
/* What Xen answered when the defragmenter asked it for blocks: no hypercall tells their sizes. */
#ifndef XB_XEN_EXTENTS_H
#define XB_XEN_EXTENTS_H

#include <stdbool.h>

#include "bpf/contiguity.h"

/* Of its last run */
struct xen_extents {
	bool told;          /* a run has ended, of a module that tells all of this (its abi 3) */
	u64 age;            /* seconds since then */
	unsigned int width; /* that run's: it asked for blocks below 2^width; 0: anywhere */
	u64 kept;           /* blocks of 2 MiB, from anywhere, that it held and gave back */
	/* by order: blocks that it got, and requests that Xen had no memory for */
	u64 taken[XB_ORDERS], refused[XB_ORDERS];
};

void xen_extents_look(struct xen_extents *e);

#endif /* XB_XEN_EXTENTS_H */
