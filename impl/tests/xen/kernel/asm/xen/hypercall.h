/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypercalls.
 */
#ifndef FAKE_ASM_XEN_HYPERCALL_H
#define FAKE_ASM_XEN_HYPERCALL_H

#include <asm/xen/page.h>
#include <xen/interface/xen.h>

long HYPERVISOR_memory_op(unsigned int op, void *argument);
int HYPERVISOR_multicall(void *calls, u32 n);
int HYPERVISOR_update_va_mapping(unsigned long va, pte_t pte, unsigned long flags);
int HYPERVISOR_mmu_update(struct mmu_update *request, unsigned int n, unsigned int *done,
			  domid_t domain);

#endif /* FAKE_ASM_XEN_HYPERCALL_H */
