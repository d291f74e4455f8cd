/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dealing the frames of some blocks out anew, so that neighbours lie beneath neighbours.
 */
#ifndef XSW_DEFRAG_NEIGHBOURS_H
#define XSW_DEFRAG_NEIGHBOURS_H

#include "../xen/deal.h"
#include "defrag.h"

/**
 * xsw_neighbours() - plan it for all pages of @deal, and do it if there is something to win
 * @deal: its pages in naturally aligned blocks of 2 MiB; its frames are filled in here
 * @sorted: room for as many
 * Return: 0; -EALREADY: it would win nothing; or what xsw_deal() says.
 */
int xsw_neighbours(struct xsw_deal *deal, u64 *sorted);

/**
 * xsw_dealt() - count what such a call, or one of xsw_deal(), returned: the pages, or a refusal
 * Return: were frames dealt out?
 */
bool xsw_dealt(struct xsw_defrag *d, const struct xsw_deal *deal, int err);

#endif /* XSW_DEFRAG_NEIGHBOURS_H */
