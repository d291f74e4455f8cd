/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices whose DMA operations are ours.
 */
#ifndef XSW_KMOD_ATTACHED_H
#define XSW_KMOD_ATTACHED_H

#include <linux/atomic.h>
#include <linux/container_of.h>
#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/list.h>

#include "../core/engine.h"
#include "wanted.h"

enum xsw_stage {
	XSW_BOUND,     /* has a driver, or is about to have one */
	XSW_LINGERING, /* has none; what that left is still out */
	XSW_LEAVING,   /* our operations are off it; calls under way are waited for */
};

/**
 * struct xsw_attached - a device while its DMA operations are ours
 * @ops: dev->dma_ops points here, so that a DMA call finds all of this without a lookup
 * @device: with a reference
 * @stage: changed with the device's lock and xsw_devices_lock held
 * @sleepers: calls under way that may sleep
 * @look: a worker shall see whether the device can go; written in any context
 * @named: what drivers left and the log named, since the last bind
 * @stray_told: jiffies of the last warning of a stray unmap, 0: none yet
 */
struct xsw_attached {
	struct dma_map_ops ops;
	struct xsw_dev dev;
	struct device *device;
	struct xsw_wanted *wanted;
	struct list_head list;
	enum xsw_stage stage;
	atomic_t sleepers;
	bool look;
	u32 named;
	unsigned long stray_told;
};

/**
 * xsw_attached() - the object of a device, in one of its DMA calls
 *
 * The pointer is read once: a call that is under way when the device is let go sees the object,
 * which stays until the call has ended, or NULL.
 */
static __always_inline struct xsw_attached *xsw_attached(const struct device *dev)
{
	const struct dma_map_ops *ops = READ_ONCE(dev->dma_ops);

	return likely(ops) ? container_of(ops, struct xsw_attached, ops) : NULL;
}

/** xsw_calls_wait() - wait for calls that found @a before it was taken off its device [process] */
void xsw_calls_wait(struct xsw_attached *a);

/* The rest is for holders of xsw_devices_lock. */

extern struct list_head xsw_attached_list;

/** xsw_attached_device() - the object of a device, NULL if it is not attached */
struct xsw_attached *xsw_attached_device(const struct device *dev);

/** xsw_attached_at() - the object of the device at an address, NULL if none is attached */
struct xsw_attached *xsw_attached_at(u32 id);

/** xsw_wanted_counts() - all that a device counted since load */
void xsw_wanted_counts(const struct xsw_wanted *w, struct xsw_counts *sum);

/** xsw_counts_keep() - what @a counted is part of its device's past */
void xsw_counts_keep(struct xsw_attached *a);

#endif /* XSW_KMOD_ATTACHED_H */
