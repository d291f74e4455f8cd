/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices: which ones are wanted, which are attached, and what they counted.
 */
#ifndef XSW_KMOD_ATTACH_H
#define XSW_KMOD_ATTACH_H

#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/list.h>
#include <linux/workqueue.h>

#include "xen_swiotlb.h"

/**
 * struct xsw_attached - a device while its DMA operations are ours
 *
 * dev->dma_ops points at @ops, so that a DMA call finds all of this without a lookup.
 */
struct xsw_attached {
	struct xsw_dev dev;
	struct dma_map_ops ops;
	struct device *device;
};

static __always_inline struct xsw_attached *xsw_attached(struct device *dev)
{
	return container_of(dev->dma_ops, struct xsw_attached, ops);
}

/**
 * struct xsw_claim - a device that is wanted, or once was
 * @attached: NULL while its driver is not bound
 * @past: counted in earlier attachments
 * @failed_probe: looks, after a probe that failed, whether the device is to be given back
 */
struct xsw_claim {
	struct list_head list;
	struct work_struct failed_probe;
	u32 id;
	bool wanted;
	bool was_attached;
	struct xsw_attached *attached;
	struct xsw_counts past;
	u64 leaked;
};

int xsw_attach_init(void);
void xsw_attach_exit(void);
/** xsw_claims_forget() - at the end, when no work item can look at one any more */
void xsw_claims_forget(void);

/**
 * xsw_claim_add() - take the device over when its driver next binds
 * @present: it must exist and have no driver
 * Return: 0, -ENODEV, -EBUSY or -ENOMEM.
 */
int xsw_claim_add(u32 id, bool present);

/** xsw_claim_drop() - no longer wanted.  Return: 0, -ENODEV, or -EBUSY while attached. */
int xsw_claim_drop(u32 id);

/** xsw_for_each_claim() - walk all claims; @fn returns false to stop */
void xsw_for_each_claim(bool (*fn)(const struct xsw_claim *c, void *ctx), void *ctx);

/** xsw_claim_counts() - all that a device counted since load; in xsw_for_each_claim() only */
void xsw_claim_counts(const struct xsw_claim *c, struct xsw_counts *sum);

/** xsw_attached_any() - is a device attached? */
bool xsw_attached_any(void);

/* ops.c: fills in the operations of one device */
void xsw_ops_init(struct dma_map_ops *ops);
/* ops.c: keeps the engine's idea of the device's masks current */
void xsw_follow_masks(struct xsw_attached *a, struct device *dev);
/** xsw_map_failed() - tell of a map that failed (struct xsw_dev's 'failed') */
void xsw_map_failed(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir, bool quiet,
		    enum xsw_fail why);

#endif /* XSW_KMOD_ATTACH_H */
