/* SPDX-License-Identifier: GPL-2.0-only */
/* The layout of the module's trace events, from their format files. */
#ifndef XB_LAYOUT_H
#define XB_LAYOUT_H

#include "bpf/shared.h"

/**
 * layout_read() - fill in the fields of every event of the module that there is
 */
void layout_read(struct xb_events *events);

#endif /* XB_LAYOUT_H */
