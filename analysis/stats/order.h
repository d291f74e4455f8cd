/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Order statistics: medians, their confidence intervals, and the comparison of two samples.
 *
 * Rounds are few and their distribution unknown (a slow round is far slower, a fast one never
 * far faster), so nothing here assumes a shape: all intervals are exact and distribution-free.
 */
#ifndef XSW_ORDER_H
#define XSW_ORDER_H

#include <stdbool.h>
#include <stddef.h>

/* Confidence asked of every interval. */
#define XSW_LEVEL 0.95

/*
 * The fewest rounds that can carry such an interval: the widest one there is, [min, max], holds
 * the median with probability 1 - 2 * (1/2)^n, which passes 0.95 at n = 6 (0.96875).
 */
#define XSW_MIN_ROUNDS 6

struct xsw_interval {
	bool known; /* false: too few values, the rest is not set */
	double low, high;
	double coverage; /* the exact probability, XSW_LEVEL at least */
};

struct xsw_spread {
	size_t n;
	double median, min, max; /* NAN when n is 0 */
	struct xsw_interval interval;
};

/* How a second sample compares with a first, as a ratio second / first. */
struct xsw_shift {
	double ratio; /* NAN when a sample is empty or holds a value that is not above 0 */
	struct xsw_interval interval;
	double p; /* two-sided, of 'no difference'; NAN with fewer than XSW_MIN_ROUNDS */
};

/**
 * xsw_spread() - median, range and interval of the median
 * @values: any order; left as they are
 *
 * Interval: [x(k), x(n+1-k)] of the ordered values, with the largest k whose coverage
 * 1 - 2 P(Binomial(n, 1/2) <= k - 1) is XSW_LEVEL at least.  Source: H. A. David and
 * H. N. Nagaraja, Order Statistics, 3rd ed. (2003), section 7.1.
 * Return: the spread; without an interval below XSW_MIN_ROUNDS.
 */
struct xsw_spread xsw_spread(const double *values, size_t n);

/**
 * xsw_shift() - compare two samples that are not paired (two boots, two runs)
 *
 * Estimate: the median of all ratios b[j] / a[i] (Hodges and Lehmann).  Interval: order
 * statistics of those ratios at the quantile of the Mann-Whitney distribution.  Source:
 * M. Hollander, D. A. Wolfe, Nonparametric Statistical Methods, 2nd ed. (1999), sections 4.2-4.3,
 * applied to logarithms, which turns a shift into a ratio.  Ties count one half.
 * Return: the shift; interval and p only when both samples have XSW_MIN_ROUNDS.
 */
struct xsw_shift xsw_shift(const double *a, size_t na, const double *b, size_t nb);

/**
 * xsw_mann_whitney_cdf() - P(U <= u) for samples of sizes m and n without a difference
 * Return: the exact probability.
 */
double xsw_mann_whitney_cdf(double u, size_t m, size_t n);

/**
 * xsw_holm() - adjust p values for how many there are, so that few are found by chance
 * @p: replaced by the adjusted values; NAN stays NAN and is not counted
 *
 * Source: S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian
 * Journal of Statistics 6 (1979).
 */
void xsw_holm(double *p, size_t n);

#endif /* XSW_ORDER_H */
