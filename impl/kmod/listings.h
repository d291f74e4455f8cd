/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sysfs files that list devices: 'devices' and 'counters'.
 */
#ifndef XSW_KMOD_LISTINGS_H
#define XSW_KMOD_LISTINGS_H

#include <linux/device.h>

int xsw_listings_init(struct device *dev);
void xsw_listings_exit(struct device *dev);

#endif /* XSW_KMOD_LISTINGS_H */
