/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mapping of the kernel's image, which lies in the first pages.
 */
#ifndef FAKE_LINUX_PGTABLE_H
#define FAKE_LINUX_PGTABLE_H

#include <linux/types.h>
#include <asm/xen/page.h>

#define __START_KERNEL_map 0xffffffff80000000UL
#define KERNEL_IMAGE_SIZE  (1UL << 30)

extern unsigned long phys_base;

pte_t *lookup_address(unsigned long address, unsigned int *level);

static inline int pte_present(pte_t pte)
{
	return pte.pte & 1;
}

#endif /* FAKE_LINUX_PGTABLE_H */
