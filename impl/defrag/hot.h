/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Phase 2: hot memory, in small blocks as the page allocator hands them out.
 */
#ifndef XSW_DEFRAG_HOT_H
#define XSW_DEFRAG_HOT_H

#include "defrag.h"

enum xsw_ending xsw_hot(struct xsw_defrag *d);

#endif /* XSW_DEFRAG_HOT_H */
