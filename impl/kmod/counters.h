/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sysfs file of per-device counters.
 */
#ifndef XSW_KMOD_COUNTERS_H
#define XSW_KMOD_COUNTERS_H

#include <linux/device.h>

int xsw_counters_init(struct device *dev);
void xsw_counters_exit(struct device *dev);

#endif /* XSW_KMOD_COUNTERS_H */
