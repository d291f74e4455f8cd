/* SPDX-License-Identifier: GPL-2.0-only */
/* What a bus address is: the buffer's own, a bounce slot's, or an IOMMU's. */
#ifndef DMABENCH_ADDRESS_H
#define DMABENCH_ADDRESS_H

#include <linux/device.h>
#include <linux/types.h>

enum route { ROUTE_DIRECT, ROUTE_BOUNCED, ROUTE_TRANSLATED, ROUTES };

extern const char *const route_names[];

/* The bus address memory has for a device without bouncing or translation. */
dma_addr_t address_to_bus(phys_addr_t phys);

/* The memory behind a bus address that no IOMMU translates. */
phys_addr_t address_from_bus(dma_addr_t bus);

/* How @phys got the bus address @bus. */
enum route address_route(struct device *dev, phys_addr_t phys, dma_addr_t bus);

/* Slot number of @bus in the kernel's own bounce pool, or -1 if it lies elsewhere. */
long address_slot(struct device *dev, dma_addr_t bus);

/* Whether the kernel's own search, having placed a mapping up to @slot, now begins at an area. */
bool address_ends_area(struct device *dev, long slot);

/* Whether @dev reaches all @size bytes at @phys at one run of bus addresses. */
bool address_reachable(struct device *dev, phys_addr_t phys, size_t size);

#endif
