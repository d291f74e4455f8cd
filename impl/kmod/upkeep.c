// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a DMA call must not do itself: refill coherent memory, grow the pool before it is full.
 *
 * How this works.  A pool that may grow is looked at four times a second, and at once after a
 * map that found no room.  Three quarters in use, it grows by a quarter of its size, up to its
 * limit.  A pool without a limit is not looked at.  Growing needs hypercalls and may sleep, so
 * a burst that fills the pool within a tick still fails: the pool grows for the next one.
 */
#include <linux/jiffies.h>

#include "xen_swiotlb.h"

static void refill(struct work_struct *work)
{
	xsw_coherent_work(xsw.engine);
}

static DECLARE_WORK(refill_work, refill);

void xsw_upkeep_soon(void)
{
	queue_work(xsw.workqueue, &refill_work);
}

static void grow(struct work_struct *work);
static DECLARE_DELAYED_WORK(grow_work, grow);

static void grow(struct work_struct *work)
{
	u64 most = rounddown(READ_ONCE(xsw.pool_most), XSW_POOL_STEP);
	struct xsw_pool_state st;

	xsw_pool_glance(xsw.engine, &st);
	if (st.used * 4 >= st.slots * 3 && st.bytes < most)
		xsw_pool_resize(min(most, st.bytes + max(st.bytes / 4, (u64)XSW_POOL_STEP)));
	if (st.bytes < most)
		queue_delayed_work(xsw.workqueue, &grow_work, HZ / 4);
}

void xsw_growth_soon(void)
{
	if (READ_ONCE(xsw.pool_most))
		mod_delayed_work(xsw.workqueue, &grow_work, 0);
}

void xsw_upkeep_stop(void)
{
	WRITE_ONCE(xsw.pool_most, 0);
	cancel_delayed_work_sync(&grow_work);
	cancel_work_sync(&refill_work);
}
