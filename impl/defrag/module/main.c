// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads and unloads the defragmenter.
 */
#define pr_fmt(fmt) "xen_swiotlb_defrag: " fmt

#include <linux/module.h>
#include <xen/xen.h>

#include "module.h"

struct xsw_service xsw_service = {
	.limits = {
		.held_bytes = 32 << 20,
		.free_floor_bytes = 64 << 20,
		.xen_floor_blocks = 8,
		.low_most_bytes = 64 << 20,
		.ask_xen = true,
	},
	.background_rate = 10,
};

static int __init xsw_load(void)
{
	int err;

	if (!xen_pv_domain()) {
		pr_err("not a Xen PV domain: only there memory can be scattered beneath its pages\n");
		return -ENODEV;
	}
	err = xsw_straddles_watch();
	if (err)
		return err;
	err = xsw_thread_start();
	if (err)
		goto no_thread;
	err = xsw_files_init();
	if (err)
		goto no_files;
	return 0;

no_files:
	xsw_thread_stop();
no_thread:
	xsw_straddles_forget();
	return err;
}

static void __exit xsw_unload(void)
{
	xsw_files_exit();
	xsw_thread_stop();
	xsw_straddles_forget();
}

module_init(xsw_load);
module_exit(xsw_unload);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The SWIOTLB-Xen authors");
MODULE_DESCRIPTION("Makes the memory of Xen PV domains contiguous in the machine");
MODULE_VERSION(XSW_VERSION);
