/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looks for scattered blocks of 2 MiB that may be held for Xen.
 */
#ifndef XSW_DEFRAG_SEARCH_H
#define XSW_DEFRAG_SEARCH_H

#include "defrag.h"

/**
 * struct xsw_search - the search of one run
 * @blocks: of all memory; @left: of them, those that it may still look at; @looked: that it has
 * @tries: blocks that may still turn out busy
 */
struct xsw_search {
	u64 blocks, left, looked, tries;
};

/**
 * xsw_search_begin() - go on where the last run's search ended
 * @most: blocks that it may look at; @tries: that may turn out busy
 * Nothing is looked at while the search rests because all memory had too few.
 */
void xsw_search_begin(struct xsw_search *s, u64 most, u64 tries);

/**
 * xsw_search_next() - the next scattered block
 * Return: its first page; XSW_NO_FRAME: somebody waits for the step's end, or the search is over.
 */
u64 xsw_search_next(struct xsw_search *s);

/**
 * xsw_search_busy() - the block could not be had
 */
void xsw_search_busy(struct xsw_search *s);

/**
 * xsw_search_end() - did the run get as many as it wanted?
 */
void xsw_search_end(struct xsw_search *s, bool enough);

/**
 * xsw_search_forget() - the next search begins in the middle of memory, and does not rest
 */
void xsw_search_forget(void);

#endif /* XSW_DEFRAG_SEARCH_H */
