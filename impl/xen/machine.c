// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks Xen for the machine's highest frame.
 */
#include <linux/bitops.h>
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <asm/xen/hypercall.h>
#include <xen/interface/memory.h>

#include "machine.h"

u64 xsw_machine_mask(void)
{
	/* One above the highest frame.  Memory may be added to a machine: it is asked each time. */
	long frames = HYPERVISOR_memory_op(XENMEM_maximum_ram_page, NULL);

	/* Too wide costs a driver larger descriptors; too narrow would make it bounce. */
	if (frames <= 0)
		return DMA_BIT_MASK(64);
	return DMA_BIT_MASK(fls64(((u64)frames << PAGE_SHIFT) - 1));
}
