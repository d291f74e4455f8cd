/* SPDX-License-Identifier: GPL-2.0-only */
/* The most slots of a pool that were in use at once: high_water.c says how. */
#ifndef XSW_HIGH_WATER_H
#define XSW_HIGH_WATER_H

#include "pool.h"

void xsw_count_exact(struct xsw_pool *p, u32 slots); /* a claim, while the mark is exact */
void xsw_pool_sample(struct xsw_pool *p);            /* else: a claim that has to search */

#endif /* XSW_HIGH_WATER_H */
