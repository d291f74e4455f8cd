// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts buffers that bounce because they straddle pages whose frames are no neighbours: those of
 * the kernel's own swiotlb-xen, and those of devices that are attached to xen_swiotlb.ko.
 *
 * The kernel's trace event tells each bounce and not why.  But a buffer that crosses a page, in
 * reach of its device, bounces for no other reason, unless bouncing is forced: then none is
 * counted.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/swiotlb.h>
#include <linux/tracepoint.h>

#include "module.h"

static struct tracepoint *bounced;
static atomic64_t straddles, bytes;

static void on_bounce(void *data, struct device *dev, dma_addr_t bus, size_t size)
{
	if (is_swiotlb_force_bounce(dev) || offset_in_page(bus) + size <= PAGE_SIZE ||
	    bus + size - 1 > dma_get_mask(dev))
		return;
	atomic64_inc(&straddles);
	atomic64_add(size, &bytes);
}

static void look_for_bounced(struct tracepoint *tp, void *data)
{
	if (!strcmp(tp->name, "swiotlb_bounced"))
		bounced = tp;
}

/* A kernel without the event has no swiotlb: there is nothing to count. */
int xsw_straddles_watch(void)
{
	for_each_kernel_tracepoint(look_for_bounced, NULL);
	return bounced ? tracepoint_probe_register(bounced, on_bounce, NULL) : 0;
}

void xsw_straddles_forget(void)
{
	if (!bounced)
		return;
	tracepoint_probe_unregister(bounced, on_bounce, NULL);
	tracepoint_synchronize_unregister();
}

u64 xsw_straddles(void)
{
	return atomic64_read(&straddles);
}

u64 xsw_straddle_bytes(void)
{
	return atomic64_read(&bytes);
}

/* xen_swiotlb.ko's own count.  Asked for by name, so that either module loads without the other */
u64 xsw_straddled(void);

u64 xsw_attached_straddles(void)
{
	u64 (*count)(void) = symbol_get(xsw_straddled);
	u64 n;

	if (!count)
		return 0;
	n = count();
	symbol_put(xsw_straddled);
	return n;
}
