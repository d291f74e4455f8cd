// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads and unloads the module: parameters, what a domain must be, and the order of things.
 */
#define pr_fmt(fmt) "xen_swiotlb: " fmt

#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <xen/xen.h>

#include "attach.h"
#include "bdf.h"
#include "pool.h"
#include "wanted.h"
#include "xen_swiotlb.h"

static char *devices = "";
module_param(devices, charp, 0444);
MODULE_PARM_DESC(devices, "PCI devices to take over when their driver binds: BDF[,BDF...]");

static unsigned int pool_mb = 64;
module_param(pool_mb, uint, 0444);
MODULE_PARM_DESC(pool_mb, "size of the pool, MiB (1..4096, default 64)");

static unsigned int pool_max_mb;
module_param(pool_max_mb, uint, 0444);
MODULE_PARM_DESC(pool_max_mb, "the pool grows by itself up to this, MiB (0..4096, default 0: not)");

static unsigned int address_bits = 32;
module_param(address_bits, uint, 0444);
MODULE_PARM_DESC(address_bits, "the pool lies below 2^this (16..40, default 32)");

static unsigned int coherent_mb = 8;
module_param(coherent_mb, uint, 0444);
MODULE_PARM_DESC(coherent_mb, "idle contiguous coherent memory kept, MiB (0..1024, default 8)");

module_param_named(force, xsw.force, bool, 0444);
MODULE_PARM_DESC(force, "bounce every mapping that may bounce");

/* ---- parameters ---- */

static int check_domain(void)
{
	if (xen_pv_domain())
		return 0;
	pr_err("not a Xen PV domain (found: %s)\n", xen_pvh_domain() ? "PVH"
						    : xen_domain()   ? "HVM"
								     : "native");
	return -ENODEV;
}

static int check_range(const char *name, unsigned int value, unsigned int least, unsigned int most)
{
	if (value >= least && value <= most)
		return 0;
	pr_err("%s out of range: %u is not in %u..%u\n", name, value, least, most);
	return -EINVAL;
}

static int check_parameters(void)
{
	int err = check_range("pool_mb", pool_mb, 1, 4096);

	if (!err)
		err = check_range("pool_max_mb", pool_max_mb, 0, 4096);
	if (!err)
		err = check_range("address_bits", address_bits, 16, 40);
	if (!err)
		err = check_range("coherent_mb", coherent_mb, 0, 1024);
	return err;
}

/* Wants the devices of the parameter: all of them or, if one is malformed, none. */
static int want_devices(void)
{
	char *list = kstrdup(devices, GFP_KERNEL), *rest = list, *word;
	int err = list ? 0 : -ENOMEM;
	u32 id;

	while (!err && (word = strsep(&rest, ","))) {
		if (!*word)
			continue;
		err = xsw_bdf_parse(word, &id);
		if (err)
			xsw_bdf_wrong("devices", word, err);
		else
			err = xsw_wanted_add(id, false);
	}
	kfree(list);
	return err;
}

/* ---- load and unload ---- */

static int __init xsw_load(void)
{
	int err = check_domain();

	if (!err)
		err = check_parameters();
	if (!err)
		err = want_devices();
	if (err)
		goto no_engine;

	xsw.address_bits = address_bits;
	xsw.coherent_limit = (u64)coherent_mb << 20;
	xsw.workqueue = alloc_workqueue("xen_swiotlb", WQ_UNBOUND | WQ_FREEZABLE, 0);
	if (!xsw.workqueue) {
		err = -ENOMEM;
		goto no_engine;
	}
	err = xsw_pool_start((u64)pool_mb << 20);
	if (err)
		goto no_pool;
	err = xsw_sysfs_init();
	if (err)
		goto no_sysfs;
	xsw_debugfs_init();
	err = xsw_attach_init();
	if (err)
		goto no_attach;
	xsw.pool_most = (u64)pool_max_mb << 20;
	xsw_growth_soon();
	return 0;

no_attach:
	xsw_debugfs_exit();
	xsw_sysfs_exit();
no_sysfs:
	xsw_pool_stop();
no_pool:
	destroy_workqueue(xsw.workqueue);
no_engine:
	xsw_wanted_forget();
	return err;
}

static void __exit xsw_unload(void)
{
	xsw_attach_exit();
	xsw_debugfs_exit();
	xsw_sysfs_exit();
	xsw_pool_stop();
	destroy_workqueue(xsw.workqueue);
	xsw_wanted_forget();
}

module_init(xsw_load);
module_exit(xsw_unload);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The SWIOTLB-Xen authors");
MODULE_DESCRIPTION("Bounce-buffer DMA operations for PCI devices of Xen PV domains");
MODULE_VERSION(XSW_VERSION);
