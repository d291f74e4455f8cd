/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asking Xen for extents, as far as the run may.
 */
#ifndef XSW_DEFRAG_EXTENTS_H
#define XSW_DEFRAG_EXTENTS_H

#include "../core/hypervisor.h"
#include "defrag.h"

/**
 * xsw_low_permits() - for how many extents of @order, up to @n, may Xen be asked in one hypercall?
 *
 * Nobody can ask Xen for memory that is not low.  So each request could be served with low memory
 * alone, and is for no more of it than may still be taken.
 */
size_t xsw_low_permits(const struct xsw_defrag *d, size_t n, u8 order);

/**
 * xsw_low_is_spent() - of a run with a width: may it take no extent of @least any more, or where it
 * asks for whole blocks alone, none of those?
 */
bool xsw_low_is_spent(const struct xsw_defrag *d, u8 least);

/**
 * xsw_low_bytes_of() - how much of these blocks of one order lies below 4 GiB
 */
u64 xsw_low_bytes_of(const struct xsw_block *b, size_t n);

/**
 * xsw_exchange() - xsw_hv_make_contiguous() for as many of the blocks as there is memory for
 *
 * The arrays of an exchange are as long as it has pages: where there is no memory for them, half of
 * the blocks are tried.  Return and @done as there; XSW_EXCHANGE_UNTRIED is counted in d->untried.
 */
enum xsw_exchange_result xsw_exchange(struct xsw_defrag *d, struct xsw_block *b, size_t n, u8 bits,
				      size_t *done);

/**
 * xsw_extents() - exchange the frames of blocks of one order for extents of it
 * @b: @n blocks; those that were not exchanged are the first ones on return
 * Return: how many those are.
 */
size_t xsw_extents(struct xsw_defrag *d, struct xsw_block *b, size_t n);

#endif /* XSW_DEFRAG_EXTENTS_H */
