/* SPDX-License-Identifier: GPL-2.0-only */
/* What Xen answered when the defragmenter asked it for blocks: no hypercall tells their sizes. */
#ifndef XB_XEN_EXTENTS_H
#define XB_XEN_EXTENTS_H

#include <stdbool.h>

#include "bpf/contiguity.h"

/* Of its last run, by order; all 0: it has asked for none */
struct xen_extents {
	unsigned int width; /* below 2^width; 0: anywhere */
	u64 taken[XB_ORDERS], refused[XB_ORDERS];
};

void xen_extents_look(struct xen_extents *e);

#endif /* XB_XEN_EXTENTS_H */
