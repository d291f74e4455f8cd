/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Searching the pool for a free run and claiming it; all under the RCU read lock, any context.
 *
 * Return of each: was a run claimed?  It is in *@run then.
 */
#ifndef XSW_SEARCH_H
#define XSW_SEARCH_H

#include "run.h"

/** xsw_search_home() - on from where this CPU last found a run by searching */
bool xsw_search_home(struct xsw_pool *p, const struct xsw_want *w, struct xsw_run *run);

/** xsw_search_groups() - where the groups' bits say that such a run may be */
bool xsw_search_groups(struct xsw_pool *p, const struct xsw_want *w, struct xsw_run *run);

/** xsw_search_all() - every segment within reach */
bool xsw_search_all(struct xsw_pool *p, const struct xsw_want *w, struct xsw_run *run);

/** xsw_move_home() - @run was found by searching: this CPU goes on from there */
void xsw_move_home(struct xsw_pool *p, const struct xsw_run *run);

#endif /* XSW_SEARCH_H */
