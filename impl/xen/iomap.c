// SPDX-License-Identifier: GPL-2.0-only
/*
 * Machine mappings: page tables that name a device's frames directly, PFN == MFN.
 *
 * How this works.  The kernel's own PTE constructors translate a PFN through the P2M.  For a
 * device's frame that is right only where the table calls the PFN 'identity', which no
 * unprivileged domain can rely on: a PFN of that number may be ordinary memory there.  So an
 * I/O PTE is written as it shall be, with the machine frame in it, by update_va_mapping, into
 * a range of kernel addresses of our own.  The range is made by vmap() over one backing page
 * mapped again and again; before vunmap() sees the PTEs they name that page again.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <asm/xen/hypercall.h>

#include "blocks.h"
#include "iomap.h"
#include "p2m.h"

static int write_pte(const struct xsw_iomap *m, u64 page, pte_t pte)
{
	unsigned long va = (unsigned long)m->area + (page << PAGE_SHIFT);

	return HYPERVISOR_update_va_mapping(va, pte, UVMF_INVLPG | UVMF_ALL);
}

static void restore(const struct xsw_iomap *m, u64 pages)
{
	u64 mfn = xsw_pfn_to_mfn(page_to_pfn(m->backing)), i;

	for (i = 0; i < pages; i++)
		WARN_ON_ONCE(write_pte(m, i, mfn_pte(mfn, PAGE_KERNEL)));
	vunmap(m->area);
	__free_page(m->backing);
}

int xsw_iomap(struct xsw_iomap *m, u64 machine, size_t size)
{
	u64 offset = machine & (PAGE_SIZE - 1), mfn = machine >> PAGE_SHIFT, i;
	struct page **pages;
	int rc = -ENOMEM;

	*m = (struct xsw_iomap){ .pages = PAGE_ALIGN(offset + size) >> PAGE_SHIFT };
	m->backing = alloc_page(XSW_GFP_PAGES);
	pages = kvmalloc_array(m->pages, sizeof(*pages), XSW_GFP_ARRAY);
	if (!m->backing || !pages)
		goto fail;
	for (i = 0; i < m->pages; i++)
		pages[i] = m->backing;
	m->area = vmap(pages, m->pages, VM_MAP, PAGE_KERNEL);
	if (!m->area)
		goto fail;
	kvfree(pages);

	for (i = 0; i < m->pages; i++) {
		/* One PTE bit apart from ordinary memory: uncached, and no M2P behind it. */
		if (write_pte(m, i, mfn_pte(mfn + i, PAGE_KERNEL_IO_NOCACHE))) {
			restore(m, i);
			return -EPERM;
		}
	}
	m->base = (void __iomem *)((u8 *)m->area + offset);
	return 0;

fail:
	kvfree(pages);
	if (m->backing)
		__free_page(m->backing);
	return rc;
}

void xsw_iounmap(struct xsw_iomap *m)
{
	restore(m, m->pages);
	m->base = NULL;
}
