/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts of a cell's counting rounds: maps, bounces, failures and exchanges, added up. */
#ifndef XSW_COUNTS_H
#define XSW_COUNTS_H

#include "cells.h"

/* NAN: no round of the cell knows it.  Sums run over the rounds that do. */
struct xsw_counts {
	double io_bytes; /* what the load moved */
	double maps, map_bytes, bounces, bounced_bytes, fails;
	double exchanges, exchange_ns;
	double share;         /* bounced bytes / bytes moved, over the rounds that know both */
	double share_of_maps; /* bounced bytes / bytes mapped, likewise */
};

struct xsw_counts xsw_counts(const struct xsw_cell *cell);

/* Return: bounced bytes / bytes moved of one round, NAN where either is unknown. */
double xsw_round_share(const struct xsw_round *round);

/* Return: bytes the load moved over the counted device. */
double xsw_round_moved(const struct xsw_round *round);

/* Return: a new object, reason -> bounces, added up over the cell's rounds. */
json_t *xsw_counts_by_reason(const struct xsw_cell *cell);

#endif /* XSW_COUNTS_H */
