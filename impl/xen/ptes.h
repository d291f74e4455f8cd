/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page table entries of the kernel's own addresses, many in one hypercall.
 */
#ifndef XSW_XEN_PTES_H
#define XSW_XEN_PTES_H

#include <linux/types.h>
#include <asm/xen/hypercall.h>
#include <xen/interface/xen.h>

/**
 * xsw_ptes_write() - do @count calls of update_va_mapping
 * Return: 0; -EFAULT or -EINVAL, some of them are not done.
 */
int xsw_ptes_write(struct multicall_entry *calls, u32 count);

/**
 * xsw_ptes_map() - the same, for pages that must be mapped: what was refused is tried for itself
 * Return: 0, or -EINVAL: Xen refuses one for good.
 */
int xsw_ptes_map(struct multicall_entry *calls, u32 count);

#endif /* XSW_XEN_PTES_H */
