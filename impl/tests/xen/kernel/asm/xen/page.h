/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * P2M, M2P and page table entries.
 */
#ifndef FAKE_ASM_XEN_PAGE_H
#define FAKE_ASM_XEN_PAGE_H

#include <errno.h>

#include <linux/types.h>

#define INVALID_P2M_ENTRY  (~0UL)
#define FOREIGN_FRAME_BIT  (1UL << 63)
#define IDENTITY_FRAME_BIT (1UL << 62)

typedef struct {
	unsigned long pte;
} pte_t;
typedef unsigned long pgprot_t;

#define PAGE_KERNEL            0x63UL
#define PAGE_KERNEL_IO_NOCACHE 0x73UL

#define __pte_ma(value)    ((pte_t){ value })
#define mfn_pte(mfn, prot) ((pte_t){ (unsigned long)(mfn) << 12 | (prot) })

extern unsigned long *xen_p2m_addr;
extern unsigned long xen_p2m_size;
extern unsigned long *machine_to_phys_mapping;
extern unsigned long machine_to_phys_nr;

unsigned long get_phys_to_machine(unsigned long pfn);
int xen_safe_write_ulong(unsigned long *to, unsigned long value);
int xen_safe_read_ulong(const unsigned long *from, unsigned long *value);

#endif /* FAKE_ASM_XEN_PAGE_H */
