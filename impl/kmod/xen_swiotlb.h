/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the module share: the one engine, and the parts' entry points.
 */
#ifndef XSW_KMOD_XEN_SWIOTLB_H
#define XSW_KMOD_XEN_SWIOTLB_H

#include <linux/dma-map-ops.h>
#include <linux/sizes.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "../core/engine.h"

#define XSW_ABI_VERSION 1
#define XSW_POOL_STEP   SZ_2M /* the pool grows and shrinks in such pieces */

/**
 * struct xsw_module - the module's state that more than one file needs
 * @engine: the pool; replaced only when the domain is restored, with no device attached
 * @stock: the kernel's own DMA operations, which serve what is not ours
 * @workqueue: for what a DMA call or a notifier must not do itself
 * @pool_most: bytes up to which the pool grows by itself, 0: it does not
 * @coherent_limit: idle coherent memory kept, bytes
 * @address_bits: width below which the pool lies
 */
struct xsw_module {
	struct xsw_engine *engine;
	const struct dma_map_ops *stock;
	struct workqueue_struct *workqueue;
	u64 pool_most;
	u64 coherent_limit;
	u8 address_bits;
	bool force;
};

extern struct xsw_module xsw;

#define XSW_POOL_MOST SZ_4G

/* main.c: the pool's size */
int xsw_engine_start(u64 pool_bytes);
void xsw_engine_stop(void);
int xsw_pool_resize(u64 bytes);

/* upkeep.c: refill coherent memory, look whether the pool should grow; any context */
void xsw_upkeep_soon(void);
void xsw_growth_soon(void);
/* ... and never again [process] */
void xsw_upkeep_stop(void);

/* trace.c */
void xsw_trace_init(void);

/* sysfs.c, debugfs.c */
int xsw_sysfs_init(void);
void xsw_sysfs_exit(void);
void xsw_debugfs_init(void);
void xsw_debugfs_exit(void);

/* power.c */
extern const struct dev_pm_ops xsw_pm_ops;

#endif /* XSW_KMOD_XEN_SWIOTLB_H */
