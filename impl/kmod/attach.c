// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes a device over when its driver binds, gives it back when the driver is gone.
 *
 * How this works.  The PCI bus tells before a probe (BIND), after a driver has gone and its
 * managed resources are freed (UNBOUND), and when a probe has failed (NOT_BOUND).  At BIND
 * the device gets our operations, at UNBOUND it loses them.  Three traps:
 *
 * 1. NOT_BOUND comes before managed resources are freed: the operations must still stand
 *    then.  So a work item takes the device's lock afterwards, and gives the device back if
 *    it has no driver.  A BIND of a device that is ours already takes no second reference.
 * 2. get_dma_ops() reads dev->dma_ops twice: on a bound device it is never made NULL.
 * 3. A task may be preempted inside one of our operations.  The module's reference, which
 *    keeps the code in memory, is dropped only after synchronize_rcu_tasks().
 */
#define pr_fmt(fmt) "xen_swiotlb: " fmt

#include <linux/module.h>
#include <linux/pci.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "../compat/dma_ops.h"
#include "attach.h"
#include "bdf.h"
#include "trace.h"

#define LEAKS_NAMED 8 /* mappings named in the log when a driver leaves; all are in the trace */

static LIST_HEAD(claims);
static DEFINE_MUTEX(claims_lock); /* the list and what hangs on it */

static struct xsw_claim *claim_find(u32 id)
{
	struct xsw_claim *c;

	list_for_each_entry (c, &claims, list)
		if (c->id == id)
			return c;
	return NULL;
}

static struct xsw_claim *claim_of(struct device *dev)
{
	u32 id;

	return xsw_bdf_of(to_pci_dev(dev), &id) ? NULL : claim_find(id);
}

static bool is_ours(const struct xsw_claim *c, const struct device *dev)
{
	return c && c->attached && c->attached->device == dev;
}

/* ---- giving back ---- */

struct leak_report {
	struct device *dev;
	u64 seen;
};

