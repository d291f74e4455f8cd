/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What becomes of an attached device whose driver has gone.
 */
#ifndef XSW_KMOD_LEAVE_H
#define XSW_KMOD_LEAVE_H

#include "attached.h"

/** xsw_driver_gone() - the device's lock is held and it has no driver; it need not be ours */
void xsw_driver_gone(struct device *dev);

/** xsw_look_soon() - have a worker see whether @a can go; any context */
void xsw_look_soon(struct xsw_attached *a);

/**
 * xsw_detach() - no longer wanted; what a lingering device has left is quarantined for good
 * Return: 0, -ENODEV: not wanted, or -EBUSY: its driver is bound.
 */
int xsw_detach(u32 id);

#endif /* XSW_KMOD_LEAVE_H */
