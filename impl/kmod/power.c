// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspend and resume of the domain.
 *
 * A restored domain has other machine frames under the same PFNs: the pool is contiguous no
 * more, and every bus address a device holds is wrong.  So a domain is frozen only while no
 * device is attached and no slot is live; restored, the pool is made anew, of the same size.
 * A freeze that was called off (thaw) changed nothing.
 */
#define pr_fmt(fmt) "xen_swiotlb: " fmt

#include <linux/pm.h>

#include "attach.h"

static u64 frozen_bytes;

static int xsw_freeze(struct device *dev)
{
	struct xsw_pool_state st;

	xsw_pool_state(xsw.engine, &st);
	if (xsw_attached_any() || st.used || st.coherent_used_bytes) {
		pr_warn("cannot suspend: %s; unbind the attached devices' drivers first\n",
			xsw_attached_any() ? "a device is attached" : "memory is still mapped");
		return -EBUSY;
	}
	frozen_bytes = st.bytes;
	return 0;
}

static int xsw_restore(struct device *dev)
{
	xsw_engine_stop();
	return xsw_engine_start(frozen_bytes);
}

const struct dev_pm_ops xsw_pm_ops = {
	.freeze = xsw_freeze,
	.restore = xsw_restore,
};
