// SPDX-License-Identifier: GPL-2.0-only
/*
 * A run with a width that can hold nothing for Xen: whole blocks of the domain's for Xen's low
 * ones.
 *
 * All of the fake machine's memory is scattered: page i has frame 5 * i, modulo the memory's size.
 */
#include "runs.h"

/* For low frames Xen gets blocks as whole as those that it gives: none need be held. */
static void whole_blocks_are_given_for_low_ones(void **state)
{
	u64 pfn;

	(void)state;
	make_busy(6, 122);
	fake_give_to_xen(4096, 20 * 512); /* below 2^26 */
	fake_give_to_xen(1 << 18, 3 * 512);
	fake_lay_out(512, 1 << 18, 3 * 512); /* neighbours, but not low */
	defrag.limits.width = 26;
	defrag.limits.xen_floor_blocks = 8;
	assert_int_equal(run_movable(), XSW_ENDED_FLOOR);
	assert_int_equal(defrag.unkept, XSW_UNKEPT_BLOCKS);
	assert_int_equal(defrag.progress.taken[9], 3);
	assert_int_equal(defrag.progress.taken[3], 0);
	assert_int_equal(defrag.progress.cured, 3);
	assert_int_equal(xen_blocks(), 20);
	for (pfn = 512; pfn < 4 * 512; pfn++)
		assert_true(xsw_pfn_to_mfn(pfn) < 1 << 14);
	check(0);
}

/* Neighbours that begin anywhere else give Xen no block of 2 MiB. */
static void whole_blocks_are_those_of_xen(void **state)
{
	(void)state;
	make_busy(4, 124);
	fake_give_to_xen(4096, 20 * 512);
	fake_give_to_xen((1 << 18) + 100, 512);
	fake_lay_out(512, (1 << 18) + 100, 512);
	defrag.limits.width = 26;
	defrag.limits.xen_floor_blocks = 20;
	run_movable();
	assert_true(defrag.whole_only);
	assert_int_equal(defrag.progress.taken[9], 0);
	assert_int_equal(xen_blocks(), 20);
	check(0);
}

/* Of a stretch that begins elsewhere it has all whole but one. */
static void a_stretch_is_whole_but_for_one_block(void **state)
{
	(void)state;
	make_busy(12, 116);
	fake_give_to_xen(4096, 20 * 512);
	fake_give_to_xen((1 << 18) + 100, 8 * 512);
	fake_lay_out(4 * 512, (1 << 18) + 100, 8 * 512);
	defrag.limits.width = 26;
	defrag.limits.held_bytes = 4 << 20;
	defrag.limits.xen_floor_blocks = 20;
	run_movable();
	assert_true(defrag.whole_only);
	assert_int_equal(defrag.progress.taken[9], 7);
	assert_true(xen_blocks() >= 19);
	check(0);
}

/* All memory is contiguous and not low. A small extent would be cut out of a large block. */
static void for_whole_blocks_alone_no_small_extent_is_asked(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, FAKE_PAGES);
	fake_lay_out(0, 1 << 18, FAKE_PAGES);
	fake_take_from_xen(FAKE_HIGH, FAKE_PAGES);
	fake_give_to_xen(4096, 20 * 512);
	defrag.limits.width = 28; /* all pages of the fake's */
	defrag.limits.xen_floor_blocks = 8;
	run_hot();
	assert_true(defrag.whole_only);
	assert_true(defrag.progress.hot_found > 0);
	assert_int_equal(taken_pages(), 0);
	assert_int_equal(xen_blocks(), 20);
	check(0);
}

/* 8 whole blocks and 4 scattered ones, too few to hold 8 for Xen: those come back. */
static void what_was_held_in_vain_takes_no_low_memory(void **state)
{
	(void)state;
	make_busy(13, 115);
	fake_give_to_xen(4096, 40 * 512);
	fake_give_to_xen(1 << 18, 8 * 512);
	fake_lay_out(512, 1 << 18, 8 * 512);
	defrag.limits.width = 26;
	defrag.limits.low_most_bytes = 16 << 20;
	defrag.limits.xen_floor_blocks = 8;
	run_movable();
	assert_int_equal(defrag.low_held, 0);
	assert_int_equal(defrag.progress.taken[9], 8);
	check(0);
}

/* Of 2 MiB alone it may take one more, and then none: nothing is emptied for it. */
static void whole_blocks_end_with_the_low_limit(void **state)
{
	(void)state;
	make_busy(13, 115);
	fake_give_to_xen(4096, 40 * 512);
	fake_give_to_xen(1 << 18, 12 * 512);
	fake_lay_out(512, 1 << 18, 12 * 512);
	defrag.limits.width = 26;
	defrag.limits.low_most_bytes = 3 << 20;
	defrag.limits.held_bytes = 2 << 20;
	defrag.limits.xen_floor_blocks = 8;
	assert_int_equal(run_movable(), XSW_ENDED_LOW);
	assert_int_equal(defrag.progress.taken[9], 1);
	check(0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		a_run_test(whole_blocks_are_given_for_low_ones),
		a_run_test(whole_blocks_are_those_of_xen),
		a_run_test(a_stretch_is_whole_but_for_one_block),
		a_run_test(for_whole_blocks_alone_no_small_extent_is_asked),
		a_run_test(what_was_held_in_vain_takes_no_low_memory),
		a_run_test(whole_blocks_end_with_the_low_limit),
	};

	return run_held_tests(tests);
}
