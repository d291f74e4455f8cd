/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pool's life: made at load, resized by the operator, grown by itself, made again on restore.
 */
#ifndef XSW_KMOD_POOL_H
#define XSW_KMOD_POOL_H

#include <linux/sizes.h>
#include <linux/types.h>

#include "../core/engine.h"

#define XSW_POOL_STEP SZ_2M /* the operator's sizes are rounded up to it */
#define XSW_POOL_MOST SZ_4G

/**
 * xsw_pool_start() - make the engine and a pool of @bytes [process]
 * Return: 0, or -ENOMEM: not even a part of the pool could be had.
 */
int xsw_pool_start(u64 bytes);

/** xsw_pool_stop() - stop what grows and refills it, give all back [process] */
void xsw_pool_stop(void);

/**
 * xsw_pool_resize() - what the operator asks for [process]
 * Return: 0, -EINVAL above XSW_POOL_MOST, -ENOMEM or -EBUSY; a part may be done then.
 */
int xsw_pool_resize(u64 bytes);

/** xsw_shortage() - why a change brought less memory than was asked for: a few words */
const char *xsw_shortage(const struct xsw_change *c);

/** xsw_pool_drop() - give all back, keep the engine; no device is attached [process] */
void xsw_pool_drop(void);

/** xsw_pool_remake_soon() - have a worker make a pool of @bytes, after a thaw */
void xsw_pool_remake_soon(u64 bytes);

/** xsw_refill_soon() - have a worker refill coherent memory; any context */
void xsw_refill_soon(void);

/** xsw_growth_soon() - have a worker look whether the pool should grow; any context */
void xsw_growth_soon(void);

/** xsw_growth_for() - the same after a map of a device with @mask failed; any context */
void xsw_growth_for(u64 mask, enum xsw_fail why);

#endif /* XSW_KMOD_POOL_H */
