/* SPDX-License-Identifier: GPL-2.0-only */
/* Latency histograms as fio records them: a bin's value and how many completions fell in it. */
#ifndef XSW_HISTOGRAM_H
#define XSW_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

struct xsw_bin {
	double ns;
	uint64_t count;
};

/* Bins are in order and distinct after xsw_histogram_order(), in any order before. */
struct xsw_histogram {
	struct xsw_bin *bins;
	size_t nr, room;
	uint64_t samples;
};

void xsw_histogram_add(struct xsw_histogram *h, double ns, uint64_t count);
void xsw_histogram_merge(struct xsw_histogram *into, const struct xsw_histogram *from);
void xsw_histogram_order(struct xsw_histogram *h);
void xsw_histogram_free(struct xsw_histogram *h);

/**
 * xsw_histogram_quantile() - the smallest bin that has the share @q of all samples at or below it
 * @h: in order
 * @q: above 0, below 1
 *
 * fio's own definition, so that its percentiles come out again from its bins.
 * Return: nanoseconds; NAN when less than one sample would lie beyond: that is a maximum,
 * not a percentile.
 */
double xsw_histogram_quantile(const struct xsw_histogram *h, double q);

#endif /* XSW_HISTOGRAM_H */
