// SPDX-License-Identifier: GPL-2.0-only
/*
 * DESIGN 6: full pools told truthfully, runs found wherever they are freed.
 */
#include "world.h"

static struct world w;
static u64 buffer;

static int start(void **state)
{
	(void)state;
	world_start(&w, &usual_machine, 8 * MIB);
	world_attach(&w, LOW4G);
	buffer = model_buffer(600, false);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	world_stop(&w);
	return 0;
}

#define SLOTS 4096 /* of 8 MiB */

static void fill_pool(u64 *held, size_t n, size_t size)
{
	size_t i;

	for (i = 0; i < n; i++)
		held[i] = must_map(&w, buffer, size, XSW_TO_DEVICE, NULL);
}

static void empty_pool(const u64 *held, size_t n, size_t size)
{
	size_t i;

	for (i = 0; i < n; i++)
		must_unmap(&w, held[i], size, XSW_TO_DEVICE);
}

static void failures_name_their_reason(void **state)
{
	static u64 held[SLOTS];
	struct xsw_counts c;
	size_t i;

	(void)state;
	assert_fail(must_fail(&w, buffer, 4 * MIB + 1, XSW_TO_DEVICE), XSW_FAIL_TOO_LARGE);
	assert_fail(must_fail(&w, buffer, 2 * MIB + 1, XSW_TO_DEVICE), XSW_FAIL_TOO_LARGE);
	fill_pool(held, SLOTS, 2048);
	assert_fail(must_fail(&w, buffer, 2048, XSW_TO_DEVICE), XSW_FAIL_FULL);
	assert_fail(must_fail(&w, buffer, 2048, XSW_TO_DEVICE), XSW_FAIL_FULL);
	for (i = 0; i < SLOTS; i += 2)
		must_unmap(&w, held[i], 2048, XSW_TO_DEVICE);
	assert_fail(must_fail(&w, buffer, 4096, XSW_TO_DEVICE), XSW_FAIL_FRAGMENTED);
	assert_fail(must_fail(&w, buffer, 4096, XSW_TO_DEVICE), XSW_FAIL_FRAGMENTED);
	w.dev.dma_mask = 0xffff;
	assert_fail(must_fail(&w, buffer, 4096, XSW_TO_DEVICE), XSW_FAIL_MASK);
	w.dev.dma_mask = LOW4G;
	for (i = 1; i < SLOTS; i += 2)
		must_unmap(&w, held[i], 2048, XSW_TO_DEVICE);
	xsw_dev_counts(&w.dev, &c);
	assert_int_equal(c.fails[XSW_FAIL_TOO_LARGE], 2);
	assert_int_equal(c.fails[XSW_FAIL_FULL], 2);
	assert_int_equal(c.fails[XSW_FAIL_FRAGMENTED], 2);
	assert_int_equal(c.fails[XSW_FAIL_MASK], 1);
}

/* After any 'full', whatever becomes free is found: for each size, at each place */
static void whatever_is_freed_is_found(void **state)
{
	static u64 held[SLOTS];
	u64 seed = 11;
	int n;

	(void)state;
	fill_pool(held, SLOTS, 2048);
	for (n = 0; n < 3000; n++) {
		u32 slots = 1 + (u32)(model_random(&seed) % (n % 10 ? 8 : 150)), i, k;
		size_t size = slots * 2048;
		u64 bus;

		assert_int_equal(must_fail(&w, buffer, 2048, XSW_TO_DEVICE), XSW_FAIL_FULL);
		i = (u32)(model_random(&seed) % (SLOTS - slots));
		if (size >= 4096) /* page aligned */
			i &= ~1u;
		if (i / 1024 != (i + slots - 1) / 1024)
			continue;
		for (k = 0; k < slots; k++)
			must_unmap(&w, held[i + slots - 1 - k], 2048, XSW_TO_DEVICE);
		bus = must_map(&w, buffer, size, XSW_TO_DEVICE, NULL);
		must_unmap(&w, bus, size, XSW_TO_DEVICE);
		for (k = 0; k < slots; k++)
			held[i + k] = must_map(&w, buffer, 2048, XSW_TO_DEVICE, NULL);
		/* by address again, so that held[i] stays slot i of its segment */
		for (k = 1; k < slots; k++) {
			u32 m = k;

			while (m && held[i + m - 1] > held[i + m]) {
				u64 swap = held[i + m];

				held[i + m] = held[i + m - 1];
				held[i + m - 1] = swap;
				m--;
			}
		}
	}
	empty_pool(held, SLOTS, 2048);
}

static bool is_between(u64 bus, u64 first, u64 end)
{
	return bus >= first && bus < end;
}

static void unmap_between(const u64 *held, u64 first, u64 end)
{
	u32 i;

	for (i = 0; i < SLOTS; i++)
		if (is_between(held[i], first, end))
			must_unmap(&w, held[i], 2048, XSW_TO_DEVICE);
}

/*
 * A run remembered at the very end of a segment is not one for a longer mapping.  Behind a
 * segment's bitmap lie its records: the first one is such that, read as bits, it would do.
 */
