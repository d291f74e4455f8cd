// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspend and resume of the domain.
 *
 * A restored domain has other machine frames under the same PFNs: the pool is contiguous no
 * more, and every bus address a device holds is wrong.  So a domain is frozen only while no
 * device is attached and no slot is in use.  Restored, the pool is given back at once; a worker
 * makes it anew when devices can serve a reclaim again.  A freeze that was called off (thaw)
 * changed nothing.
 */
#define pr_fmt(fmt) "xen_swiotlb: " fmt

#include <linux/list.h>
#include <linux/pm.h>
#include <linux/sched/mm.h>

#include "attached.h"
#include "pool.h"
#include "xen_swiotlb.h"

static u64 frozen_bytes;

static bool is_attached(void)
{
	bool any;

	mutex_lock(&xsw_devices_lock);
	any = !list_empty(&xsw_attached_list);
	mutex_unlock(&xsw_devices_lock);
	return any;
}

static int xsw_freeze(struct device *dev)
{
	struct xsw_pool_state st;

	xsw_pool_state(xsw.engine, &st);
	if (is_attached()) {
		pr_warn("cannot suspend: a device is attached: unbind its driver, and write what "
			"lingers to detach (see devices)\n");
		return -EBUSY;
	}
	if (st.used || st.quarantined || st.coherent_used_bytes) {
		pr_warn("cannot suspend: what drivers left behind is quarantined (%llu slots, %llu "
			"coherent bytes): unload the module, and load it again afterwards\n",
			st.quarantined, st.coherent_used_bytes);
		return -EBUSY;
	}
	frozen_bytes = st.bytes;
	return 0;
}

static int xsw_restore(struct device *dev)
{
	unsigned int noio = memalloc_noio_save();

	xsw_pool_drop();
	memalloc_noio_restore(noio);
	xsw_pool_remake_soon(frozen_bytes);
	return 0;
}

const struct dev_pm_ops xsw_pm_ops = {
	.freeze = xsw_freeze,
	.restore = xsw_restore,
};
