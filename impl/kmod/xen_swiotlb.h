/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the module share: the one engine, the work queue, the operator's settings.
 */
#ifndef XSW_KMOD_XEN_SWIOTLB_H
#define XSW_KMOD_XEN_SWIOTLB_H

#include <linux/pm.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "../core/engine.h"

#define XSW_ABI_VERSION 3

/**
 * struct xsw_module - the module's state that more than one file needs
 * @engine: one from load to unload; never NULL for those who can be called
 * @workqueue: for what a DMA call or a notifier must not do itself; freezes with the domain
 * @pool_most: bytes up to which the pool grows by itself, 0: it does not
 * @coherent_limit: idle coherent memory kept, bytes
 * @address_bits: width below which the pool lies
 * @force: bounce every mapping that may bounce
 */
struct xsw_module {
	struct xsw_engine *engine;
	struct workqueue_struct *workqueue;
	u64 pool_most;
	u64 coherent_limit;
	u8 address_bits;
	bool force;
};

extern struct xsw_module xsw;

/* sysfs.c, debugfs.c */
int xsw_sysfs_init(void);
void xsw_sysfs_exit(void);
void xsw_debugfs_init(void);
void xsw_debugfs_exit(void);

/* power.c */
extern const struct dev_pm_ops xsw_pm_ops;

#endif /* XSW_KMOD_XEN_SWIOTLB_H */
