/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sysfs as it differs between kernels.
 */
#ifndef XSW_COMPAT_SYSFS_H
#define XSW_COMPAT_SYSFS_H

#include <linux/sysfs.h>

/* 6.17 hands a binary attribute's callbacks a constant one. */
#if defined(XSW_HAVE_CONST_BIN_ATTRIBUTE)
typedef const struct bin_attribute xsw_bin_attribute;
#else
typedef struct bin_attribute xsw_bin_attribute;
#endif

#endif /* XSW_COMPAT_SYSFS_H */
