/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Xen's interface: exchanging frames, and how many there are.
 */
#ifndef FAKE_XEN_INTERFACE_MEMORY_H
#define FAKE_XEN_INTERFACE_MEMORY_H

#include <xen/interface/xen.h>

#define XENMEM_maximum_ram_page          2
#define XENMEM_exchange                  11
#define set_xen_guest_handle(handle, to) ((handle) = (to))

struct xen_memory_reservation {
	xen_pfn_t *extent_start;
	unsigned long nr_extents;
	unsigned int extent_order;
	unsigned int address_bits;
	domid_t domid;
};

struct xen_memory_exchange {
	struct xen_memory_reservation in, out;
	unsigned long nr_exchanged;
};

#endif /* FAKE_XEN_INTERFACE_MEMORY_H */
