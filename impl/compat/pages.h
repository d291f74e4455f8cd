/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page allocator's names as they differ between kernels.
 */
#ifndef XSW_COMPAT_PAGES_H
#define XSW_COMPAT_PAGES_H

#include <linux/gfp.h>
#include <linux/mmzone.h>

/* 6.8 renamed MAX_ORDER to MAX_PAGE_ORDER; before 6.4 MAX_ORDER was one above the largest. */
#if defined(XSW_HAVE_MAX_PAGE_ORDER)
#define XSW_MAX_PAGE_ORDER MAX_PAGE_ORDER
#else
#define XSW_MAX_PAGE_ORDER (MAX_ORDER - 1)
#endif

/* 6.16 turned the migrate type into flags, whose zero means 'movable'. */
static inline int xsw_alloc_contig_range(unsigned long start, unsigned long end, gfp_t gfp)
{
#if defined(XSW_HAVE_ACR_FLAGS)
	return alloc_contig_range(start, end, ACR_FLAGS_NONE, gfp);
#else
	return alloc_contig_range(start, end, MIGRATE_MOVABLE, gfp);
#endif
}

#endif /* XSW_COMPAT_PAGES_H */
