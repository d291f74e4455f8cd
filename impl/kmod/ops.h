/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of an attached device's DMA operations.
 */
#ifndef XSW_KMOD_OPS_H
#define XSW_KMOD_OPS_H

#include <linux/dma-map-ops.h>

/* What an attached device's own operations are a copy of */
extern const struct dma_map_ops xsw_ops;

#endif /* XSW_KMOD_OPS_H */
