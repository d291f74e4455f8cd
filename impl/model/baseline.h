/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scheme of Linux's swiotlb (6.12), for comparison: areas, a lock each, linear search.
 */
#ifndef XSW_BASELINE_H
#define XSW_BASELINE_H

#include "slots.h"

struct xsw_baseline;

/* As xsw_scheme_upstream, for callers that want it by name */
struct xsw_baseline *xsw_baseline_open(u32 slots, u32 areas);
void xsw_baseline_close(struct xsw_baseline *b);
/* the pool lies at @bus, and the next search of the area that has @slot begins there */
void xsw_baseline_locate(struct xsw_baseline *b, u64 bus, u32 slot);
u32 xsw_baseline_claim(struct xsw_baseline *b, const struct xsw_request *r, enum xsw_fail *why);
void xsw_baseline_release(struct xsw_baseline *b, u32 slot, const struct xsw_request *r);

#endif /* XSW_BASELINE_H */
