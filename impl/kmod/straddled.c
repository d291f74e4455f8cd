// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many buffers of attached devices straddle pages whose frames are no neighbours.
 */
#include <linux/export.h>

#include "attached.h"
#include "straddled.h"

static void add_device(const struct xsw_wanted *w, void *sum)
{
	struct xsw_counts n;

	xsw_wanted_counts(w, &n);
	*(u64 *)sum += n.bounces[XSW_BOUNCE_STRADDLE];
}

u64 xsw_straddled(void)
{
	u64 sum = 0;

	xsw_wanted_for_each(add_device, &sum);
	return sum;
}
EXPORT_SYMBOL_GPL(xsw_straddled);
