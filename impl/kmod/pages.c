// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DMA operations of an attached device: showing its memory to others, and plain pages.
 *
 * Coherent blocks are contiguous in PFN, ours and the kernel's own alike: a run of pages that may
 * be mapped into a process or listed as one scatterlist entry.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/string.h>

#include "pages.h"
#include "streaming.h"

int xsw_op_mmap(struct device *dev, struct vm_area_struct *vma, void *va, dma_addr_t bus,
		size_t size, unsigned long attrs)
{
	unsigned long pages = PAGE_ALIGN(size) >> PAGE_SHIFT, wanted = vma_pages(vma);
	unsigned long first = vma->vm_pgoff;

	if (first >= pages || wanted > pages - first)
		return -ENXIO;
	return remap_pfn_range(vma, vma->vm_start, PHYS_PFN(virt_to_phys(va)) + first,
			       wanted << PAGE_SHIFT, vma->vm_page_prot);
}

int xsw_op_get_sgtable(struct device *dev, struct sg_table *table, void *va, dma_addr_t bus,
		       size_t size, unsigned long attrs)
{
	int err = sg_alloc_table(table, 1, GFP_KERNEL);

	if (!err)
		sg_set_page(table->sgl, virt_to_page(va), PAGE_ALIGN(size), 0);
	return err;
}

struct page *xsw_op_alloc_pages(struct device *dev, size_t size, dma_addr_t *bus,
				enum dma_data_direction dir, gfp_t gfp)
{
	struct page *page = alloc_pages_node(dev_to_node(dev), gfp, get_order(size));

	if (!page)
		return NULL;
	*bus = xsw_op_map(dev, page_to_phys(page), size, dir, DMA_ATTR_SKIP_CPU_SYNC);
	if (*bus == DMA_MAPPING_ERROR) {
		__free_pages(page, get_order(size));
		return NULL;
	}
	memset(page_address(page), 0, size);
	return page;
}

void xsw_op_free_pages(struct device *dev, size_t size, struct page *page, dma_addr_t bus,
		       enum dma_data_direction dir)
{
	xsw_op_unmap(dev, bus, size, dir, DMA_ATTR_SKIP_CPU_SYNC);
	__free_pages(page, get_order(size));
}
