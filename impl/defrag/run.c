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
	[XSW_ENDED_NOT] = "none",        [XSW_ENDED_DONE] = "done",
	[XSW_ENDED_TARGET] = "target",   [XSW_ENDED_MISSED] = "target-missed",
	[XSW_ENDED_STOPPED] = "stopped", [XSW_ENDED_PRESSED] = "domain-memory",
	[XSW_ENDED_LOW] = "low-limit",   [XSW_ENDED_MEMORY] = "no-memory",
	[XSW_ENDED_FLOOR] = "xen-floor", [XSW_ENDED_PASSES] = "unfinished",
};

const char *xsw_ending_name(enum xsw_ending ending)
{
	return names[ending];
}

bool xsw_may_hold(const struct xsw_defrag *d, u64 bytes)
{
	return xsw_hv_available() >= d->limits.free_floor_bytes + bytes;
}

static u64 restores;

void xsw_defrag_restored(void)
{
	restores++;
	xsw_kept_forget();
}

bool xsw_was_restored(const struct xsw_defrag *d)
{
	return READ_ONCE(restores) != d->restores;
}

/* Xen is asked for any order anew: what it lacked in one phase it may have in the next. */
static void ask_anew(struct xsw_defrag *d)
{
	d->xen_order = d->most_order;
	if (d->forbidden)
		d->xen_order = min_t(u8, d->xen_order, d->forbidden - 1);
}

/* Is something scattered left for which Xen would have been asked? */
static bool was_bound(const struct xsw_defrag *d, enum xsw_job job)
{
	const struct xsw_progress *p = &d->progress;
	bool left = (job != XSW_JOB_HOT && p->scattered > p->cured + p->busy) ||
		    (job != XSW_JOB_MOVABLE && p->hot_found);

	return left && d->unkept != XSW_KEPT && !(d->on_credit && d->credit > 1);
}

/* Everything that can be cured was?  What was not tried can be. */
static enum xsw_ending but_for(const struct xsw_defrag *d, enum xsw_job job, enum xsw_ending ending)
{
	if (ending != XSW_ENDED_DONE && ending != XSW_ENDED_MISSED)
		return ending;
	if (d->untried)
		return XSW_ENDED_MEMORY;
	return was_bound(d, job) ? XSW_ENDED_FLOOR : ending;
}

enum xsw_ending xsw_defrag_run(struct xsw_defrag *d, enum xsw_job job)
{
	enum xsw_ending ending = XSW_ENDED_DONE, hot;
	struct xsw_kept kept = { 0 };

	d->low_is_scarce = xsw_machine_mask() >> 32;
	d->restores = restores;
	d->most_order = d->limits.ask_xen ? XSW_BLOCK_ORDER : 0;
	if (d->most_order && !d->limits.xen_floor_blocks)
		xsw_kept_forget(); /* Xen may give its last */
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
	if (d->limits.xen_floor_blocks && d->limits.ask_xen && xsw_was_restored(d))
		d->unkept = XSW_UNKEPT_RESTORED;
	return but_for(d, job, ending);
}
