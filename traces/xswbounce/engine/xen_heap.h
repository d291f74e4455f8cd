/* SPDX-License-Identifier: GPL-2.0-only */
/* How much memory Xen has free, and below which widths: it tells dom0. */
#ifndef XB_XEN_HEAP_H
#define XB_XEN_HEAP_H

#include <stdbool.h>

#define XEN_HEAP_WIDTHS 12

/* Bytes; sizes of free blocks are told by no hypercall */
struct xen_heap {
	bool told;
	int error; /* with which /dev/xen/privcmd can't be opened; 0: it can, so Xen has answered */
	unsigned long long all, low; /* low: below the width that was asked for */
	struct {
		unsigned int width;
		unsigned long long bytes; /* below it, and not below the one before */
	} by_width[XEN_HEAP_WIDTHS];
};

void xen_heap_look(struct xen_heap *h, unsigned int width); /* asks, and changes nothing */

#endif /* XB_XEN_HEAP_H */
