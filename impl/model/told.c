// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the engine told, kept for tests.  Several threads may be told at once.
 */
#include "told.h"

struct model_told model_told;
static __thread enum xsw_fail failed_here; /* why this thread's last map failed */

static void keep(struct xsw_event *last, const struct xsw_event *event)
{
	static u64 lock;

	while (xsw_cmpxchg64(&lock, 0, 1))
		;
	*last = *event;
	xsw_store_release(&lock, 0);
}

void xsw_tell(const struct xsw_event *event)
{
	struct model_told *told = &model_told;

	switch (event->what) {
	case XSW_TOLD_FAILED:
		xsw_fetch_add64(&told->failed, 1);
		failed_here = event->failed.why;
		break;
	case XSW_TOLD_STRAY:
		xsw_fetch_add64(&told->stray, 1);
		keep(&told->last_stray, event);
		break;
	case XSW_TOLD_LEFT:
		xsw_fetch_add64(&told->left, 1);
		keep(&told->last_left, event);
		break;
	case XSW_TOLD_BACK:
		xsw_fetch_add64(&told->back, 1);
		keep(&told->last_back, event);
		break;
	case XSW_TOLD_EXCHANGED:
		xsw_fetch_add64(&told->exchanged, 1);
		break;
	case XSW_TOLD_SEGMENT:
		xsw_fetch_add64(event->segment.added ? &told->added : &told->removed, 1);
		break;
	}
}

u64 model_map(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir, u32 attrs,
	      struct xsw_outcome *o)
{
	u64 bus = xsw_map(d, phys, size, dir, attrs);

	if (bus == XSW_BUS_ERROR)
		*o = (struct xsw_outcome){ .bus = bus, .fail = (u8)failed_here };
	else
		xsw_map_outcome(d, bus, o);
	return bus;
}

u64 model_detach(struct xsw_dev *d)
{
	u64 left = xsw_dev_abandon(d);

	xsw_dev_exit(d);
	return left;
}
