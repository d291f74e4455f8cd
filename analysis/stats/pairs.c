// SPDX-License-Identifier: GPL-2.0-only
/* Pairs the rounds of two series by their place in the ABBA order and judges their ratios. */

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "memory.h"

const char *xsw_verdict_name(enum xsw_verdict verdict)
{
	static const char *const names[] = {
		[XSW_NOT_JUDGED] = "too few rounds",
		[XSW_NO_DIFFERENCE] = "no difference shown",
		[XSW_LESS] = "less",
		[XSW_MORE] = "more",
	};

	return names[verdict];
}

/* The number in "A12"; -1 without one, so that rounds without a place pair among themselves. */
static long place_number(const struct xsw_round *r)
{
	const char *p = r->position;

	while (p && *p && !isdigit((unsigned char)*p))
		p++;
	return p && *p ? strtol(p, NULL, 10) : -1;
}

static bool on_side(const struct xsw_round *r, char side)
{
	return !side || (r->position && toupper((unsigned char)r->position[0]) == side);
}

/* Return: the first round of a cell's side with @a's number that is not taken, or NULL. */
static const struct xsw_round *mate_of(const struct xsw_round *a, const struct xsw_cell *cell,
				       char side, bool *taken)
{
	size_t i;

	for (i = 0; i < cell->nr; i++) {
		const struct xsw_round *b = cell->rounds[i];

		if (taken[i] || !on_side(b, side) || place_number(a) != place_number(b))
			continue;
		taken[i] = true;
		return b;
	}
	return NULL;
}

/*
 * The k-th round of a with a number meets the k-th of b with that number: an order that starts
 * again at 1 for each block pairs as well as one that counts on.
 */
static void pair_up(struct xsw_comparison *c, char side_a, char side_b)
{
	bool *taken = xsw_array(c->b->nr, sizeof(*taken));
	size_t i;

	for (i = 0; i < c->a->nr; i++) {
		const struct xsw_round *a = c->a->rounds[i], *b;
		double before = a->figures[c->figure], after;

		b = on_side(a, side_a) ? mate_of(a, c->b, side_b, taken) : NULL;
		after = b ? b->figures[c->figure] : NAN;
		if (!(before > 0) || !(after > 0))
			continue;
		c->pairs = xsw_grow(c->pairs, c->nr + 1, sizeof(*c->pairs));
		c->pairs[c->nr++] = (struct xsw_pair){ a, b, after / before };
	}
	free(taken);
}

static enum xsw_verdict judge(const struct xsw_spread *s)
{
	if (!s->interval.known)
		return XSW_NOT_JUDGED;
	if (s->interval.high < 1)
		return XSW_LESS;
	return s->interval.low > 1 ? XSW_MORE : XSW_NO_DIFFERENCE;
}

/* Judges a comparison whose pairs are found, and keeps it if there are any. */
static void conclude(struct xsw_comparisons *all, struct xsw_comparison *c)
{
	double *ratios;
	size_t i;

	if (!c->nr)
		return;
	ratios = xsw_array(c->nr, sizeof(*ratios));
	for (i = 0; i < c->nr; i++)
		ratios[i] = c->pairs[i].ratio;
	c->spread = xsw_spread(ratios, c->nr);
	c->verdict = judge(&c->spread);
	free(ratios);
	all->comparisons = xsw_grow(all->comparisons, all->nr + 1, sizeof(*c));
	all->comparisons[all->nr++] = *c;
}

/* A/A without a round of its own: a visit to a backend and the next one, which is to it again. */
static void compare_neighbours(struct xsw_comparisons *all, const struct xsw_cell *cell,
			       enum xsw_figure figure)
{
	struct xsw_comparison c = { .a = cell, .b = cell, .figure = figure };
	size_t i;

	for (i = 1; i < cell->nr; i++) {
		const struct xsw_round *a = cell->rounds[i - 1], *b = cell->rounds[i];
		double before = a->figures[figure], after = b->figures[figure];

		if (a->visit < 0 || b->visit != a->visit + 1 || !(before > 0) || !(after > 0))
			continue;
		c.pairs = xsw_grow(c.pairs, c.nr + 1, sizeof(*c.pairs));
		c.pairs[c.nr++] = (struct xsw_pair){ a, b, after / before };
	}
	conclude(all, &c);
}

static void compare(struct xsw_comparisons *all, const struct xsw_cell *a, const struct xsw_cell *b,
		    enum xsw_figure figure, bool control)
{
	struct xsw_comparison c = { .a = a, .b = b, .figure = figure };

	pair_up(&c, control ? 'A' : 0, control ? 'B' : 0);
	conclude(all, &c);
}

void xsw_pairs_make(struct xsw_comparisons *c, const struct xsw_cells *cells)
{
	size_t i, f;

	*c = (struct xsw_comparisons){ .nr = 0 };
	for (i = 0; i < cells->nr; i++) {
		const struct xsw_cell *b = &cells->cells[i], *a = xsw_cells_baseline(cells, b);

		if (!a || a == b)
			continue;
		for (f = 0; f < XSW_NR_FIGURES; f++)
			if (xsw_cell_compares(a, f))
				compare(c, a, b, f, false);
	}
}

void xsw_controls_make(struct xsw_comparisons *c, const struct xsw_cells *cells)
{
	size_t i, f;

	*c = (struct xsw_comparisons){ .nr = 0 };
	for (i = 0; i < cells->nr; i++) {
		const struct xsw_cell *cell = &cells->cells[i];

		for (f = 0; f < XSW_NR_FIGURES; f++)
			if (xsw_cell_compares(cell, f))
				compare(c, cell, cell, f, true);
	}
}

void xsw_neighbours_add(struct xsw_comparisons *c, const struct xsw_cells *timed)
{
	size_t i, f;

	for (i = 0; i < timed->nr; i++)
		for (f = 0; f < XSW_NR_FIGURES; f++)
			if (xsw_cell_compares(&timed->cells[i], f))
				compare_neighbours(c, &timed->cells[i], f);
}

void xsw_comparisons_free(struct xsw_comparisons *c)
{
	size_t i;

	for (i = 0; i < c->nr; i++)
		free(c->comparisons[i].pairs);
	free(c->comparisons);
}
