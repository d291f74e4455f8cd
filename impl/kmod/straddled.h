/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Straddling buffers of attached devices, as impl/ABI.md promises them to xen_swiotlb_defrag.ko.
 */
#ifndef XSW_KMOD_STRADDLED_H
#define XSW_KMOD_STRADDLED_H

#include <linux/types.h>

/** xsw_straddled() - buffers that bounced since load because they straddle [process] */
u64 xsw_straddled(void);

#endif /* XSW_KMOD_STRADDLED_H */
