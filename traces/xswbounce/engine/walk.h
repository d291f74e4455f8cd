/* SPDX-License-Identifier: GPL-2.0-only */
/* Walks over the pool, some time after a mapping has failed: how often, and what they are worth. */
#ifndef XB_WALK_H
#define XB_WALK_H

#include <stdbool.h>

#include "bpf/shared.h"

/**
 * walk_is_due() - may the pool be walked for a failure?
 * @time: when it happened, in nanoseconds; those of several CPUs come in any order
 */
bool walk_is_due(u64 time);

/**
 * walk_explains() - was the pool's longest free run as long when the mapping failed?
 *
 * If it found none, but there is one now, then others have given slots back meanwhile.
 */
bool walk_explains(const struct xb_failure *f, const struct xb_pool *now);

/**
 * walk_map_shift() - a map of the pool has a group for each 2^shift of so many slots
 * Return: the smallest shift for which the groups suffice, and at least 4.
 */
unsigned int walk_map_shift(u64 slots);

#endif /* XB_WALK_H */
