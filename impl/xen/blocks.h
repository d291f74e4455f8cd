/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all of xen/ that takes memory from Linux shares.
 *
 * None of these requests starts the OOM killer, however much is asked for.
 */
#ifndef XSW_XEN_BLOCKS_H
#define XSW_XEN_BLOCKS_H

#include <linux/gfp.h>
#include <linux/types.h>

/* For pages */
#define XSW_GFP_PAGES (GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN)
/* For alloc_contig_range(), which kills nobody and refuses __GFP_NORETRY (6.13) */
#define XSW_GFP_RANGE (GFP_KERNEL | __GFP_NOWARN)
/* For arrays: kvmalloc() does not know __GFP_NORETRY */
#define XSW_GFP_ARRAY (GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/**
 * xsw_is_linux_memory() - may alloc_contig_range() be asked for these pages?
 * It wants pages of one zone, all of them managed by Linux.
 */
bool xsw_is_linux_memory(u64 pfn, u64 pages);

/**
 * xsw_may_be_taken() - is the page free or movable?
 * A hint, not a promise.
 */
bool xsw_may_be_taken(u64 pfn);

/**
 * xsw_owner_of() - the page of ours that has this machine frame
 * Return: its PFN; all ones if none has.
 */
u64 xsw_owner_of(u64 mfn);

/**
 * xsw_end_of_memory() - the PFN behind the last page that Linux manages
 */
u64 xsw_end_of_memory(void);

#endif /* XSW_XEN_BLOCKS_H */
