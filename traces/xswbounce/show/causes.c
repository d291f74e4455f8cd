// SPDX-License-Identifier: GPL-2.0-only
/* What an event is to the flight recorder. */
#include <stdio.h>
#include <string.h>

#include "engine/device.h"
#include "engine/events.h"
#include "show/causes.h"
#include "show/text.h"

#define COUNTED_LOOKS 5 /* with a failure that no event has told */

static unsigned long long module_failures; /* told by its events */

static void take_failure(struct policy *p, const struct host *h, const struct xb_failure *f)
{
	bool module = device_is_module(f->m.dev);
	double at = f->m.time / 1e9;
	const char *backend = module ? "xen_swiotlb" : host_backend(h);
	const char *fail = text_fails[f->fail % XB_NR_FAILS];
	char text[256], who[sizeof(((struct cause *)0)->who)];
	struct xb_device d;

	module_failures += module;
	events_device(f->m.dev, &d);
	snprintf(text, sizeof(text),
		 "a mapping of %llu bytes failed for %s (%s): %s; %llu of %llu slots were in use; "
		 "by %s (%u)",
		 f->m.size, d.name, d.driver, fail, f->pool.used, f->pool.slots, text_comm(f->comm),
		 f->pid);
	/* one that always comes, as what is too large, must not hide another that is new */
	snprintf(who, sizeof(who), "%s %s %s", d.name, backend, fail);
	policy_happened(p, CAUSE_FAILURE, who, text, at);
	/* while a file is written, nobody looks at the pools */
	if (f->pool.slots)
		policy_occupancy(p, module, backend, 100.0 * f->pool.used / f->pool.slots, at);
}

static void take_exchange(struct policy *p, const struct xb_exchange *x)
{
	char text[256], who[sizeof(((struct cause *)0)->who)];

	snprintf(text, sizeof(text),
		 "an exchange of %llu x order %u below 2^%u failed: %s; by %s (%u)", x->extents,
		 x->order, x->bits, strerror(-x->rc), text_comm(x->comm), x->pid);
	snprintf(who, sizeof(who), "%s %d", x->module ? "xen_swiotlb" : "kernel", x->rc);
	policy_happened(p, CAUSE_EXCHANGE, who, text, x->m.time / 1e9);
}

void causes_take(struct policy *p, const struct host *h, const struct xb_message *m, size_t size)
{
	const struct xb_exchange *x = (const void *)m;

	if (m->kind == XB_FAILURE && size >= sizeof(struct xb_failure))
		take_failure(p, h, (const void *)m);
	else if (m->kind == XB_EXCHANGE && size >= sizeof(*x) && x->rc)
		take_exchange(p, x);
}

/* Of this load of the module: what its counters had before the watch, what is told otherwise. */
static struct {
	u64 load;
	bool known;
	unsigned long long base, told;
	u64 untold;
	int looks; /* at which something was missing, one after another */
} counted;

static void count_anew(unsigned long long base)
{
	counted.load = events_module().load;
	counted.known = true;
	counted.base = base;
	counted.untold = events_untold(XB_MODULE);
	counted.told = module_failures = 0;
	counted.looks = 0;
}

void causes_follow(void)
{
	if (counted.known && events_module().load != counted.load)
		count_anew(0);
}

void causes_count(struct policy *p, double now)
{
	unsigned long long failures = host_module_failures();
	long long missing;
	char text[128];

	causes_follow();
	if (!counted.known)
		count_anew(failures);
	missing = failures - counted.base - module_failures -
		  (events_untold(XB_MODULE) - counted.untold) - counted.told;
	counted.looks = missing > 0 ? counted.looks + 1 : 0;
	if (counted.looks < COUNTED_LOOKS)
		return;
	snprintf(text, sizeof(text), "%lld mappings of xen_swiotlb failed, by its counters",
		 missing);
	policy_happened(p, CAUSE_FAILURE, "xen_swiotlb", text, now);
	counted.told += missing;
	counted.looks = 0;
}
