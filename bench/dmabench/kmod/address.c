// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a bus address is: the buffer's own, a bounce slot's, or an IOMMU's.
 *
 * In a Xen PV domain a bus address is a machine address, so both directions go through the
 * kernel's P2M and Xen's M2P; elsewhere it is the physical address. A mapping whose bus address
 * is not the buffer's own has bounced, unless an IOMMU translates for the device.
 */
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/swiotlb.h>
#include <xen/xen.h>
#include <asm/xen/page.h>

#include "address.h"

const char *const route_names[] = { "direct", "bounced", "translated", NULL };

dma_addr_t address_to_bus(phys_addr_t phys)
{
	if (!xen_pv_domain())
		return phys;
	return PFN_PHYS((phys_addr_t)pfn_to_mfn(PFN_DOWN(phys))) | offset_in_page(phys);
}

phys_addr_t address_from_bus(dma_addr_t bus)
{
	if (!xen_pv_domain())
		return bus;
	return PFN_PHYS((phys_addr_t)mfn_to_pfn(PFN_DOWN(bus))) | offset_in_page(bus);
}

enum route address_route(struct device *dev, phys_addr_t phys, dma_addr_t bus)
{
	if (bus == address_to_bus(phys))
		return ROUTE_DIRECT;
	if (device_iommu_mapped(dev) && address_slot(dev, bus) < 0)
		return ROUTE_TRANSLATED;
	return ROUTE_BOUNCED;
}

#ifdef HAVE_IO_TLB_POOL
#define stock_pool(mem) (&(mem)->defpool)
#else
#define stock_pool(mem) (mem)
#endif

long address_slot(struct device *dev, dma_addr_t bus)
{
	struct io_tlb_mem *mem = dev->dma_io_tlb_mem;
	phys_addr_t phys = address_from_bus(bus);
	unsigned long slot;

	if (!mem || phys < stock_pool(mem)->start)
		return -1;
	slot = (phys - stock_pool(mem)->start) >> IO_TLB_SHIFT;
	return slot < stock_pool(mem)->nslabs ? slot : -1;
}

bool address_ends_area(struct device *dev, long slot)
{
	return (slot + 1) % stock_pool(dev->dma_io_tlb_mem)->area_nslabs == 0;
}

bool address_reachable(struct device *dev, phys_addr_t phys, size_t size)
{
	dma_addr_t first = address_to_bus(phys);
	size_t at;

	if (first + size - 1 > dma_get_mask(dev))
		return false;
	for (at = PAGE_SIZE - offset_in_page(phys); at < size; at += PAGE_SIZE) {
		if (address_to_bus(phys + at) != first + at)
			return false;
	}
	return true;
}
