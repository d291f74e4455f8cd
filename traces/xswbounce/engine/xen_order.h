/* SPDX-License-Identifier: GPL-2.0-only */
/* Up to which order Xen lets this domain exchange memory: its option memop-max-order says it. */
#ifndef XB_XEN_ORDER_H
#define XB_XEN_ORDER_H

#include <stdbool.h>

struct xen_order {
	bool told;   /* Xen's command line was: by default to dom0 alone */
	int error;   /* as in struct xen_heap */
	bool policy; /* its security module has a policy, which may refuse exchanges besides */
	unsigned int most; /* if not told: what Xen's defaults give */
};

/**
 * xen_order_look() - ask Xen for it
 * @pci: the domain has a PCI device
 */
void xen_order_look(struct xen_order *o, bool dom0, bool pci);

#endif /* XB_XEN_ORDER_H */
