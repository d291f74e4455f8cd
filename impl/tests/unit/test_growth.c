// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the pool is resized, and when it grows by itself.
 */
#include "world.h"

#define MASK30 ((1ULL << 30) - 1)

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

static u64 pool_bytes(void)
{
	struct xsw_pool_state st;

	xsw_pool_glance(w.e, &st);
	return st.bytes;
}

static u64 grow_for(u64 mask, enum xsw_fail why, u64 most)
{
	return xsw_pool_grow_for(w.e, mask, why, most, 32, &w.change);
}

static void a_size_is_set_either_way(void **state)
{
	(void)state;
	assert_int_equal(xsw_pool_set(w.e, 16 * MIB, 32, &w.change), 0);
	assert_true(w.change.grew);
	assert_int_equal(pool_bytes(), 16 * MIB);
	assert_int_equal(xsw_pool_set(w.e, 4 * MIB, 32, &w.change), 0);
	assert_false(w.change.grew);
	assert_int_equal(pool_bytes(), 4 * MIB);
	assert_int_equal(xsw_pool_set(w.e, 4 * MIB, 32, &w.change), 0);
	assert_int_equal(w.change.bytes, 0);
}

static void *set_to(void *bytes)
{
	struct xsw_change c;

	xsw_pool_set(w.e, *(u64 *)bytes, 32, &c);
	return NULL;
}

/* Two writers of one size do not add up */
static void two_writers_do_not_overshoot(void **state)
{
	u64 bytes = 32 * MIB;
	pthread_t t[4];
	int i;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, set_to, &bytes), 0);
	for (i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	assert_int_equal(pool_bytes(), 32 * MIB);
}

/* Three quarters in use, a quarter more; never above the limit, and never less than there is */
static void the_look_now_and_then_only_grows(void **state)
{
	static u64 held[4096];
	u32 i;

	(void)state;
	for (i = 0; i < 3000; i++)
		held[i] = must_map(&w, buffer, 2048, XSW_TO_DEVICE, NULL);
	assert_int_equal(grow_for(0, XSW_FAIL_NONE, 64 * MIB), 0);
	for (; i < 3100; i++)
		held[i] = must_map(&w, buffer, 2048, XSW_TO_DEVICE, NULL);
	assert_int_equal(grow_for(0, XSW_FAIL_NONE, 8 * MIB), 0);
	assert_int_equal(grow_for(0, XSW_FAIL_NONE, 4 * MIB), 0);
	assert_int_equal(pool_bytes(), 8 * MIB);
	assert_int_equal(grow_for(0, XSW_FAIL_NONE, 64 * MIB), 2 * MIB);
	assert_int_equal(grow_for(0, XSW_FAIL_NONE, 64 * MIB), 0);
	while (i--)
		must_unmap(&w, held[i], 2048, XSW_TO_DEVICE);
}

/* A large pool grows by much at a time, but not beyond its limit */
static void growth_ends_at_its_limit(void **state)
{
	static u64 held[12400];
	u32 i;

	(void)state;
	assert_int_equal(xsw_pool_set(w.e, 32 * MIB, 32, &w.change), 0);
	for (i = 0; i < 12400; i++)
		held[i] = must_map(&w, buffer, 2048, XSW_TO_DEVICE, NULL);
	assert_int_equal(grow_for(0, XSW_FAIL_NONE, 36 * MIB), 4 * MIB);
	assert_int_equal(pool_bytes(), 36 * MIB);
	while (i--)
		must_unmap(&w, held[i], 2048, XSW_TO_DEVICE);
}

/* A fragmented pool gets a segment, however little of it is in use */
static void a_fragmented_pool_gets_a_segment(void **state)
{
	(void)state;
	assert_int_equal(grow_for(LOW4G, XSW_FAIL_FRAGMENTED, 64 * MIB), 2 * MIB);
	assert_int_equal(pool_bytes(), 10 * MIB);
	assert_int_equal(grow_for(LOW4G, XSW_FAIL_FRAGMENTED, 10 * MIB), 0);
	assert_int_equal(grow_for(LOW4G, XSW_FAIL_TOO_LARGE, 64 * MIB), 0);
	assert_int_equal(grow_for(LOW4G, XSW_FAIL_MASK, 64 * MIB), 0);
}

/* A narrow device that has filled its part gets more of that */
static void growth_is_for_the_mask_that_failed(void **state)
{
	struct model_config c = usual_machine;
	u64 held[600];
	u32 n;

	(void)state;
	model_detach(&w.dev);
	world_stop(&w);
	c.low_first = (1 << 18) - 2048; /* 8 MiB below 1 GiB, the rest above */
	world_start(&w, &c, 16 * MIB);
	buffer = model_buffer(2, false);
	world_attach(&w, LOW4G);
	assert_true(xsw_dev_prepare(&w.dev, MASK30, 32, &w.change));
	w.dev.dma_mask = MASK30;
	for (n = 0; n < 512; n++)
		held[n] = must_map(&w, buffer, 4096, XSW_TO_DEVICE, NULL);
	assert_fail(must_fail(&w, buffer, 4096, XSW_TO_DEVICE), XSW_FAIL_FULL);
	assert_int_equal(grow_for(0, XSW_FAIL_NONE, 64 * MIB), 0); /* a ninth is in use */
	assert_int_equal(grow_for(MASK30, XSW_FAIL_FULL, 64 * MIB), 2 * MIB);
	held[n++] = must_map(&w, buffer, 4096, XSW_TO_DEVICE, NULL);
	assert_true(held[n - 1] <= MASK30);
	assert_int_equal(grow_for(MASK30, XSW_FAIL_FULL, 64 * MIB), 0);
	while (n--)
		must_unmap(&w, held[n], 4096, XSW_TO_DEVICE);
	w.dev.dma_mask = LOW4G;
}

/* The index's outgrown arrays are freed: only live ones are allocated */
static void growing_keeps_no_old_arrays(void **state)
{
	struct xsw_change c;
	u64 before;
	u32 i;

	(void)state;
	model_detach(&w.dev);
	xsw_engine_empty(w.e, &c);
	before = model_counts.zallocs;
	for (i = 0; i < 20; i++) {
		assert_int_equal(xsw_pool_grow(w.e, 4 * MIB, i % 2 ? 32 : 30, &c), 0);
		xsw_engine_empty(w.e, &c);
	}
	/* a table, groups and arrays; not one more for each time */
	assert_true(model_counts.zallocs <= before + 4);
	world_attach(&w, LOW4G);
}

static void segments_are_told(void **state)
{
	u64 added = model_told.added;

	(void)state;
	assert_int_equal(xsw_pool_set(w.e, 12 * MIB, 32, &w.change), 0);
	assert_int_equal(model_told.added, added + 2);
	assert_int_equal(xsw_pool_set(w.e, 8 * MIB, 32, &w.change), 0);
	assert_int_equal(model_told.removed, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		xsw_unit_test(a_size_is_set_either_way),
		xsw_unit_test(two_writers_do_not_overshoot),
		xsw_unit_test(the_look_now_and_then_only_grows),
		xsw_unit_test(growth_ends_at_its_limit),
		xsw_unit_test(a_fragmented_pool_gets_a_segment),
		xsw_unit_test(growth_is_for_the_mask_that_failed),
		xsw_unit_test(growing_keeps_no_old_arrays),
		xsw_unit_test(segments_are_told),
	};

	return xsw_run_tests(tests);
}