static void report_leak(const struct xsw_live *m, void *ctx)
{
	struct leak_report *r = ctx;
	u64 age = xsw_now_ns() - m->since_ns;

	trace_xsw_leak(m, age);
	if (r->seen++ < LEAKS_NAMED)
		dev_warn(
			r->dev,
			"xen_swiotlb: driver left %u bytes mapped at %#llx (from %#llx), %llu ms old\n",
			m->size, m->bus, m->orig, age / NSEC_PER_MSEC);
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

/* The device's lock is held and it has no driver. */
static void give_back(struct device *dev)
{
	struct leak_report report = { .dev = dev };
	struct xsw_counts counts;
	struct xsw_attached *a;
	struct xsw_claim *c;
	u64 leaked;

	mutex_lock(&claims_lock);
	c = claim_of(dev);
	if (!is_ours(c, dev)) {
		mutex_unlock(&claims_lock);
		return;
	}
	a = c->attached;
	c->attached = NULL;
	set_dma_ops(dev, NULL);
	xsw_dev_counts(&a->dev, &counts);
	counts_add(&c->past, &counts);
	leaked = xsw_dev_exit(&a->dev, report_leak, &report);
	c->leaked += leaked;
	mutex_unlock(&claims_lock);

	if (leaked)
		dev_warn(dev,
			 "xen_swiotlb: %llu mappings left behind: their slots are quarantined\n",
			 leaked);
	synchronize_rcu_tasks();
	put_device(dev);
	kfree(a);
	module_put(THIS_MODULE);
}

static void after_failed_probe(struct work_struct *work)
{
	struct xsw_claim *c = container_of(work, struct xsw_claim, failed_probe);
	struct device *dev;

	mutex_lock(&claims_lock);
	dev = c->attached ? get_device(c->attached->device) : NULL;
	mutex_unlock(&claims_lock);
	if (!dev)
		return;
	device_lock(dev);
	if (!dev->driver)
		give_back(dev);
	device_unlock(dev);
	put_device(dev);
}

static void probe_failed(struct device *dev)
{
	struct xsw_claim *c;

	mutex_lock(&claims_lock);
	c = claim_of(dev);
	if (is_ours(c, dev))
		queue_work(xsw.workqueue, &c->failed_probe);
	mutex_unlock(&claims_lock);
}

/* ---- taking over ---- */

static int take_over(struct device *dev, struct xsw_claim *c)
{
	struct xsw_attached *a = kzalloc(sizeof(*a), GFP_KERNEL);
	int err;

	if (!a)
		return -ENOMEM;
	a->device = dev;
	a->dev.id = c->id;
	a->dev.failed = xsw_map_failed;
	xsw_ops_init(&a->ops);
	xsw_follow_masks(a, dev);
	err = xsw_dev_init(xsw.engine, &a->dev);
	if (err) {
		kfree(a);
		return err;
	}
	get_device(dev);
	xsw_dev_needs_sync(dev);
	set_dma_ops(dev, &a->ops);
	c->attached = a;
	c->was_attached = true;
	return 0;
}

static void driver_binds(struct device *dev)
{
	struct xsw_claim *c;
	int err;

	mutex_lock(&claims_lock);
	c = claim_of(dev);
	if (!c || !c->wanted || is_ours(c, dev))
		goto out;
	if (dev->dma_ops) {
		dev_warn(dev, "xen_swiotlb: has DMA operations of its own: left alone\n");
		goto out;
	}
	if (!try_module_get(THIS_MODULE))
		goto out;
	err = take_over(dev, c);
	if (err) {
		module_put(THIS_MODULE);
		dev_warn(dev, "xen_swiotlb: not attached (%d): it stays with the kernel's own\n",
			 err);
	} else {
		dev_info(dev, "xen_swiotlb: attached\n");
	}
out:
	mutex_unlock(&claims_lock);
}

static int bus_event(struct notifier_block *nb, unsigned long action, void *data)
{
	struct device *dev = data;

	switch (action) {
	case BUS_NOTIFY_BIND_DRIVER:
		driver_binds(dev);
		break;
	case BUS_NOTIFY_UNBOUND_DRIVER:
		give_back(dev);
		break;
	case BUS_NOTIFY_DRIVER_NOT_BOUND:
		probe_failed(dev);
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block bus_watch = { .notifier_call = bus_event };

/* ---- claims ---- */

/* Is the device there, and free of a driver?  The driver core asks us at its next bind. */
static int check_free(u32 id)
{
	struct pci_dev *pdev = pci_get_domain_bus_and_slot(id >> 16, (id >> 8) & 0xff, id & 0xff);
	int err = 0;

	if (!pdev)
		return -ENODEV;
	device_lock(&pdev->dev);
	if (pdev->dev.driver)
		err = -EBUSY;
	device_unlock(&pdev->dev);
	pci_dev_put(pdev);
	return err;
}

int xsw_claim_add(u32 id, bool present)
{
	int err = check_free(id);
	struct xsw_claim *c;

	if (err && present)
		return err;
	if (err == -ENODEV)
		pr_warn(XSW_BDF_FORMAT ": no such device now; taken over if it appears\n",
			XSW_BDF_ARGS(id));
	else if (err == -EBUSY)
		pr_info(XSW_BDF_FORMAT ": has a driver; taken over when that is bound again\n",
			XSW_BDF_ARGS(id));

	mutex_lock(&claims_lock);
	c = claim_find(id);
	if (!c) {
		c = kzalloc(sizeof(*c), GFP_KERNEL);
		if (!c) {
			mutex_unlock(&claims_lock);
			return -ENOMEM;
		}
		c->id = id;
		INIT_WORK(&c->failed_probe, after_failed_probe);
		list_add_tail(&c->list, &claims);
	}
	c->wanted = true;
	mutex_unlock(&claims_lock);
	return 0;
}

int xsw_claim_drop(u32 id)
{
	struct xsw_claim *c;
	int err = 0;

	mutex_lock(&claims_lock);
	c = claim_find(id);
	if (!c || !c->wanted)
		err = -ENODEV;
	else if (c->attached)
		err = -EBUSY;
	else
		c->wanted = false;
	mutex_unlock(&claims_lock);
	return err;
}

void xsw_for_each_claim(bool (*fn)(const struct xsw_claim *c, void *ctx), void *ctx)
{
	struct xsw_claim *c;

	mutex_lock(&claims_lock);
	list_for_each_entry (c, &claims, list)
		if (!fn(c, ctx))
			break;
	mutex_unlock(&claims_lock);
}

void xsw_claim_counts(const struct xsw_claim *c, struct xsw_counts *sum)
{
	*sum = c->past;
	if (c->attached) {
		struct xsw_counts now;

		xsw_dev_counts(&c->attached->dev, &now);
		counts_add(sum, &now);
	}
}

static bool stop_at_attached(const struct xsw_claim *c, void *found)
{
	*(bool *)found = c->attached;
	return !c->attached;
}

bool xsw_attached_any(void)
{
	bool found = false;

	xsw_for_each_claim(stop_at_attached, &found);
	return found;
}

int xsw_attach_init(void)
{
	return bus_register_notifier(&pci_bus_type, &bus_watch);
}

/* No device is attached: each holds a reference to the module. */
void xsw_attach_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &bus_watch);
}

void xsw_claims_forget(void)
{
	struct xsw_claim *c, *next;

	list_for_each_entry_safe (c, next, &claims, list)
		kfree(c);
	INIT_LIST_HEAD(&claims);
}
