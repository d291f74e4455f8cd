// SPDX-License-Identifier: GPL-2.0-only
/* Latency histograms as fio records them. */

#include <math.h>
#include <stdlib.h>

#include "histogram.h"
#include "memory.h"

void xsw_histogram_add(struct xsw_histogram *h, double ns, uint64_t count)
{
	if (!count)
		return;
	if (h->nr == h->room) {
		h->room = h->room ? 2 * h->room : 64;
		h->bins = xsw_grow(h->bins, h->room, sizeof(*h->bins));
	}
	h->bins[h->nr++] = (struct xsw_bin){ ns, count };
	h->samples += count;
}

void xsw_histogram_merge(struct xsw_histogram *into, const struct xsw_histogram *from)
{
	size_t i;

	for (i = 0; i < from->nr; i++)
		xsw_histogram_add(into, from->bins[i].ns, from->bins[i].count);
}

static int by_ns(const void *a, const void *b)
{
	double x = ((const struct xsw_bin *)a)->ns, y = ((const struct xsw_bin *)b)->ns;

	return (x > y) - (x < y);
}

void xsw_histogram_order(struct xsw_histogram *h)
{
	size_t from, to = 0;

	if (!h->nr)
		return;
	qsort(h->bins, h->nr, sizeof(*h->bins), by_ns);
	for (from = 1; from < h->nr; from++) {
		if (h->bins[from].ns == h->bins[to].ns)
			h->bins[to].count += h->bins[from].count;
		else
			h->bins[++to] = h->bins[from];
	}
	h->nr = to + 1;
}

void xsw_histogram_free(struct xsw_histogram *h)
{
	free(h->bins);
	*h = (struct xsw_histogram){ .bins = NULL };
}

double xsw_histogram_quantile(const struct xsw_histogram *h, double q)
{
	double want = q * (double)h->samples;
	uint64_t below = 0;
	size_t i;

	/* The hair of slack: 0.999 of 1000 samples leaves exactly one beyond, rounding or not. */
	if ((double)h->samples - want < 1 - 1e-6)
		return NAN;
	for (i = 0; i < h->nr; i++) {
		below += h->bins[i].count;
		if ((double)below >= want - 1e-6)
			return h->bins[i].ns;
	}
	return NAN;
}
