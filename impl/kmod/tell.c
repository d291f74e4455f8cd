// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the engine tells: log lines, trace events and work to be done are made of it here.
 */
#define pr_fmt(fmt) "xen_swiotlb: " fmt

#include <linux/jiffies.h>

#include "../core/tell.h"
#include "attached.h"
#include "bdf.h"
#include "leave.h"
#include "pool.h"
#include "trace.h"
#include "xen_swiotlb.h"

#define LEFT_NAMED 8 /* of what a driver leaves, so many are in the log; all are in the trace */

static struct xsw_attached *of_device(const struct xsw_event *e)
{
	return container_of(e->dev, struct xsw_attached, dev);
}

static void tell_failed(struct xsw_attached *a, const struct xsw_event *e)
{
	struct xsw_pool_state st;

	if (READ_ONCE(xsw.pool_most))
		xsw_growth_for(a->dev.dma_mask, e->failed.why);
	if (e->failed.quiet && !trace_xsw_full_enabled())
		return;
	xsw_pool_glance(xsw.engine, &st);
	xsw_trace_whole(xsw_full, a->dev.id, e->failed.phys, e->failed.size, e->failed.dir,
			e->failed.why, &st);
	if (!e->failed.quiet)
		dev_warn_ratelimited(
			a->device,
			"xen_swiotlb: cannot map %zu bytes: %s; mask %#llx, %llu of %llu "
			"slots in use; see pool and pool_bytes\n",
			e->failed.size, xsw_fail_name(e->failed.why), a->dev.dma_mask, st.used,
			st.slots);
}

/* Is it this caller who warns?  One does, once a second and device. */
static bool is_stray_news(struct xsw_attached *a)
{
	unsigned long last = READ_ONCE(a->stray_told), now = jiffies ?: 1;

	return (!last || time_after(now, last + HZ)) && cmpxchg(&a->stray_told, last, now) == last;
}

static void tell_stray(struct xsw_attached *a, const struct xsw_event *e)
{
	trace_xsw_stray(a->dev.id, e->stray.bus, e->stray.size, e->stray.begins, e->stray.owner);
	if (!is_stray_news(a))
		return;
	if (e->stray.begins)
		dev_warn(
			a->device,
			"xen_swiotlb: %s unmaps %zu bytes at %#llx, which is in the mapping at %#llx "
			"of " XSW_BDF_FORMAT ": ignored\n",
			dev_driver_string(a->device), e->stray.size, e->stray.bus, e->stray.begins,
			XSW_BDF_ARGS(e->stray.owner));
	else
		dev_warn(a->device,
			 "xen_swiotlb: %s unmaps %zu bytes at %#llx, which is in no mapping: "
			 "ignored\n",
			 dev_driver_string(a->device), e->stray.size, e->stray.bus);
}

static void tell_left(struct xsw_attached *a, const struct xsw_live *m)
{
	u64 age = xsw_now_ns() - m->since_ns;

	WRITE_ONCE(a->wanted->leaked, a->wanted->leaked + 1);
	trace_xsw_leak(m, age);
	if (a->named++ >= LEFT_NAMED)
		return;
	if (m->why == XSW_BOUNCE_NONE)
		dev_warn(
			a->device,
			"xen_swiotlb: driver left %u bytes of coherent memory at %#llx, %llu ms old\n",
			m->size, m->bus, age / NSEC_PER_MSEC);
	else
		dev_warn(
			a->device,
			"xen_swiotlb: driver left %u bytes mapped at %#llx (from %#llx), %llu ms old\n",
			m->size, m->bus, m->orig, age / NSEC_PER_MSEC);
}

void xsw_tell(const struct xsw_event *e)
{
	switch (e->what) {
	case XSW_TOLD_FAILED:
		tell_failed(of_device(e), e);
		break;
	case XSW_TOLD_STRAY:
		tell_stray(of_device(e), e);
		break;
	case XSW_TOLD_LEFT:
		tell_left(of_device(e), &e->left);
		break;
	case XSW_TOLD_BACK:
		xsw_look_soon(of_device(e));
		break;
	case XSW_TOLD_EXCHANGED:
		trace_xsw_exchange(&e->exchanged);
		break;
	case XSW_TOLD_SEGMENT:
		trace_xsw_segment(&e->segment.state, e->segment.added);
		break;
	}
}
