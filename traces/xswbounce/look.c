// SPDX-License-Identifier: GPL-2.0-only
/* What machine this is, for the subcommands: what is not for it ends here. */
#include <stdio.h>

#include "command.h"
#include "engine/host.h"
#include "engine/refusal.h"
#include "say.h"

/*
 * From 6.6 on a kernel that got no memory for its pool from Xen, or was told swiotlb=noforce,
 * translates addresses all the same: in dom0 every such kernel does, in a domU one that set up
 * swiotlb-xen. Which that is, only its log tells.
 */
static void leave_pv_without_pool(const struct host *h)
{
	if (h->dom0)
		command_leave(
			"no-pool", "What must bounce fails",
			"this dom0's kernel translates addresses, but has no memory to bounce through: "
			"Xen gave it none as it booted, or swiotlb=noforce is set (dmesg | grep -i "
			"swiotlb tells); 'xswbounce doctor' tells whether a pool can be had now",
			1);
	command_leave(
		"no-swiotlb-xen", "DMA may go to wrong memory",
		"this PV domain has a PCI device, but its kernel has no pool; dmesg | grep -i swiotlb "
		"tells which: if swiotlb is named there ('Failed to remap'), or swiotlb=noforce is set, "
		"addresses are translated, and what must bounce fails; if not, it has set up no "
		"swiotlb-xen, so devices are given addresses that are none of the machine's: boot it "
		"with iommu=soft, or attach the device at the domain's creation",
		1);
}

/* Off PV, DMA addresses need no translation: only what lies too high for a device can bounce. */
static void leave_without_pool(const struct host *h)
{
	char why[256];

	if (h->kind == HOST_PV && h->pci)
		leave_pv_without_pool(h);
	snprintf(why, sizeof(why),
		 "this kernel (%s) has no bounce pool: it needs none, or swiotlb is switched off",
		 host_name(h));
	command_leave("nothing-to-bounce", "Nothing to bounce", why, 0);
}

void command_look(struct host *h)
{
	host_look(h);
	if (h->no_pool)
		leave_without_pool(h);
	host_needs_root();
	if (!h->pool_told && h->kind == HOST_PV && h->pci && !host_has_module())
		warn("nobody tells whether this kernel has set up swiotlb-xen, without which DMA "
		     "may go to wrong memory: mount -t debugfs debugfs /sys/kernel/debug");
	if (command_instead)
		refusal_ends(command_instead);
}

void command_look_memory(struct host *h)
{
	host_look(h);
	if (h->kind != HOST_PV && h->no_pool)
		leave_without_pool(h);
	if (h->kind != HOST_PV)
		die("this is %s: memory is scattered beneath its pages only in Xen PV domains",
		    host_name(h));
	host_needs_root();
	refusal_ends_look(command_instead);
}
