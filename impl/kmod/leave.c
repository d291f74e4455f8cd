// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lets a device go when its driver has gone, or lets it linger until all has come back.
 *
 * How this works.  A driver may leave mappings and coherent blocks behind: some come back later
 * (a page in a socket's queue, a work item), some never do.  The engine quarantines them.  While
 * any is out, the device lingers: it keeps our operations, so that a late unmap copies back and
 * a late free gives the block to the pool it came from, and so the module stays too.  When the
 * last one has come back, a work item lets the device go.  The operator ends it by 'detach'.
 *
 * To let a device go, our operations are taken off it first; then a grace period passes for the
 * calls that had them already; then its object is freed and the module's reference dropped.
 */
#include <linux/module.h>

#include "leave.h"
#include "xen_swiotlb.h"

/* The device's lock is held and it has no driver. */
static void let_go(struct xsw_attached *a)
{
	struct device *dev = a->device;
	u64 left;

	mutex_lock(&xsw_devices_lock);
	a->stage = XSW_LEAVING;
	mutex_unlock(&xsw_devices_lock);
	set_dma_ops(dev, NULL);
	xsw_calls_wait(a);
	left = xsw_dev_abandon(&a->dev); /* what calls under way have mapped */
	if (left)
		dev_warn(dev,
			 "xen_swiotlb: %llu mappings and blocks stay quarantined for good; unload "
			 "the driver that left them, which must not free them now\n",
			 left);

	mutex_lock(&xsw_devices_lock);
	xsw_counts_keep(a);
	list_del(&a->list);
	mutex_unlock(&xsw_devices_lock);
	xsw_dev_exit(&a->dev);
	put_device(dev);
	kfree(a);
	module_put(THIS_MODULE);
}

static struct xsw_attached *find(struct device *dev)
{
	struct xsw_attached *a;

	mutex_lock(&xsw_devices_lock);
	a = xsw_attached_device(dev);
	mutex_unlock(&xsw_devices_lock);
	return a;
}

static void linger(struct xsw_attached *a, u64 left)
{
	if (a->stage != XSW_LINGERING)
		dev_warn(a->device,
			 "xen_swiotlb: its driver left %llu mappings and blocks: quarantined; the "
			 "device lingers until they come back or it is written to detach\n",
			 left);
	mutex_lock(&xsw_devices_lock);
	a->stage = XSW_LINGERING;
	mutex_unlock(&xsw_devices_lock);
}

void xsw_driver_gone(struct device *dev)
{
	struct xsw_attached *a = find(dev);
	u64 left;

	if (!a)
		return;
	left = xsw_dev_abandon(&a->dev);
	if (left) {
		linger(a, left);
		return;
	}
	if (a->stage == XSW_LINGERING)
		dev_info(dev, "xen_swiotlb: all that its driver left has come back\n");
	let_go(a);
}

/* ---- later: after a probe that failed, or when the last mapping has come back ---- */

static struct device *next_to_look_at(void)
{
	struct device *dev = NULL;
	struct xsw_attached *a;

	mutex_lock(&xsw_devices_lock);
	list_for_each_entry(a, &xsw_attached_list, list) {
		if (xchg(&a->look, false)) {
			dev = get_device(a->device);
			break;
		}
	}
	mutex_unlock(&xsw_devices_lock);
	return dev;
}

static void look(struct work_struct *work)
{
	struct device *dev;

	while ((dev = next_to_look_at())) {
		device_lock(dev);
		if (!dev->driver)
			xsw_driver_gone(dev);
		device_unlock(dev);
		put_device(dev);
	}
}

static DECLARE_WORK(look_work, look);

void xsw_look_soon(struct xsw_attached *a)
{
	WRITE_ONCE(a->look, true);
	queue_work(xsw.workqueue, &look_work);
}

/* ---- detach ---- */

/* Return: the lingering device at @id, with a reference, if that is what stands in the way. */
static struct device *unwant(u32 id, int *err)
{
	struct device *lingering = NULL;
	struct xsw_attached *a;
	struct xsw_wanted *w;

	*err = 0;
	mutex_lock(&xsw_devices_lock);
	a = xsw_attached_at(id);
	w = xsw_wanted_find(id);
	if (a && a->stage == XSW_LINGERING)
		lingering = get_device(a->device);
	else if (a && a->stage == XSW_BOUND)
		*err = -EBUSY;
	else if (!w || !w->wanted)
		*err = -ENODEV;
	else
		w->wanted = false;
	mutex_unlock(&xsw_devices_lock);
	return lingering;
}

/* Lets a lingering device go.  Return: false: it was one no more when its lock was ours. */
static bool end_lingering(struct device *dev)
{
	struct xsw_attached *a;
	bool lingers;

	device_lock(dev);
	mutex_lock(&xsw_devices_lock);
	a = xsw_attached_device(dev);
	lingers = a && a->stage == XSW_LINGERING;
	if (lingers)
		a->wanted->wanted = false;
	mutex_unlock(&xsw_devices_lock);
	if (lingers)
		let_go(a);
	device_unlock(dev);
	return lingers;
}

int xsw_detach(u32 id)
{
	struct device *lingering;
	bool done = false;
	int err;

	do {
		lingering = unwant(id, &err);
		if (!lingering)
			return err;
		done = end_lingering(lingering);
		put_device(lingering);
	} while (!done);
	return 0;
}
