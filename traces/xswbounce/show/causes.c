// SPDX-License-Identifier: GPL-2.0-only
/* What an event is to the flight recorder. */
#include <stdio.h>
#include <string.h>

#include "engine/device.h"
#include "engine/events.h"
#include "show/causes.h"
#include "show/text.h"

static bool take_failure(struct policy *p, const struct host *h, const struct xb_failure *f)
{
	bool module = device_is_module(f->m.dev);
	double at = f->m.time / 1e9;
	struct xb_device d;
	char text[256];

	events_device(f->m.dev, &d);
	snprintf(text, sizeof(text),
		 "a mapping of %llu bytes failed for %s (%s): %s; %llu of %llu slots were in use; "
		 "by %s (%u)",
		 f->m.size, d.name, d.driver, text_fails[f->fail % XB_NR_FAILS], f->pool.used,
		 f->pool.slots, text_comm(f->comm), f->pid);
	policy_happened(p, CAUSE_FAILURE, d.name, text, at);
	/* while a file is written, nobody looks at the pools */
	if (f->pool.slots)
		policy_occupancy(p, module, module ? "xen_swiotlb" : host_backend(h),
				 100.0 * f->pool.used / f->pool.slots, at);
	return module;
}

static void take_exchange(struct policy *p, const struct xb_exchange *x)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "an exchange of %llu x order %u below 2^%u failed: %s; by %s (%u)", x->extents,
		 x->order, x->bits, strerror(-x->rc), text_comm(x->comm), x->pid);
	policy_happened(p, CAUSE_EXCHANGE, "exchange", text, x->m.time / 1e9);
}

bool causes_take(struct policy *p, const struct host *h, const struct xb_message *m, size_t size)
{
	const struct xb_exchange *x = (const void *)m;

	if (m->kind == XB_FAILURE && size >= sizeof(struct xb_failure))
		return take_failure(p, h, (const void *)m);
	if (m->kind == XB_EXCHANGE && size >= sizeof(*x) && x->rc)
		take_exchange(p, x);
	return false;
}
