// SPDX-License-Identifier: GPL-2.0-only
/* Holds the statistics against answers known from tables, by hand or from other programs. */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "histogram.h"
#include "order.h"

#define NEAR 1e-9

static void near(double got, double want)
{
	if (!(fabs(got - want) <= NEAR * fmax(1, fabs(want))))
		fail_msg("got %.12g, want %.12g", got, want);
}

static void test_median(void **state)
{
	const double odd[] = { 9, 1, 5 }, even[] = { 4, 1, 3, 2 };
	struct xsw_spread s = xsw_spread(odd, 3);

	(void)state;
	near(s.median, 5);
	near(s.min, 1);
	near(s.max, 9);
	near(xsw_spread(even, 4).median, 2.5);
	assert_true(isnan(xsw_spread(even, 0).median));
}

/* Five rounds cannot carry 95 %: [min, max] covers 1 - 2/32 = 0.9375 only. */
static void test_no_interval_below_six(void **state)
{
	const double v[] = { 1, 2, 3, 4, 5, 6 };
	size_t n;

	(void)state;
	for (n = 0; n < 6; n++)
		assert_false(xsw_spread(v, n).interval.known);
	assert_true(xsw_spread(v, 6).interval.known);
	near(xsw_spread(v, 6).interval.coverage, 1 - 2.0 / 64);
}

/* Tables of the sign test: n 9 -> ranks 2, 8 (0.9609); n 20 -> 6, 15 (0.9586). */
static void test_median_interval(void **state)
{
	const struct {
		size_t n;
		double low, high, coverage;
	} known[] = { { 6, 1, 6, 0.96875 },       { 8, 1, 8, 0.9921875 },
		      { 9, 2, 8, 0.9609375 },     { 12, 3, 10, 0.961425781 },
		      { 20, 6, 15, 0.958610535 }, { 30, 10, 21, 0.957226055 } };
	double v[30];
	size_t i;

	(void)state;
	for (i = 0; i < 30; i++)
		v[i] = (double)i + 1;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct xsw_interval in = xsw_spread(v, known[i].n).interval;

		near(in.low, known[i].low);
		near(in.high, known[i].high);
		assert_true(fabs(in.coverage - known[i].coverage) < 1e-8);
	}
}

/* Tables of the rank-sum distribution: P(U <= 5 | 6, 6) = 19/924, P(U <= 2 | 4, 5) = 4/126. */
static void test_mann_whitney(void **state)
{
	(void)state;
	near(xsw_mann_whitney_cdf(5, 6, 6), 19.0 / 924);
	near(xsw_mann_whitney_cdf(2, 4, 5), 4.0 / 126);
	near(xsw_mann_whitney_cdf(2, 5, 4), 4.0 / 126);
	near(xsw_mann_whitney_cdf(36, 6, 6), 1);
}

/* Samples wholly apart: p = 2/924; the interval from rank 6 to 31 of the 36 ratios. */
static void test_shift(void **state)
{
	const double a[] = { 1, 2, 4, 8, 16, 32 };
	double b[6];
	struct xsw_shift s;
	size_t i;

	(void)state;
	for (i = 0; i < 6; i++)
		b[i] = 64 * a[i];
	s = xsw_shift(a, 6, b, 6);
	near(s.ratio, 64);
	near(s.p, 2.0 / 924);
	assert_true(s.interval.known);
	near(s.interval.coverage, 1 - 2 * 19.0 / 924);
	/* Ratios are 64 * 2^d, d from -5 to 5, 6 - |d| of each: the sixth is 2^-3, from above 2^3.
	 */
	near(s.interval.low, 8);
	near(s.interval.high, 512);
	near(xsw_shift(a, 6, a, 6).ratio, 1);
	near(xsw_shift(a, 6, a, 6).p, 1);
}

static void test_shift_of_few(void **state)
{
	const double a[] = { 1, 2, 3, 4, 5 }, zero[] = { 0, 1, 2, 3, 4, 5 };
	struct xsw_shift s = xsw_shift(a, 5, zero + 1, 5);

	(void)state;
	near(s.ratio, 1);
	assert_false(s.interval.known);
	assert_true(isnan(s.p));
	assert_true(isnan(xsw_shift(zero, 6, zero, 6).ratio));
}

/* As p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") of R has it; NAN is not counted. */
static void test_holm(void **state)
{
	double p[] = { 0.01, NAN, 0.04, 0.03, 0.005 }, one[] = { 0.7, 0.7, 0.9 };

	(void)state;
	xsw_holm(p, 5);
	near(p[0], 0.03);
	assert_true(isnan(p[1]));
	near(p[2], 0.06);
	near(p[3], 0.06);
	near(p[4], 0.02);
	xsw_holm(one, 3);
	near(one[0], 1);
	near(one[2], 1);
}

static void test_histogram(void **state)
{
	struct xsw_histogram h = { .nr = 0 }, all = { .nr = 0 };

	(void)state;
	xsw_histogram_add(&h, 300, 10);
	xsw_histogram_add(&h, 100, 900);
	xsw_histogram_add(&h, 300, 0);
	xsw_histogram_add(&h, 200, 89);
	xsw_histogram_add(&h, 400, 1);
	xsw_histogram_order(&h);
	assert_int_equal(h.nr, 4);
	assert_int_equal(h.samples, 1000);
	near(xsw_histogram_quantile(&h, 0.5), 100);
	near(xsw_histogram_quantile(&h, 0.9), 100);
	near(xsw_histogram_quantile(&h, 0.901), 200);
	near(xsw_histogram_quantile(&h, 0.99), 300);
	near(xsw_histogram_quantile(&h, 0.999), 300);
	/* Nothing of a thousand lies beyond its 9999th ten-thousandth. */
	assert_true(isnan(xsw_histogram_quantile(&h, 0.9999)));
	xsw_histogram_merge(&all, &h);
	xsw_histogram_merge(&all, &h);
	xsw_histogram_order(&all);
	assert_int_equal(all.nr, 4);
	assert_int_equal(all.samples, 2000);
	near(xsw_histogram_quantile(&all, 0.5), 100);
	xsw_histogram_free(&h);
	xsw_histogram_free(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_median),
		cmocka_unit_test(test_no_interval_below_six),
		cmocka_unit_test(test_median_interval),
		cmocka_unit_test(test_mann_whitney),
		cmocka_unit_test(test_shift),
		cmocka_unit_test(test_shift_of_few),
		cmocka_unit_test(test_holm),
		cmocka_unit_test(test_histogram),
	};

	return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
