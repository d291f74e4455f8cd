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

/* Return: bytes the load moved over the counted device; NAN for loads without a payload. */
double xsw_round_moved(const struct xsw_round *round);

/**
 * xsw_shown_by_maps() - what a device's bounced bytes are shown as a share of
 *
 * A disk's payload is what is mapped, to the byte. A network card maps whole buffers for
 * packets that are smaller, and its acknowledgements are no payload: there the bytes mapped tell
 * more, if all counting rounds know them.
 * Return: true for bytes mapped, false for bytes moved.
 */
bool xsw_shown_by_maps(const struct xsw_environment *env, const char *device);

/* Return: the bytes that a round's bounced bytes are shown as a share of. */
double xsw_round_whole(const struct xsw_round *round, bool by_maps);

/* Return: whether bounced and whole of a round are known, so that it has a share. */
bool xsw_round_has_share(const struct xsw_round *round, bool by_maps);

/* Return: a new object, reason -> bounces, added up over the cell's rounds. */
json_t *xsw_counts_by_reason(const struct xsw_cell *cell);

#endif /* XSW_COUNTS_H */
