// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads and unloads the module: parameters, the pool, and what a domain must be.
 */
#define pr_fmt(fmt) "xen_swiotlb: " fmt

#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <xen/xen.h>

#include "attach.h"
#include "bdf.h"

struct xsw_module xsw;

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

/* ---- the pool ---- */

static void tell_grown(const struct xsw_change *c, u64 wanted)
{
	if (c->bytes < wanted)
		pr_warn("only %llu of %llu KiB could be had below 2^%u: %s\n", c->bytes >> 10,
			wanted >> 10, xsw.address_bits, xsw_exchange_name(c->last));
	else
		pr_info("pool grown by %llu KiB below 2^%u, blocks of order %u and more\n",
			c->bytes >> 10, xsw.address_bits, c->smallest_order);
	if (c->assembled_bytes)
		pr_info("%llu KiB of it out of scattered frames of our own: Xen had none free\n",
			c->assembled_bytes >> 10);
}

static void tell_given_back(const struct xsw_change *c)
{
	pr_info("gave back %llu KiB to Xen's whole memory, kept low %llu KiB, leaked %llu KiB\n",
		c->bytes >> 10, c->kept_low_bytes >> 10, c->leaked_bytes >> 10);
	if (c->kept_low_bytes)
		pr_warn("Xen refused to take %llu KiB of low memory back (%s): Linux has it now\n",
			c->kept_low_bytes >> 10, xsw_exchange_name(c->last));
	if (c->leaked_bytes)
		pr_warn("%llu KiB may still be written by a device: kept for ever, on purpose\n",
			c->leaked_bytes >> 10);
}

/* A pool that is smaller than wanted is better than none: only an empty one is refused. */
int xsw_engine_start(u64 pool_bytes)
{
	struct xsw_change change = {};

	xsw.engine = xsw_engine_create(xsw.coherent_limit);
	if (!xsw.engine)
		return -ENOMEM;
	xsw_force_all(xsw.engine, xsw.force);
	xsw_pool_grow(xsw.engine, pool_bytes, xsw.address_bits, &change);
	if (!change.bytes) {
		pr_err("no memory below 2^%u: %s\n", xsw.address_bits,
		       xsw_exchange_name(change.last));
		xsw_engine_destroy(xsw.engine, &change);
		xsw.engine = NULL;
		return -ENOMEM;
	}
	tell_grown(&change, pool_bytes);
	xsw_coherent_work(xsw.engine);
	return 0;
}

void xsw_engine_stop(void)
{
	struct xsw_change change = {};

	xsw_engine_destroy(xsw.engine, &change);
	xsw.engine = NULL;
	tell_given_back(&change);
}

int xsw_pool_resize(u64 bytes)
{
	struct xsw_change change = {};
	struct xsw_pool_state st;
	int err;

	if (bytes > XSW_POOL_MOST)
		return -EINVAL;
	bytes = roundup(bytes, XSW_POOL_STEP);
	xsw_pool_state(xsw.engine, &st);
	if (bytes > st.bytes) {
		err = xsw_pool_grow(xsw.engine, bytes - st.bytes, xsw.address_bits, &change);
		tell_grown(&change, bytes - st.bytes);
	} else {
		err = xsw_pool_shrink(xsw.engine, bytes, &change);
		tell_given_back(&change);
	}
	return err;
}

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

/* Claims the devices of the parameter: all of them or, if one is malformed, none. */
static int claim_devices(void)
{
	char *list = kstrdup(devices, GFP_KERNEL), *rest = list, *word;
	int err = list ? 0 : -ENOMEM;
	u32 id;

	while (!err && (word = strsep(&rest, ","))) {
		if (!*word)
			continue;
		err = xsw_bdf_parse(word, &id);
		if (err)
			pr_err("bad BDF '%s': it looks like 0000:00:1f.2\n", word);
		else
			err = xsw_claim_add(id, false);
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
		err = claim_devices();
	if (err)
		goto no_engine;

	xsw.stock = dma_ops;
	xsw.address_bits = address_bits;
	xsw.coherent_limit = (u64)coherent_mb << 20;
	xsw.workqueue = alloc_workqueue("xen_swiotlb", WQ_UNBOUND | WQ_FREEZABLE, 0);
	if (!xsw.workqueue) {
		err = -ENOMEM;
		goto no_engine;
	}
	xsw_trace_init();
	err = xsw_engine_start((u64)pool_mb << 20);
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
	xsw_engine_stop();
no_pool:
	destroy_workqueue(xsw.workqueue);
no_engine:
	xsw_claims_forget();
	return err;
}

static void __exit xsw_unload(void)
{
	xsw_attach_exit();
	xsw_debugfs_exit();
	xsw_sysfs_exit();
	xsw_upkeep_stop();
	destroy_workqueue(xsw.workqueue);
	xsw_claims_forget();
	xsw_engine_stop();
}

module_init(xsw_load);
module_exit(xsw_unload);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The SWIOTLB-Xen authors");
MODULE_DESCRIPTION("Bounce-buffer DMA operations for PCI devices of Xen PV domains");
