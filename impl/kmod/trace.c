// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the trace events, and hands exchanges to theirs.
 */
#define CREATE_TRACE_POINTS
#include "trace.h"
#include "xen_swiotlb.h"

static void exchanged(const struct xsw_exchange_record *r)
{
	trace_xsw_exchange(r);
}

void xsw_trace_init(void)
{
	xsw_exchange_watch(exchanged);
}
