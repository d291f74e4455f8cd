/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cells: the rounds of one device, load and series within an environment; and their pairing.
 *
 * A series is a backend with or without forced bouncing; the baseline is stock, not forced.
 */
#ifndef XSW_CELLS_H
#define XSW_CELLS_H

#include "order.h"
#include "record.h"

struct xsw_cell {
	const struct xsw_environment *env;
	const char *device, *load, *backend;
	bool force;
	enum xsw_kind kind;
	const struct xsw_round **rounds; /* only those that are ok */
	size_t nr;
};

struct xsw_cells {
	struct xsw_cell *cells;
	size_t nr;
};

/* What a paired comparison shows; named by xsw_verdict_name(). */
enum xsw_verdict {
	XSW_NOT_JUDGED,    /* fewer than XSW_MIN_ROUNDS pairs: a range, no verdict */
	XSW_NO_DIFFERENCE, /* the interval holds 1 */
	XSW_LESS,          /* the interval lies below 1 */
	XSW_MORE,          /* above 1 */
};

struct xsw_pair {
	const struct xsw_round *a, *b;
	double ratio; /* b / a */
};

struct xsw_comparison {
	const struct xsw_cell *a, *b; /* a: the baseline */
	enum xsw_figure figure;
	struct xsw_pair *pairs;
	size_t nr;
	struct xsw_spread spread; /* of the pairs' ratios */
	enum xsw_verdict verdict;
};

struct xsw_comparisons {
	struct xsw_comparison *comparisons;
	size_t nr;
};

/**
 * xsw_cells_make() - the environment's cells of one kind of round, in the record's order
 *
 * Within a load the baseline comes first.  Control rounds form a cell a load, sides together.
 */
void xsw_cells_make(struct xsw_cells *cells, const struct xsw_environment *env, enum xsw_kind kind);
void xsw_cells_free(struct xsw_cells *cells);

/* Return: the first cell of the same device and load as @like that is the baseline, or NULL. */
const struct xsw_cell *xsw_cells_baseline(const struct xsw_cells *cells,
					  const struct xsw_cell *like);

/* Return: the spread of a figure over a cell's rounds; rounds without it are left out. */
struct xsw_spread xsw_cell_spread(const struct xsw_cell *cell, enum xsw_figure figure);

/* Return: how many values of @figure the cell has, put in @values (room for cell->nr). */
size_t xsw_cell_values(const struct xsw_cell *cell, enum xsw_figure figure, double *values);

/* Return: XSW_IOPS for loads of small operations, XSW_BANDWIDTH for others. */
enum xsw_figure xsw_cell_throughput(const struct xsw_cell *cell);

/* Return: true if a figure is compared for this cell (one throughput figure, what has a better). */
bool xsw_cell_compares(const struct xsw_cell *cell, enum xsw_figure figure);

/**
 * xsw_pairs_make() - compare every series with its baseline, figure by figure
 * @cells: of timed rounds; must outlive the comparisons
 *
 * Rounds are paired by the number of their place in the ABBA order (A1 with B1): neighbours in
 * time, so that a drift of the machine falls out of the ratio.  Rounds without a place are paired
 * in their order.  Interval: that of xsw_spread() on the ratios.
 */
void xsw_pairs_make(struct xsw_comparisons *c, const struct xsw_cells *cells);

/* As xsw_pairs_make(), for the A/A rounds: side B against side A of the same backend. */
void xsw_controls_make(struct xsw_comparisons *c, const struct xsw_cells *cells);

/* Adds the A/A that timed rounds hold by themselves: neighbouring visits to one backend. */
void xsw_neighbours_add(struct xsw_comparisons *c, const struct xsw_cells *timed);

void xsw_comparisons_free(struct xsw_comparisons *c);

const char *xsw_verdict_name(enum xsw_verdict verdict);

#endif /* XSW_CELLS_H */
