/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ranges of kernel addresses over chosen pages.
 */
#ifndef FAKE_LINUX_VMALLOC_H
#define FAKE_LINUX_VMALLOC_H

#include <linux/types.h>
#include <asm/xen/page.h>

#define VM_MAP 4

void *vmap(struct page **pages, unsigned int n, unsigned long flags, pgprot_t prot);
void vunmap(const void *area);

#endif /* FAKE_LINUX_VMALLOC_H */
