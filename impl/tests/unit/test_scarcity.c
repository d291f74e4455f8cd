// SPDX-License-Identifier: GPL-2.0-only
/*
 * DESIGN 6, 8 and 9: full pools told truthfully, the promise to large maps, quarantine.
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

/* A run remembered at the very end of a segment is not one for a longer mapping */
static void hints_do_not_reach_past_the_end(void **state)
{
	static u64 held[SLOTS];
	u64 bus;
	u32 i, last = 0;

	(void)state;
	w.dev.min_align_mask = 0x1ff; /* no page alignment */
	fill_pool(held, SLOTS, 2048);
	for (i = 0; i < SLOTS; i++)
		if (held[i] > held[last])
			last = i;
	for (i = 0; i < SLOTS; i++)
		if (held[i] > held[last] - 5 * 2048)
			must_unmap(&w, held[i], 2048, XSW_TO_DEVICE);
	bus = must_map(&w, buffer, 5 * 2048, XSW_TO_DEVICE, NULL);
	assert_int_equal(bus, held[last] - 4 * 2048);
	must_unmap(&w, bus, 5 * 2048, XSW_TO_DEVICE);
	assert_fail(must_fail(&w, buffer, 8 * 2048, XSW_TO_DEVICE), XSW_FAIL_FULL);
	for (i = 0; i < SLOTS; i++)
		if (held[i] <= held[last] - 5 * 2048)
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

static void high_water_is_exact_when_asked(void **state)
{
	static u64 held[100];
	struct xsw_pool_state st;

	(void)state;
	assert_int_equal(xsw_pool_exact_high_water(w.e, true), -EBUSY);
	assert_int_equal(xsw_dev_exit(&w.dev, NULL, NULL), 0);
	assert_int_equal(xsw_pool_exact_high_water(w.e, true), 0);
	world_attach(&w, LOW4G);
	fill_pool(held, 100, 5000);
	empty_pool(held, 100, 5000);
	fill_pool(held, 10, 5000);
	xsw_pool_state(w.e, &st);
	assert_true(st.high_water_exact);
	assert_int_equal(st.high_water, 300);
	assert_int_equal(st.used, 30);
	empty_pool(held, 10, 5000);
}

/* DESIGN 8: one small mapping held in every segment, and the largest map still succeeds */
static void the_largest_map_is_always_served(void **state)
{
	static u64 held[SLOTS];
	size_t most = xsw_max_mapping_size(&w.dev), i;
	u64 bus;

	(void)state;
	assert_true(most >= 2 * MIB);
	fill_pool(held, SLOTS, 2048);
	for (i = 0; i < SLOTS; i++)
		if (i % 1024 != 500)
			must_unmap(&w, held[i], 2048, XSW_TO_DEVICE);
	bus = must_map(&w, buffer, most, XSW_BIDIRECTIONAL, NULL);
	assert_int_equal(must_fail(&w, buffer, most, XSW_TO_DEVICE), XSW_FAIL_FRAGMENTED);
	must_unmap(&w, bus, most, XSW_BIDIRECTIONAL);
	/* and on a pool that is quite full, with the device's alignment */
	for (i = 0; i < SLOTS; i++)
		if (i % 1024 != 500)
			held[i] = must_map(&w, buffer, 2048, XSW_TO_DEVICE, NULL);
	w.dev.min_align_mask = 0xfff;
	most = xsw_max_mapping_size(&w.dev);
	bus = must_map(&w, buffer + 0xfff, most, XSW_TO_DEVICE, NULL);
	assert_int_equal(bus & 0xfff, 0xfff);
	must_unmap(&w, bus, most, XSW_TO_DEVICE);
	w.dev.min_align_mask = 0;
	empty_pool(held, SLOTS, 2048);
}

static void the_promise_never_sinks(void **state)
{
	size_t most = xsw_max_mapping_size(&w.dev);
	struct xsw_change c;
	u64 bus;

	(void)state;
	assert_int_equal(xsw_pool_shrink(w.e, 0, &c), -EBUSY);
	assert_int_equal(c.bytes, 6 * MIB);
	assert_true(xsw_pool_reaches(w.e, LOW4G));
	assert_int_equal(xsw_max_mapping_size(&w.dev), most);
	bus = must_map(&w, buffer, most, XSW_TO_DEVICE, NULL);
	must_unmap(&w, bus, most, XSW_TO_DEVICE);
}

static void without_a_reserve_stocks_size_is_promised(void **state)
{
	(void)state;
	assert_int_equal(xsw_dev_exit(&w.dev, NULL, NULL), 0);
	world_stop(&w);
	world_start(&w, &usual_machine, 8 * MIB);
	model_faults.refuse_exchanges = 1000;
	world_attach(&w, LOW4G);
	assert_int_equal(xsw_max_mapping_size(&w.dev), 256 << 10);
	w.dev.min_align_mask = 0xfff;
	assert_int_equal(xsw_max_mapping_size(&w.dev), (256 << 10) - 4096);
	w.dev.min_align_mask = 0;
}

static u64 leaked_bytes;

static void count_leak(const struct xsw_live *l, void *ctx)
{
	assert_ptr_equal(ctx, &w);
	assert_int_equal(l->owner, 0x10);
	assert_true(l->quarantined);
	leaked_bytes += l->size;
}

/* DESIGN 9: what a device may still write to never returns to Xen */
static void leaked_mappings_are_quarantined(void **state)
{
	static const u8 evil[3000] = { 0x66 };
	struct xsw_pool_state st;
	u64 bus, coherent, free_low;
	struct xsw_change c;

	(void)state;
	bus = must_map(&w, buffer, 3000, XSW_FROM_DEVICE, NULL);
	assert_non_null(xsw_coherent_alloc(&w.dev, 5000, false, &coherent, NULL));
	leaked_bytes = 0;
	assert_int_equal(xsw_dev_exit(&w.dev, count_leak, &w), 2);
	assert_int_equal(leaked_bytes, 8000);
	xsw_pool_state(w.e, &st);
	assert_int_equal(st.quarantined, 2);
	assert_int_equal(st.used, 2);
	assert_int_equal(xsw_pool_shrink(w.e, 0, &c), -EBUSY);
	assert_int_equal(c.bytes, 6 * MIB + 2 * MIB); /* and the reserve nobody needs */
	free_low = model_xen_low_free();
	xsw_engine_destroy(w.e, &c);
	assert_int_equal(c.leaked_bytes, 4 * MIB);
	assert_true(model_xen_low_free() > free_low);
	assert_true(model_dma_write(LOW4G, bus, evil, sizeof(evil)));
	assert_true(model_dma_write(LOW4G, coherent, evil, sizeof(evil)));
	assert_int_equal(model_counts.violations, 0);
	model_stop();
	world_start(&w, &usual_machine, 0);
}

static void an_unmap_after_quarantine_frees_nothing(void **state)
{
	struct xsw_change c;
	u64 bus = must_map(&w, buffer, 3000, XSW_FROM_DEVICE, NULL);

	(void)state;
	assert_int_equal(xsw_dev_exit(&w.dev, NULL, NULL), 1);
	world_attach(&w, LOW4G);
	assert_int_equal(xsw_unmap(&w.dev, bus, 3000, XSW_FROM_DEVICE, 0), 0);
	assert_int_equal(xsw_dev_exit(&w.dev, NULL, NULL), 0);
	xsw_engine_destroy(w.e, &c);
	assert_int_equal(c.leaked_bytes, 2 * MIB);
	model_stop();
	world_start(&w, &usual_machine, 0);
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
		xsw_unit_test(the_largest_map_is_always_served),
		xsw_unit_test(the_promise_never_sinks),
		xsw_unit_test(without_a_reserve_stocks_size_is_promised),
		xsw_unit_test(leaked_mappings_are_quarantined),
		xsw_unit_test(an_unmap_after_quarantine_frees_nothing),
		xsw_unit_test(live_mappings_are_listed),
	};

	return xsw_run_tests(tests);
}
