/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asking Xen for extents, as far as the run may.
 */
#ifndef XSW_DEFRAG_EXTENTS_H
#define XSW_DEFRAG_EXTENTS_H

#include "../core/hypervisor.h"
#include "defrag.h"

/**
 * xsw_extents() - exchange the frames of blocks of one order for extents of it
 * @b: @n blocks; those that were not exchanged are the first ones on return
 * Return: how many those are.
 */
size_t xsw_extents(struct xsw_defrag *d, struct xsw_block *b, size_t n);

#endif /* XSW_DEFRAG_EXTENTS_H */
