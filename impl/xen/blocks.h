/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the two ways to take pages from Linux share: blocks as they are, and assembled ones.
 */
#ifndef XSW_XEN_BLOCKS_H
#define XSW_XEN_BLOCKS_H

#include <linux/types.h>

/**
 * xsw_is_linux_memory() - may alloc_contig_range() be asked for these pages?
 * It wants pages of one zone, all of them managed by Linux.
 */
bool xsw_is_linux_memory(u64 pfn, u64 pages);

#endif /* XSW_XEN_BLOCKS_H */
