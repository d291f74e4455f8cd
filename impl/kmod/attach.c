// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes a device over when its driver binds.
 *
 * How this works.  The PCI bus tells before a probe (BIND), after a driver has gone and its
 * managed resources are freed (UNBOUND), and when a probe has failed (NOT_BOUND), each time with
 * the device's lock held.  At BIND a wanted device gets our operations; what happens when the
 * driver goes is leave.c's.  Two traps:
 *
 * 1. NOT_BOUND comes before managed resources are freed: the operations must still stand
 *    then.  So a work item looks afterwards.  A BIND of a device that is ours already, because
 *    that work has not run yet or the device lingers, takes no second reference.
 * 2. get_dma_ops() reads dev->dma_ops twice: on a bound device it is never made NULL.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "../compat/dma_ops.h"
#include "attach.h"
#include "attached.h"
#include "bdf.h"
#include "leave.h"
#include "masks.h"
#include "ops.h"
#include "xen_swiotlb.h"

static int take_over(struct device *dev, struct xsw_wanted *w)
{
	struct xsw_attached *a = kzalloc(sizeof(*a), GFP_KERNEL);
	struct xsw_change change;
	int err;

	if (!a)
		return -ENOMEM;
	a->device = dev;
	a->wanted = w;
	a->dev.id = w->id;
	a->ops = xsw_ops;
	xsw_follow_streaming(a);
	xsw_follow_coherent(a);
	err = xsw_dev_init(xsw.engine, &a->dev);
	if (err) {
		kfree(a);
		return err;
	}
	/* a driver that keeps the default mask never asks for memory within it */
	xsw_dev_prepare(&a->dev, a->dev.dma_mask, xsw.address_bits, &change);
	get_device(dev);
	list_add_tail(&a->list, &xsw_attached_list);
	w->was_attached = true;
	xsw_dev_needs_sync(dev);
	set_dma_ops(dev, &a->ops);
	return 0;
}

/* Is there a reason to leave a wanted device to the kernel's own operations? */
static bool is_taken(struct device *dev, u32 id)
{
	if (xsw_attached_at(id)) {
		dev_warn(dev,
			 "xen_swiotlb: not attached: mappings of a device that was removed from "
			 "here are still out; a write of its address to detach ends that\n");
		return true;
	}
	if (dev->dma_ops) {
		dev_warn(dev, "xen_swiotlb: has DMA operations of its own: left alone\n");
		return true;
	}
	return false;
}

static void take_wanted(struct device *dev)
{
	struct xsw_wanted *w;
	u32 id;
	int err;

	if (xsw_bdf_of(to_pci_dev(dev), &id))
		return;
	w = xsw_wanted_find(id);
	if (!w || !w->wanted || is_taken(dev, id) || !try_module_get(THIS_MODULE))
		return;
	err = take_over(dev, w);
	if (err) {
		module_put(THIS_MODULE);
		dev_warn(dev, "xen_swiotlb: not attached (%d): it stays with the kernel's own\n",
			 err);
	} else {
		dev_info(dev, "xen_swiotlb: attached\n");
	}
}

static void driver_binds(struct device *dev)
{
	struct xsw_attached *a;

	mutex_lock(&xsw_devices_lock);
	a = xsw_attached_device(dev);
	if (a) {
		a->stage = XSW_BOUND;
		a->named = 0;
	} else {
		take_wanted(dev);
	}
	mutex_unlock(&xsw_devices_lock);
}

static void probe_failed(struct device *dev)
{
	struct xsw_attached *a;

	mutex_lock(&xsw_devices_lock);
	a = xsw_attached_device(dev);
	if (a)
		xsw_look_soon(a);
	mutex_unlock(&xsw_devices_lock);
}

static int bus_event(struct notifier_block *nb, unsigned long action, void *data)
{
	struct device *dev = data;

	switch (action) {
	case BUS_NOTIFY_BIND_DRIVER:
		driver_binds(dev);
		break;
	case BUS_NOTIFY_UNBOUND_DRIVER:
		xsw_driver_gone(dev);
		break;
	case BUS_NOTIFY_DRIVER_NOT_BOUND:
		probe_failed(dev);
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block bus_watch = { .notifier_call = bus_event };

int xsw_attach_init(void)
{
	return bus_register_notifier(&pci_bus_type, &bus_watch);
}

void xsw_attach_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &bus_watch);
}