static void hints_do_not_reach_past_the_end(void **state)
{
	static u64 held[SLOTS];
	u64 bus, first, last = 0, begin;
	u32 i;

	(void)state;
	w.dev.min_align_mask = 0x1ff; /* no page alignment */
	fill_pool(held, SLOTS, 2048);
	for (i = 0; i < SLOTS; i++)
		last = max(last, held[i]);
	begin = last & ~(2 * MIB - 1);
	unmap_between(held, begin, begin + 16384);
	first = must_map(&w, buffer, 16384, XSW_TO_DEVICE, NULL);
	assert_int_equal(first, begin);
	unmap_between(held, last - 4 * 2048, last + 2048);
	bus = must_map(&w, buffer, 5 * 2048, XSW_TO_DEVICE, NULL);
	assert_int_equal(bus, last - 4 * 2048);
	must_unmap(&w, bus, 5 * 2048, XSW_TO_DEVICE);
	assert_fail(must_fail(&w, buffer, 8 * 2048, XSW_TO_DEVICE), XSW_FAIL_FULL);
	must_unmap(&w, first, 16384, XSW_TO_DEVICE);
	for (i = 0; i < SLOTS; i++)
		if (!is_between(held[i], begin, begin + 16384) && held[i] < last - 4 * 2048)
			must_unmap(&w, held[i], 2048, XSW_TO_DEVICE);
	w.dev.min_align_mask = 0;
}

static void *unmap_elsewhere(void *held)
{
	empty_pool(held, SLOTS, 2048);
	return NULL;
}

/* Runs that another CPU released (and would cache) are all claimable here */
static void other_cpus_hoard_nothing(void **state)
{
	static u64 held[SLOTS];
	pthread_t t;

	(void)state;
	fill_pool(held, SLOTS, 2048);
	assert_int_equal(pthread_create(&t, NULL, unmap_elsewhere, held), 0);
	pthread_join(t, NULL);
	fill_pool(held, SLOTS, 2048);
	assert_fail(must_fail(&w, buffer, 2048, XSW_TO_DEVICE), XSW_FAIL_FULL);
	empty_pool(held, SLOTS, 2048);
	fill_pool(held, 4, 2 * MIB);
	empty_pool(held, 4, 2 * MIB);
}

static u64 mark_of(bool exact)
{
	struct xsw_pool_state st;

	xsw_pool_state(w.e, &st);
	assert_int_equal(st.high_water_exact, exact);
	assert_true(st.high_water_ns < 600 * 1000000000ULL);
	return st.high_water;
}

static void high_water_is_exact_when_asked(void **state)
{
	static u64 held[100], before[10];

	(void)state;
	fill_pool(before, 10, 5000);
	xsw_high_water_begin(w.e, true);
	assert_int_equal(mark_of(true), 30);
	fill_pool(held, 100, 5000);
	empty_pool(held, 100, 5000);
	fill_pool(held, 10, 5000);
	assert_int_equal(mark_of(true), 330);
	empty_pool(before, 10, 5000);
	assert_int_equal(mark_of(true), 330);
	xsw_high_water_begin(w.e, true);
	assert_int_equal(mark_of(true), 30);
	xsw_high_water_begin(w.e, false);
	assert_int_equal(mark_of(false), 30);
	empty_pool(held, 10, 5000);
	xsw_high_water_begin(w.e, false);
	assert_int_equal(mark_of(false), 0);
	xsw_high_water_begin(w.e, true);
	fill_pool(held, 1, 5000);
	assert_int_equal(mark_of(true), 3);
	empty_pool(held, 1, 5000);
}

/* Claims and releases before, amid and after the switch, on CPUs of their own */
static void *claim_and_release(void *over)
{
	while (!READ_ONCE(*(bool *)over)) {
		u64 bus = xsw_map(&w.dev, buffer, 5000, XSW_TO_DEVICE, XSW_ATTR_QUIET);

		if (bus != XSW_BUS_ERROR)
			xsw_unmap(&w.dev, bus, 5000, XSW_TO_DEVICE, 0);
	}
	return NULL;
}

static void high_water_is_switched_under_load(void **state)
{
	static u64 held[10];
	bool over = false;
	pthread_t t[2];
	u64 mark;
	int i;

	(void)state;
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&t[i], NULL, claim_and_release, &over), 0);
	for (i = 0; i < 500; i++) {
		xsw_high_water_begin(w.e, !(i % 2));
		mark = mark_of(!(i % 2));
		assert_true(mark <= 6);
	}
	WRITE_ONCE(over, true);
	for (i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	xsw_high_water_begin(w.e, true);
	assert_int_equal(mark_of(true), 0);
	fill_pool(held, 10, 5000);
	assert_int_equal(mark_of(true), 30);
	empty_pool(held, 10, 5000);
}

static bool one_live(const struct xsw_live *l, void *ctx)
{
	assert_int_equal(l->orig, buffer + 5);
	assert_int_equal(l->size, 3000);
	assert_int_equal(l->slots, 2);
	assert_int_equal(l->dir, XSW_FROM_DEVICE);
	assert_false(l->quarantined);
	++*(int *)ctx;
	return true;
}

static void live_mappings_are_listed(void **state)
{
	u64 bus = must_map(&w, buffer + 5, 3000, XSW_FROM_DEVICE, NULL);
	int n = 0;

	(void)state;
	xsw_for_each_live(w.e, one_live, &n);
	assert_int_equal(n, 1);
	must_unmap(&w, bus, 3000, XSW_FROM_DEVICE);
	xsw_for_each_live(w.e, one_live, &n);
	assert_int_equal(n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		xsw_unit_test(failures_name_their_reason),
		xsw_unit_test(whatever_is_freed_is_found),
		xsw_unit_test(hints_do_not_reach_past_the_end),
		xsw_unit_test(other_cpus_hoard_nothing),
		xsw_unit_test(high_water_is_exact_when_asked),
		xsw_unit_test(high_water_is_switched_under_load),
		xsw_unit_test(live_mappings_are_listed),
	};

	return xsw_run_tests(tests);
}
