/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Xen is to keep: nobody tells a domain how many large blocks Xen has.  So scattered blocks of
 * the domain are exchanged for as many extents of 2 MiB as Xen is to keep; the run holds them and
 * gives them back at its end.  Xen has that much then, however much the run took.  Until then it
 * may have none: who creates a domain meanwhile gets no large block.
 */
#ifndef XSW_DEFRAG_KEPT_H
#define XSW_DEFRAG_KEPT_H

#include "../core/hypervisor.h"
#include "defrag.h"
#include "given.h"

/**
 * struct xsw_kept - what is held: @n blocks, @exchanged of them, from the first, extents of Xen's
 * Between two steps all are.  @given: the frames that Xen has for them
 */
struct xsw_kept {
	struct xsw_block *block;
	size_t n, exchanged;
	struct xsw_given given;
};

/**
 * xsw_kept_take() - hold as many extents as Xen is to keep
 * @bounded: the search for blocks to give for them looks at a part of memory
 *
 * Fewer are held where Xen has no more: then it is asked for no extent that it would have to cut
 * out of a large one.  If as many cannot be held for another reason, none is, the run asks Xen for
 * nothing, and d->unkept tells the reason.  But phase 2 on memory that has too few scattered blocks
 * to hold: d->credit pages may be taken then.  It goes by steps, as the run does.
 * Return: false if the run is to stop.
 */
bool xsw_kept_take(struct xsw_defrag *d, struct xsw_kept *k, bool bounded);

/* Also by steps; a stop is obeyed by not sleeping between them. */
void xsw_kept_return(struct xsw_defrag *d, struct xsw_kept *k);

/* There is no credit. */
void xsw_kept_forget(void);

#endif /* XSW_DEFRAG_KEPT_H */
