// SPDX-License-Identifier: GPL-2.0-only
/*
 * What Xen is to keep: blocks of 2 MiB that a run holds while it asks for others.
 *
 * All of the fake machine's memory is scattered: page i has frame 5 * i, modulo the memory's size.
 */
#include "runs.h"

static void xen_keeps_its_floor(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 40 * 512);
	defrag.limits.xen_floor_blocks = 12;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.taken[9], 28);
	assert_true(xen_blocks() >= 12);
	check(0);
}

static void with_no_more_than_its_floor_xen_gives_no_large_block(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 11 * 512);
	defrag.limits.xen_floor_blocks = 12;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.kept, 11);
	assert_int_equal(defrag.progress.taken[9], 0);
	assert_int_equal(xen_blocks(), 11);
	assert_true(defrag.progress.dealt_pages >= 115 * 512);
	check(0);
}

/* They would be given to Xen for as many, and come back scattered. */
static void contiguous_blocks_are_not_given_for_the_floor(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 17, 20 * 512);
	fake_lay_out(512, 1 << 17, 20 * 512);
	fake_give_to_xen(1 << 18, 14 * 512);
	defrag.limits.xen_floor_blocks = 12;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(xsw_pfn_to_mfn(512), 1 << 17);
	assert_true(xsw_is_contiguous(512, 20 * 512, 0));
	check(0);
}

static void a_floor_of_more_than_we_can_hold_asks_for_nothing(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	defrag.limits.xen_floor_blocks = 128;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(counts.exchanges, 0);
	assert_int_equal(defrag.progress.taken[9], 0);
	check(0);
}

/* Small extents may be cut out of large blocks, which the domain is not permitted to hold. */
static void without_permission_to_hold_them_xen_is_asked_for_nothing(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	faults.highest_order = 6;
	defrag.limits.xen_floor_blocks = 4;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.forbidden, 9);
	assert_int_equal(defrag.most_order, 0);
	assert_int_equal(defrag.progress.kept, 0);
	assert_int_equal(xen_blocks(), 128);
	assert_true(defrag.progress.dealt_pages >= 100 * 512);
	check(0);
}

/* It has fewer than are to be kept: they are held, and no smaller extent is cut out of them. */
static void xen_keeps_the_large_blocks_it_has(void **state)
{
	u64 i;

	(void)state;
	fake_give_to_xen(1 << 18, 3 * 512);
	for (i = 0; i < 512; i++)
		fake_give_to_xen((1 << 19) + 32 * i, 16);
	defrag.limits.xen_floor_blocks = 8;
	defrag.limits.held_bytes = 2 << 20;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.kept, 3);
	assert_int_equal(defrag.progress.taken[9], 0);
	assert_true(defrag.progress.taken[4] >= 480);
	assert_int_equal(xen_blocks(), 3);
	check(0);
}

/* What was held comes back with frames from anywhere: they are dealt out among themselves. */
static void what_was_held_is_cured_in_the_end(void **state)
{
	struct xsw_contiguity c = { 0 };
	u64 i;

	(void)state;
	fake_give_to_xen(1 << 18, 12 * 512);
	for (i = 0; i < 13; i++) /* none of them a large block */
		fake_give_to_xen(FAKE_HIGH + FAKE_PAGES + 512 * i + 1, 511);
	for (i = 13; i < 128; i++)
		fake_use(512 * i + 7, false);
	defrag.limits.xen_floor_blocks = 12;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.kept, 12);
	for (i = 1; i < 13; i++)
		xsw_contiguity_add(&c, 512 * i);
	assert_int_equal(c.pages, 12 * 512);
	assert_true(c.largest[0] + c.largest[1] + c.largest[2] < 100);
	assert_int_equal(xen_blocks(), 12);
	check(0);
}

static void a_stop_while_they_are_taken_is_heeded(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 40 * 512);
	defrag.limits.xen_floor_blocks = 12;
	awaited_at = 3;
	stop_at = 1;
	assert_int_equal(run_movable(), XSW_ENDED_STOPPED);
	assert_int_equal(counts.ranges, 3);
	assert_int_equal(counts.exchanges, 0);
	check(0);
}

/* Nothing can be emptied: that is seen soon. */
static void busy_blocks_are_not_tried_for_it_without_end(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 40 * 512);
	faults.busy_ranges = 400;
	defrag.limits.xen_floor_blocks = 4;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(counts.ranges, 2 * 4 + 16 + 128);
	assert_int_equal(counts.exchanges, 0);
	check(0);
}

/* The run needs room for its hand, besides. */
static void what_is_held_leaves_room_for_the_run(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 40 * 512);
	defrag.limits.xen_floor_blocks = 12;
	defrag.limits.free_floor_bytes = 200 << 20; /* of 254 MiB that are free */
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.kept, 0);
	assert_int_equal(counts.exchanges, 0);
	check(0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		a_run_test(xen_keeps_its_floor),
		a_run_test(with_no_more_than_its_floor_xen_gives_no_large_block),
		a_run_test(contiguous_blocks_are_not_given_for_the_floor),
		a_run_test(a_floor_of_more_than_we_can_hold_asks_for_nothing),
		a_run_test(without_permission_to_hold_them_xen_is_asked_for_nothing),
		a_run_test(xen_keeps_the_large_blocks_it_has),
		a_run_test(what_was_held_is_cured_in_the_end),
		a_run_test(a_stop_while_they_are_taken_is_heeded),
		a_run_test(busy_blocks_are_not_tried_for_it_without_end),
		a_run_test(what_is_held_leaves_room_for_the_run),
	};

	return run_held_tests(tests);
}
