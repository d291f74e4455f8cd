/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Xen's interface: page tables and multicalls.
 */
#ifndef FAKE_XEN_INTERFACE_XEN_H
#define FAKE_XEN_INTERFACE_XEN_H

#include <linux/types.h>

#define DOMID_SELF                     0x7ff0
#define MMU_MACHPHYS_UPDATE            1
#define UVMF_TLB_FLUSH                 (1UL << 0)
#define UVMF_INVLPG                    (2UL << 0)
#define UVMF_ALL                       (1UL << 2)
#define __HYPERVISOR_update_va_mapping 14

typedef unsigned long xen_pfn_t;
typedef u16 domid_t;

struct mmu_update {
	u64 ptr, val;
};

struct multicall_entry {
	unsigned long op;
	long result;
	unsigned long args[6];
};

#endif /* FAKE_XEN_INTERFACE_XEN_H */
