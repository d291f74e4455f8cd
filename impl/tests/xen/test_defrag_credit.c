// SPDX-License-Identifier: GPL-2.0-only
/*
 * What phase 2 may take from Xen where nothing can be held for it.
 *
 * All of the fake machine's memory is scattered: page i has frame 5 * i, modulo the memory's size.
 */
#include "runs.h"

/*
 * A run has held what Xen is to keep.  Where that can't be done again the runs of phase 2 together
 * take half of it, and no more.
 */
static void hot_memory_is_cured_on_credit(void **state)
{
	u64 pages;

	(void)state;
	fake_give_to_xen(1 << 18, 20 * 512);
	defrag.limits.xen_floor_blocks = 4;
	defrag.limits.target_permille = 1;
	run_movable();
	assert_int_equal(defrag.progress.kept, 4);
	defrag.limits.target_permille = 0;
	make_busy(1, 127);
	run_hot();
	assert_int_equal(defrag.unkept, XSW_UNKEPT_BLOCKS);
	pages = taken_pages();
	assert_in_range(pages, 8, 2 * 512);
	run_hot();
	run_hot();
	assert_in_range(pages + taken_pages(), 8, 2 * 512);
	assert_true(xen_blocks() >= 4 - 2);
	check(0);
}

static void earn(u64 blocks)
{
	defrag.limits.xen_floor_blocks = blocks;
	defrag.limits.target_permille = 1;
	run_movable();
	assert_int_equal(defrag.progress.kept, blocks);
	defrag.limits.target_permille = 0;
}

static void a_higher_floor_was_not_held(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 20 * 512);
	earn(4);
	make_busy(1, 127);
	defrag.limits.xen_floor_blocks = 30;
	run_hot();
	assert_int_equal(defrag.unkept, XSW_UNKEPT_BLOCKS);
	assert_int_equal(taken_pages(), 0);
	defrag.limits.xen_floor_blocks = 3;
	run_hot();
	assert_in_range(taken_pages(), 8, 2 * 512);
	check(0);
}

/* Then two blocks of others' are Xen's: half of the floor. */
static void a_run_without_a_floor_ends_it(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 20 * 512);
	earn(4);
	defrag.limits.xen_floor_blocks = 0;
	run_movable();
	fake_give_to_xen(1 << 17, 2 * 512);
	make_busy(1, 127);
	defrag.limits.xen_floor_blocks = 4;
	run_hot();
	assert_int_equal(taken_pages(), 0);
	check(0);
}

/* It was to keep 8 and had 3. */
static void with_less_than_its_floor_xen_has_none_to_lend(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 3 * 512);
	defrag.limits.xen_floor_blocks = 8;
	defrag.limits.target_permille = 1;
	run_movable();
	assert_int_equal(defrag.progress.kept, 3);
	make_busy(1, 127);
	run_hot();
	assert_int_equal(defrag.unkept, XSW_UNKEPT_BLOCKS);
	assert_false(defrag.on_credit);
	assert_int_equal(taken_pages(), 0);
	check(0);
}

/* Xen was asked as it might be, and has none. */
static void what_xen_lacks_is_no_matter_of_the_floor(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 4 * 512);
	earn(4);
	fake_take_from_xen(1 << 18, 4 * 512);
	make_busy(1, 127);
	fake_xen_top = 0;
	assert_int_equal(run_hot(), XSW_ENDED_DONE);
	assert_true(defrag.on_credit);
	assert_true(defrag.progress.hot_found > 0);
	check(0);
}

/* It would have scattered blocks to hold, but the domain no memory for them. */
static void without_memory_to_hold_it_there_is_none(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 20 * 512);
	earn(4);
	make_busy(1, 120);
	defrag.limits.free_floor_bytes = xsw_hv_available() - (36 << 20);
	run_hot();
	assert_int_equal(defrag.unkept, XSW_UNKEPT_MEMORY);
	assert_false(defrag.on_credit);
	assert_int_equal(taken_pages(), 0);
	check(0);
}

static void phase_1_takes_none(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 20 * 512);
	earn(4);
	make_busy(1, 124);
	run_movable();
	assert_int_equal(defrag.unkept, XSW_UNKEPT_BLOCKS);
	assert_int_equal(taken_pages(), 0);
	check(0);
}

static void a_run_with_a_width_takes_none(void **state)
{
	(void)state;
	fake_give_to_xen(4096, 20 * 512);
	earn(4);
	make_busy(1, 127);
	defrag.limits.width = 28;
	run_hot();
	assert_int_equal(defrag.unkept, XSW_UNKEPT_BLOCKS);
	assert_false(defrag.on_credit);
	assert_int_equal(taken_pages(), 0);
	check(0);
}

static void a_restore_ends_it(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 20 * 512);
	earn(4);
	make_busy(1, 127);
	xsw_defrag_restored();
	run_hot();
	assert_int_equal(defrag.unkept, XSW_UNKEPT_BLOCKS);
	assert_int_equal(taken_pages(), 0);
	check(0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		a_run_test(hot_memory_is_cured_on_credit),
		a_run_test(a_higher_floor_was_not_held),
		a_run_test(a_run_without_a_floor_ends_it),
		a_run_test(with_less_than_its_floor_xen_has_none_to_lend),
		a_run_test(what_xen_lacks_is_no_matter_of_the_floor),
		a_run_test(without_memory_to_hold_it_there_is_none),
		a_run_test(phase_1_takes_none),
		a_run_test(a_run_with_a_width_takes_none),
		a_run_test(a_restore_ends_it),
	};

	return run_held_tests(tests);
}
