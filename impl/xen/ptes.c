// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes page table entries: see ptes.h.
 */
#include <linux/errno.h>

#include <asm/xen/page.h>

#include "ptes.h"

int xsw_ptes_write(struct multicall_entry *calls, u32 count)
{
	u32 i;

	if (HYPERVISOR_multicall(calls, count))
		return -EFAULT;
	for (i = 0; i < count; i++)
		if ((long)calls[i].result < 0)
			return -EINVAL;
	return 0;
}

/*
 * A page that is not mapped as the P2M says would go back to the page allocator: its next user
 * would fault, or write to a page of somebody else's.
 */
int xsw_ptes_map(struct multicall_entry *calls, u32 count)
{
	int refused = HYPERVISOR_multicall(calls, count), err = 0;
	u32 i;

	for (i = 0; i < count; i++)
		if ((refused || (long)calls[i].result < 0) &&
		    HYPERVISOR_update_va_mapping(calls[i].args[0], __pte_ma(calls[i].args[1]),
						 UVMF_TLB_FLUSH | UVMF_ALL))
			err = -EINVAL;
	return err;
}
