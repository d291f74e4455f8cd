/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much of the domain's memory is contiguous in the machine.
 */
#ifndef XSW_DEFRAG_CONTIGUITY_H
#define XSW_DEFRAG_CONTIGUITY_H

#include "defrag.h"

/**
 * struct xsw_contiguity - the domain's own pages
 * @pages: all; @low: those whose frames lie below 4 GiB
 * @largest: by order: pages whose largest naturally aligned block of neighbouring frames is of it
 */
struct xsw_contiguity {
	u64 pages, low;
	u64 largest[XSW_BLOCK_ORDER + 1];
};

/* Counts the 512 pages from @pfn on; those that are not ours do not count. */
void xsw_contiguity_add(struct xsw_contiguity *c, u64 pfn);

/* All memory of the domain */
void xsw_contiguity_look(struct xsw_contiguity *c);

/* Are the frames of these pages neighbours, all ours and, if @width, below 2^width? */
bool xsw_is_contiguous(u64 pfn, u64 pages, u8 width);

/* Are all these frames the domain's own? */
bool xsw_are_ours(u64 pfn, u64 pages);

#endif /* XSW_DEFRAG_CONTIGUITY_H */
