/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The devices the operator named, attached or not, and what each counted since load.
 */
#ifndef XSW_KMOD_WANTED_H
#define XSW_KMOD_WANTED_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "../core/engine.h"

/**
 * struct xsw_wanted - a device that is wanted, or once was
 * @wanted: to be taken over when its driver binds
 * @was_attached: has counters to show
 * @past: counted in earlier attachments
 * @leaked: mappings and blocks that its drivers left behind, in earlier attachments
 */
struct xsw_wanted {
	struct list_head list;
	u32 id; /* bdf.h */
	bool wanted;
	bool was_attached;
	struct xsw_counts past;
	u64 leaked;
};

/* The list of wanted devices, that of attached ones, and what hangs on both */
extern struct mutex xsw_devices_lock;

/** xsw_wanted_find() - by address; the lock is held.  Return: NULL if it never was wanted. */
struct xsw_wanted *xsw_wanted_find(u32 id);

/**
 * xsw_wanted_add() - take the device over when its driver next binds
 * @present: it must exist and have no driver
 * Return: 0, -ENODEV, -EBUSY or -ENOMEM.
 */
int xsw_wanted_add(u32 id, bool present);

/** xsw_wanted_for_each() - call @fn for each with the lock held */
void xsw_wanted_for_each(void (*fn)(const struct xsw_wanted *w, void *ctx), void *ctx);

/** xsw_wanted_forget() - forget all, at the end */
void xsw_wanted_forget(void);

#endif /* XSW_KMOD_WANTED_H */
