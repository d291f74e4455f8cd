/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Claiming a run: by a hint, else by search, else the reason why there is none.
 */
#ifndef XSW_CLAIM_H
#define XSW_CLAIM_H

#include "search.h"

/**
 * xsw_claim_slowly() - claim a run where no hint gave one; any context, under the RCU read lock
 * Return: the run, or why not: 'full' and 'fragmented' are told only if at some instant of
 * the call no fitting run was free.
 */
struct xsw_run xsw_claim_slowly(struct xsw_pool *p, const struct xsw_want *w);

/** xsw_claim() - by a hint if possible; as above */
static __always_inline struct xsw_run xsw_claim(struct xsw_pool *p, const struct xsw_want *w)
{
	struct xsw_run run = { 0 };

	if (likely(!w->block))
		run = xsw_claim_hinted(p, w->mask, w->slots, w->stride - 1, w->phase);
	return likely(run.seg) ? run : xsw_claim_slowly(p, w);
}

#endif /* XSW_CLAIM_H */
