/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Zones, and the largest orders.
 */
#ifndef FAKE_LINUX_MMZONE_H
#define FAKE_LINUX_MMZONE_H

#include <linux/types.h>

#define PAGE_SHIFT         12
#define PAGE_SIZE          (1UL << PAGE_SHIFT)
#define PAGE_ALIGN(x)      (((x) + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1))
#define MAX_PAGE_ORDER     10
#define pageblock_nr_pages 512UL

struct zone {
	int number;
};

#endif /* FAKE_LINUX_MMZONE_H */
