/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions to Xen: hypercalls from user space, with one page that Xen reads and writes. */
#ifndef XB_XEN_CALL_H
#define XB_XEN_CALL_H

#include <stdbool.h>
#include <stdint.h>

#define XEN_CALL_PAGE 4096

struct xen_call {
	int privcmd; /* its device */
	void *page;
};

bool xen_call_open(
	struct xen_call *c); /* false: this process may ask Xen nothing; errno says why */
void xen_call_close(struct xen_call *c);

/**
 * xen_call() - do hypercall @op with these two arguments
 * Return: false if Xen, or the kernel, refuses.
 */
bool xen_call(const struct xen_call *c, unsigned int op, uint64_t first, uint64_t second);

#endif /* XB_XEN_CALL_H */
