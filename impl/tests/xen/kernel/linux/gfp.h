/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking pages from the page allocator.
 */
#ifndef FAKE_LINUX_GFP_H
#define FAKE_LINUX_GFP_H

#include <linux/types.h>

#define GFP_KERNEL          0x1u
#define __GFP_NOWARN        0x2u
#define __GFP_NORETRY       0x4u
#define __GFP_RETRY_MAYFAIL 0x8u
#define GFP_DMA32           0x10u

#define MIGRATE_MOVABLE 1

struct page *alloc_pages(gfp_t gfp, unsigned int order);
void split_page(struct page *page, unsigned int order);
void __free_page(struct page *page);
void __free_pages(struct page *page, unsigned int order);
int alloc_contig_range(unsigned long start, unsigned long end, unsigned int type, gfp_t gfp);

#define alloc_page(gfp) alloc_pages(gfp, 0)

#endif /* FAKE_LINUX_GFP_H */
