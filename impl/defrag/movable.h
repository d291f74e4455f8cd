/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Phase 1: movable memory, by blocks of 2 MiB.
 */
#ifndef XSW_DEFRAG_MOVABLE_H
#define XSW_DEFRAG_MOVABLE_H

#include "defrag.h"
#include "kept.h"

/**
 * @kept: what is held for Xen meanwhile: scattered blocks of the domain, as far as the target goes
 */
enum xsw_ending xsw_movable(struct xsw_defrag *d, const struct xsw_kept *kept);

#endif /* XSW_DEFRAG_MOVABLE_H */
