// SPDX-License-Identifier: GPL-2.0-only
/*
 * One segment's bitmap: finding, taking and giving runs, against a naive array.
 */
#include "world.h"

static struct xsw_segment *segment(u8 order, u64 mfn)
{
	struct xsw_block b = { .order = order, .origin = XSW_ORIGIN_FOUND };

	return xsw_segment_new(&b, mfn);
}

static bool naive_fits(const u8 *busy, const struct xsw_segment *s, const struct xsw_want *w, u32 i)
{
	u32 at = s->first + i, k;

	if (i + w->slots > s->slots || at % w->stride != w->phase % w->stride)
		return false;
	if (w->block && at / w->block != (at + w->slots - 1) / w->block)
		return false;
	for (k = 0; k < w->slots; k++)
		if (busy[i + k])
			return false;
	return true;
}

static bool naive_has_fit(const u8 *busy, const struct xsw_segment *s, const struct xsw_want *w)
{
	u32 i;

	for (i = 0; i < s->slots; i++)
		if (naive_fits(busy, s, w, i))
			return true;
	return false;
}

static void random_want(struct xsw_want *w, u64 *seed)
{
	u32 most = 1u << model_random(seed) % 12;

	w->mask = ~0ULL;
	w->slots = 1 + (u32)(model_random(seed) % most);
	w->stride =
		1u << (model_random(seed) % 4 ? model_random(seed) % 2 : model_random(seed) % 11);
	w->phase = (u32)model_random(seed) & (w->stride - 1);
	w->block = model_random(seed) % 5 ? 0 : 1u << model_random(seed) % 9;
}

/* Every find agrees with the naive one on whether there is a fit, and finds a true one */
static void find_agrees_with_naive(void **state)
{
	static const u8 orders[] = { 9, 10, 6, 4, 0 };
	u64 seed = 7;
	u32 o, n;

	(void)state;
	for (o = 0; o < sizeof(orders); o++) {
		struct xsw_segment *s = segment(orders[o], 3ULL << 20 | 1ULL << orders[o]);
		u8 busy[XSW_MAX_SLOTS] = { 0 };

		for (n = 0; n < 40000; n++) {
			u32 i = (u32)(model_random(&seed) % s->slots), len, k;
			struct xsw_want w;
			u32 at;

			random_want(&w, &seed);
			at = xsw_find(s, &w, i / 64);
			assert_int_equal(at != XSW_NOWHERE, naive_has_fit(busy, s, &w));
			if (at != XSW_NOWHERE) {
				assert_true(naive_fits(busy, s, &w, at));
				if (n % 3) {
					assert_int_equal(xsw_take(s, at, w.slots), w.slots);
					memset(busy + at, 1, w.slots);
				}
			}
			/* release a random stretch of busy slots, as its owners would */
			for (len = 0; i + len < s->slots && busy[i + len] && len < 90; len++)
				;
			if (len && n % 2) {
				u32 start, run;

				xsw_give(s, i, len);
				memset(busy + i, 0, len);
				run = xsw_free_run(s, i, &start);
				for (k = start; k < start + run; k++)
					assert_false(busy[k]);
				assert_true(!start || busy[start - 1]);
				assert_true(start + run == s->slots || busy[start + run]);
			}
		}
		for (n = 0; n < s->slots; n++)
			assert_int_equal(busy[n], s->map[n / 64] >> n % 64 & 1);
		xsw_free(s);
	}
}

static void largest_and_free_are_counted(void **state)
{
	struct xsw_segment *s = segment(9, 512);

	(void)state;
	assert_int_equal(xsw_free_slots(s), 1024);
	assert_int_equal(xsw_largest_free(s), 1024);
	assert_int_equal(xsw_take(s, 100, 1), 1);
	assert_int_equal(xsw_take(s, 700, 30), 30);
	assert_int_equal(xsw_free_slots(s), 1024 - 31);
	assert_int_equal(xsw_largest_free(s), 599);
	assert_int_equal(xsw_take(s, 0, 1024), 64); /* word by word: the second has a busy slot */
	xsw_give(s, 0, 64);
	xsw_free(s);
}

static void taking_stops_at_what_is_taken(void **state)
{
	struct xsw_segment *s = segment(9, 512);

	(void)state;
	assert_int_equal(xsw_take(s, 130, 1), 1);
	assert_int_equal(xsw_take(s, 10, 200), 54 + 64);
	assert_int_equal(xsw_free_slots(s), 1024 - 1 - 118);
	xsw_give(s, 10, 118);
	assert_int_equal(xsw_free_slots(s), 1023);
	xsw_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(find_agrees_with_naive),
		cmocka_unit_test(largest_and_free_are_counted),
		cmocka_unit_test(taking_stops_at_what_is_taken),
	};

	return xsw_run_tests(tests);
}
