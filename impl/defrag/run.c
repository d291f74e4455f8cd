// SPDX-License-Identifier: GPL-2.0-only
/*
 * One run: its phases, one after the other.
 */
#include "../core/hypervisor.h"
#include "../xen/machine.h"
#include "defrag.h"
#include "hot.h"
#include "kept.h"
#include "movable.h"

static const char *const names[] = {
	[XSW_ENDED_NOT] = "none",          [XSW_ENDED_DONE] = "done",
	[XSW_ENDED_TARGET] = "target",     [XSW_ENDED_MISSED] = "target-missed",
	[XSW_ENDED_STOPPED] = "stopped",   [XSW_ENDED_PRESSED] = "domain-memory",
	[XSW_ENDED_LOW] = "low-limit",     [XSW_ENDED_MEMORY] = "no-memory",
	[XSW_ENDED_PASSES] = "unfinished",
};

const char *xsw_ending_name(enum xsw_ending ending)
{
	return names[ending];
}

bool xsw_may_hold(const struct xsw_defrag *d, u64 bytes)
{
	return xsw_hv_available() >= d->limits.free_floor_bytes + bytes;
}

/* Xen is asked for any order anew: what it lacked in one phase it may have in the next. */
static void ask_anew(struct xsw_defrag *d)
{
	d->xen_order = d->most_order;
	if (d->forbidden)
		d->xen_order = min_t(u8, d->xen_order, d->forbidden - 1);
}

enum xsw_ending xsw_defrag_run(struct xsw_defrag *d, enum xsw_job job)
{
	enum xsw_ending ending = XSW_ENDED_DONE, hot;
	struct xsw_kept kept = { 0 };

	d->low_is_scarce = xsw_machine_mask() >> 32;
	d->most_order = d->limits.ask_xen ? XSW_BLOCK_ORDER : 0;
	if (d->most_order && d->limits.xen_floor_blocks &&
	    !xsw_kept_take(d, &kept, job == XSW_JOB_HOT))
		return XSW_ENDED_STOPPED;
	ask_anew(d);
	if (job != XSW_JOB_HOT)
		ending = xsw_movable(d, &kept);
	if (job != XSW_JOB_MOVABLE && ending != XSW_ENDED_STOPPED && ending != XSW_ENDED_PRESSED) {
		ask_anew(d);
		hot = xsw_hot(d);
		if (hot != XSW_ENDED_DONE)
			ending = hot;
	}
	xsw_kept_return(d, &kept);
	/* What was not tried can be cured. */
	if (d->untried && (ending == XSW_ENDED_DONE || ending == XSW_ENDED_MISSED))
		return XSW_ENDED_MEMORY;
	return ending;
}
