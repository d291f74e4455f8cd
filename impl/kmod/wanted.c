// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps the list of devices that the operator named.
 *
 * An entry stays until the module goes: its counters outlive detach and attach.
 */
#define pr_fmt(fmt) "xen_swiotlb: " fmt

#include <linux/device.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "bdf.h"
#include "wanted.h"

static LIST_HEAD(list);
DEFINE_MUTEX(xsw_devices_lock);

struct xsw_wanted *xsw_wanted_find(u32 id)
{
	struct xsw_wanted *w;

	list_for_each_entry(w, &list, list)
		if (w->id == id)
			return w;
	return NULL;
}

/* Is the device there, and free of a driver?  The driver core asks us at its next bind. */
static int check_free(u32 id)
{
	struct pci_dev *pdev = xsw_bdf_find(id);
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

static int want(u32 id)
{
	struct xsw_wanted *w = xsw_wanted_find(id);

	if (!w) {
		w = kzalloc(sizeof(*w), GFP_KERNEL);
		if (!w)
			return -ENOMEM;
		w->id = id;
		list_add_tail(&w->list, &list);
	}
	w->wanted = true;
	return 0;
}

int xsw_wanted_add(u32 id, bool present)
{
	int err = check_free(id);

	if (err && present)
		return err;
	if (err == -ENODEV)
		pr_warn(XSW_BDF_FORMAT ": no such device now; taken over if it appears\n",
			XSW_BDF_ARGS(id));
	else if (err == -EBUSY)
		pr_info(XSW_BDF_FORMAT ": has a driver; taken over when that is bound again\n",
			XSW_BDF_ARGS(id));
	mutex_lock(&xsw_devices_lock);
	err = want(id);
	mutex_unlock(&xsw_devices_lock);
	return err;
}

void xsw_wanted_for_each(void (*fn)(const struct xsw_wanted *w, void *ctx), void *ctx)
{
	struct xsw_wanted *w;

	mutex_lock(&xsw_devices_lock);
	list_for_each_entry(w, &list, list)
		fn(w, ctx);
	mutex_unlock(&xsw_devices_lock);
}

void xsw_wanted_forget(void)
{
	struct xsw_wanted *w, *next;

	list_for_each_entry_safe(w, next, &list, list)
		kfree(w);
	INIT_LIST_HEAD(&list);
}
