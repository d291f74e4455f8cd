// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of attached devices, the calls that use them, and the sums of what they counted.
 */
#include <linux/build_bug.h>
#include <linux/delay.h>
#include <linux/rcupdate.h>

#include "attached.h"

LIST_HEAD(xsw_attached_list);

/*
 * The grace period is one of tasks that were preempted.  A call that sleeps of its own will is
 * not covered: it has counted itself by then, and has a few instructions of ours to go after it
 * has counted itself off.
 */
void xsw_calls_wait(struct xsw_attached *a)
{
	bool asleep = atomic_read(&a->sleepers);

	synchronize_rcu_tasks();
	if (!asleep && !atomic_read(&a->sleepers))
		return;
	while (atomic_read(&a->sleepers))
		msleep(1);
	synchronize_rcu_tasks();
}

struct xsw_attached *xsw_attached_device(const struct device *dev)
{
	struct xsw_attached *a;

	list_for_each_entry(a, &xsw_attached_list, list)
		if (a->device == dev)
			return a;
	return NULL;
}

struct xsw_attached *xsw_attached_at(u32 id)
{
	struct xsw_attached *a;

	list_for_each_entry(a, &xsw_attached_list, list)
		if (a->dev.id == id)
			return a;
	return NULL;
}

static void counts_add(struct xsw_counts *sum, const struct xsw_counts *c)
{
	const u64 *from = (const u64 *)c;
	u64 *to = (u64 *)sum;
	size_t i;

	BUILD_BUG_ON(sizeof(*c) % sizeof(u64));
	for (i = 0; i < sizeof(*c) / sizeof(u64); i++)
		to[i] += from[i];
}

void xsw_wanted_counts(const struct xsw_wanted *w, struct xsw_counts *sum)
{
	struct xsw_attached *a;
	struct xsw_counts now;

	*sum = w->past;
	list_for_each_entry(a, &xsw_attached_list, list) {
		if (a->wanted != w)
			continue;
		xsw_dev_counts(&a->dev, &now);
		counts_add(sum, &now);
	}
}

void xsw_counts_keep(struct xsw_attached *a)
{
	struct xsw_counts now;

	xsw_dev_counts(&a->dev, &now);
	counts_add(&a->wanted->past, &now);
}
