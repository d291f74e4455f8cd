/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frames that Xen was given for blocks which the run holds, by Xen's zones, and how they are
 * got back: so that Xen has no fewer large blocks afterwards.
 *
 * How this works.  Xen keeps frames from 2^(z-1) up to 2^z as its zone z.  Asked for a frame it
 * looks in the highest zone that it may, and only within that for the smallest block
 * (get_free_buddy() in xen/common/page_alloc.c, Xen 4.17 and 4.20).  So single frames asked for
 * from anywhere would be cut out of a large block in a high zone, while those that it was given lie
 * in a lower one.  Here they are asked for zone by zone, as many as it was given there.
 */
#ifndef XSW_DEFRAG_GIVEN_H
#define XSW_DEFRAG_GIVEN_H

#include <linux/types.h>

#include "../core/hypervisor.h"

#define XSW_ZONES 53 /* for frames below 2^52 */

struct xsw_given {
	u64 frames[XSW_ZONES];
};

/**
 * xsw_given_add() - count the frames beneath these blocks: they go to Xen
 * xsw_given_keep() - take the frames beneath these blocks off: the domain has them, still or again
 */
void xsw_given_add(struct xsw_given *g, const struct xsw_block *b, size_t n);
void xsw_given_keep(struct xsw_given *g, const struct xsw_block *b, size_t n);

/**
 * xsw_given_back() - get frames back for blocks of 2 MiB that Xen gave
 * What others have taken meanwhile comes from elsewhere.
 * Return: how many of the @n blocks, from the first, Xen took.
 */
size_t xsw_given_back(struct xsw_given *g, struct xsw_block *b, size_t n);

#endif /* XSW_DEFRAG_GIVEN_H */
