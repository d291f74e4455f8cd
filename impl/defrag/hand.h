/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks of 2 MiB in the run's hands: emptied, cured together, given back.
 */
#ifndef XSW_DEFRAG_HAND_H
#define XSW_DEFRAG_HAND_H

#include "../core/hypervisor.h"
#include "../xen/deal.h"
#include "defrag.h"

/**
 * struct xsw_hand - up to @most blocks, @n of them held
 * @part: pieces of them that are still scattered; @deal, @sorted: for dealing their frames out
 */
struct xsw_hand {
	struct xsw_block *block, *part;
	struct xsw_deal *deal;
	u64 *sorted;
	size_t n, most;
};

/* Return: 0 or -ENOMEM. */
int xsw_hand_begin(struct xsw_hand *h, size_t most);
void xsw_hand_end(struct xsw_hand *h);

/**
 * xsw_take_block() - empty the block of 2 MiB at @pfn
 * Return: false if something in it stays, or not all of it is memory of ours.
 */
bool xsw_take_block(struct xsw_block *b, u64 pfn);

/**
 * xsw_hand_take() - the same, and hold it
 */
bool xsw_hand_take(struct xsw_hand *h, u64 pfn);

/**
 * xsw_hand_cure() - get neighbouring frames for what is held, from Xen or out of what is held
 */
void xsw_hand_cure(struct xsw_defrag *d, struct xsw_hand *h);

/**
 * xsw_hand_deal() - only out of what is held
 */
void xsw_hand_deal(struct xsw_defrag *d, struct xsw_hand *h);

/**
 * xsw_hand_give_back() - to the page allocator
 */
void xsw_hand_give_back(struct xsw_hand *h);

#endif /* XSW_DEFRAG_HAND_H */
