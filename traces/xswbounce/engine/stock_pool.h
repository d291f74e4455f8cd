/* SPDX-License-Identifier: GPL-2.0-only */
/* The stock pool's size and use, as the kernel itself has them: for where debugfs is not mounted.
 */
#ifndef XB_STOCK_POOL_H
#define XB_STOCK_POOL_H

#include <stdbool.h>

#include "bpf/shared.h"

/**
 * stock_pool_read() - its slots, and how many are in use; of one that has grown, its first part
 * Return: false if the kernel takes no program from this process, or hides where the pool is.
 */
bool stock_pool_read(u64 *slots, u64 *used);

#endif /* XB_STOCK_POOL_H */
