/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Machine mappings: kernel addresses over a device's machine frames, PFN == MFN.
 */
#ifndef XSW_XEN_IOMAP_H
#define XSW_XEN_IOMAP_H

#include <linux/compiler.h>
#include <linux/types.h>

/**
 * struct xsw_iomap - one mapping of machine frames
 * @base: CPU address of the first byte asked for
 */
struct xsw_iomap {
	void __iomem *base;
	void *area;
	u64 pages;
	struct page *backing;
};

/**
 * xsw_iomap() - map @size bytes of device memory at machine address @machine, uncached
 * Works in dom0 and in a domain the device is passed to, and whatever the P2M says of a PFN
 * with that number.  Process context.
 * Return: 0, -ENOMEM, or -EPERM: Xen does not let this domain touch the frames.
 */
int xsw_iomap(struct xsw_iomap *m, u64 machine, size_t size);

void xsw_iounmap(struct xsw_iomap *m);

#endif /* XSW_XEN_IOMAP_H */
