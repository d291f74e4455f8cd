// SPDX-License-Identifier: GPL-2.0-only
/* Order statistics: medians, their confidence intervals, and the comparison of two samples. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "order.h"
#include "memory.h"

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median_of_ordered(const double *v, size_t n)
{
	if (!n)
		return NAN;
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* The widest k for [x(k), x(n+1-k)] that keeps XSW_LEVEL; probabilities by recurrence. */
static struct xsw_interval median_interval(const double *v, size_t n)
{
	struct xsw_interval in = { .known = false };
	double term = pow(0.5, (double)n), below = 0;
	size_t k;

	/* Below XSW_MIN_ROUNDS not even k = 1 keeps the level: nothing is known. */
	for (k = 1; k <= n / 2; k++) {
		below += term; /* P(Binomial(n, 1/2) <= k - 1) */
		if (1 - 2 * below < XSW_LEVEL)
			break;
		in = (struct xsw_interval){ true, v[k - 1], v[n - k], 1 - 2 * below };
		term *= (double)(n - k + 1) / (double)k;
	}
	return in;
}

struct xsw_spread xsw_spread(const double *values, size_t n)
{
	struct xsw_spread s = { .n = n, .median = NAN, .min = NAN, .max = NAN };
	double *v;

	if (!n)
		return s;
	v = xsw_array(n, sizeof(*v));
	memcpy(v, values, n * sizeof(*v));
	qsort(v, n, sizeof(*v), by_value);
	s.median = median_of_ordered(v, n);
	s.min = v[0];
	s.max = v[n - 1];
	s.interval = median_interval(v, n);
	free(v);
	return s;
}

/*
 * The number of orders of m and n values with U = u obeys
 *   count(u; m, n) = count(u - n; m - 1, n) + count(u; m, n - 1)
 * and its generating function is the Gaussian binomial, built here factor by factor:
 * product over i = 1..m of (1 - q^(n+i)) / (1 - q^i).
 */
static double *mann_whitney_counts(size_t m, size_t n)
{
	size_t top = m * n, i, u;
	double *count = xsw_array(top + 1, sizeof(*count));

	count[0] = 1;
	for (i = 1; i <= m; i++) {
		for (u = top; u + 1 > n + i; u--)
			count[u] -= count[u - n - i];
		for (u = i; u <= top; u++)
			count[u] += count[u - i];
	}
	return count;
}

double xsw_mann_whitney_cdf(double u, size_t m, size_t n)
{
	double *count = mann_whitney_counts(m, n);
	double upto = 0, all = 0;
	size_t i;

	for (i = 0; i <= m * n; i++) {
		all += count[i];
		if ((double)i <= u)
			upto += count[i];
	}
	free(count);
	return upto / all;
}

static double mann_whitney_u(const double *a, size_t na, const double *b, size_t nb)
{
	double u = 0;
	size_t i, j;

	for (i = 0; i < na; i++)
		for (j = 0; j < nb; j++)
			u += b[j] > a[i] ? 1 : b[j] == a[i] ? 0.5 : 0;
	return u;
}

/* [r(k), r(mn+1-k)] of the ordered ratios, the largest k with 2 P(U <= k - 1) <= 1 - level. */
static struct xsw_interval shift_interval(const double *ratios, size_t na, size_t nb)
{
	struct xsw_interval in = { .known = false };
	size_t all = na * nb, k;

	for (k = 1; k <= all / 2; k++) {
		double outside = 2 * xsw_mann_whitney_cdf((double)k - 1, na, nb);

		if (1 - outside < XSW_LEVEL)
			break;
		in = (struct xsw_interval){ true, ratios[k - 1], ratios[all - k], 1 - outside };
	}
	return in;
}

static bool all_positive(const double *v, size_t n)
{
	while (n--)
		if (!(v[n] > 0))
			return false;
	return true;
}

struct xsw_shift xsw_shift(const double *a, size_t na, const double *b, size_t nb)
{
	struct xsw_shift s = { .ratio = NAN, .p = NAN };
	double *ratios, u, low, high;
	size_t i, j;

	if (!na || !nb || !all_positive(a, na) || !all_positive(b, nb))
		return s;
	ratios = xsw_array(na * nb, sizeof(*ratios));
	for (i = 0; i < na; i++)
		for (j = 0; j < nb; j++)
			ratios[i * nb + j] = b[j] / a[i];
	qsort(ratios, na * nb, sizeof(*ratios), by_value);
	s.ratio = median_of_ordered(ratios, na * nb);
	if (na >= XSW_MIN_ROUNDS && nb >= XSW_MIN_ROUNDS) {
		s.interval = shift_interval(ratios, na, nb);
		u = mann_whitney_u(a, na, b, nb);
		low = xsw_mann_whitney_cdf(u, na, nb);
		high = xsw_mann_whitney_cdf((double)(na * nb) - u, na, nb);
		s.p = fmin(1, 2 * fmin(low, high));
	}
	free(ratios);
	return s;
}

void xsw_holm(double *p, size_t n)
{
	double *ordered = xsw_array(n, sizeof(*ordered));
	size_t tests = 0, i, j;

	for (i = 0; i < n; i++)
		if (!isnan(p[i]))
			ordered[tests++] = p[i];
	qsort(ordered, tests, sizeof(*ordered), by_value);
	for (i = 0; i < n; i++) {
		double adjusted = 0;

		if (isnan(p[i]))
			continue;
		for (j = 0; j < tests && ordered[j] <= p[i]; j++)
			adjusted = fmax(adjusted, fmin(1, (double)(tests - j) * ordered[j]));
		p[i] = adjusted;
	}
	free(ordered);
}
