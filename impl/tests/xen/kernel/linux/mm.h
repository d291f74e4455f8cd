/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages: their numbers, addresses and states.
 */
#ifndef FAKE_LINUX_MM_H
#define FAKE_LINUX_MM_H

#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mmzone.h>
#include <linux/types.h>

struct page *pfn_to_page(unsigned long pfn);
unsigned long page_to_pfn(const struct page *page);
void *page_address(const struct page *page);
void clear_page(void *va);
struct zone *page_zone(const struct page *page);
struct page *compound_head(struct page *page);
int page_ref_count(const struct page *page);
bool PageReserved(const struct page *page);
bool PageLRU(const struct page *page);
long si_mem_available(void);

/* From linux/memory_hotplug.h, which linux/mm.h includes in the kernel */
struct page *pfn_to_online_page(unsigned long pfn);

#endif /* FAKE_LINUX_MM_H */
