/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine beneath the domain: how much memory it has.
 */
#ifndef XSW_XEN_MACHINE_H
#define XSW_XEN_MACHINE_H

#include <linux/types.h>

/**
 * xsw_machine_mask() - the mask of a device that reaches every machine frame
 *
 * A page of the domain's own may lie in any frame of the machine, and a granted page in any frame
 * of another domain's, so this is the machine's highest frame and not the domain's.
 * Return: all address bits up to the highest that is in use; 64 bits if Xen does not tell.
 */
u64 xsw_machine_mask(void);

#endif /* XSW_XEN_MACHINE_H */
