// SPDX-License-Identifier: GPL-2.0-only
/*
 * Low memory: a run with a width takes it for low pages, one without takes a bounded amount.
 *
 * All of the fake machine's memory is scattered: page i has frame 5 * i, modulo the memory's size.
 */
#include "runs.h"

static void a_width_takes_low_frames_for_low_pages(void **state)
{
	u64 pfn;

	(void)state;
	fake_give_to_xen(4096, 20 * 512); /* below 2^26 */
	fake_give_to_xen(1 << 18, 128 * 512);
	fake_lay_out(512, 1 << 18, 512); /* neighbours, but not low */
	defrag.limits.width = 26;        /* 64 MiB: 32 blocks of pages */
	defrag.limits.low_most_bytes = 16 << 20;
	assert_int_equal(run_movable(), XSW_ENDED_LOW);
	assert_int_equal(defrag.progress.blocks, 32);
	assert_int_equal(defrag.progress.cured, 8);
	assert_int_equal(defrag.progress.low_bytes, 16 << 20);
	assert_int_equal(defrag.progress.dealt_pages, 0);
	for (pfn = 512; pfn < 9 * 512; pfn++)
		assert_true(xsw_pfn_to_mfn(pfn) < 1 << 14);
	check(0);
}

static void frames_from_anywhere_are_not_dealt_to_low_pages(void **state)
{
	u64 i;

	(void)state;
	fake_give_to_xen(1 << 18, 512);
	for (i = 0; i < 512; i++)
		fake_move_frame(4096 + i, (1 << 18) + 511 - i);
	defrag.limits.width = 26;
	defrag.limits.low_most_bytes = 16 << 20;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.dealt_pages, 0);
	assert_int_equal(xsw_pfn_to_mfn(4096), (1 << 18) + 511);
	check(0);
}

/* Twenty blocks of Xen's above 4 GiB, then forty below */
static void give_high_and_low(void)
{
	fake_give_to_xen(FAKE_HIGH + FAKE_PAGES, 20 * 512);
	fake_give_to_xen(1 << 18, 40 * 512);
	defrag.limits.low_most_bytes = 16 << 20;
}

/* What lies low is left to devices that need it; neighbours are dealt out of our own instead. */
static void a_run_without_width_leaves_low_memory(void **state)
{
	(void)state;
	give_high_and_low();
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.taken[9], 20 + 8);
	assert_int_equal(defrag.progress.low_bytes, 16 << 20);
	assert_int_equal(xen_blocks(), 32);
	assert_true(defrag.progress.dealt_pages >= 99 * 512);
	check(0);
}

static void the_last_low_memory_may_be_less_than_a_block(void **state)
{
	(void)state;
	give_high_and_low();
	defrag.limits.low_most_bytes = (4 << 20) + (64 << 10);
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.taken[9], 20 + 2);
	assert_int_equal(defrag.progress.taken[4], 1);
	assert_int_equal(defrag.progress.low_bytes, defrag.limits.low_most_bytes);
	check(0);
}

/* There every device reaches all memory. */
static void low_memory_is_not_scarce_where_there_is_no_other(void **state)
{
	(void)state;
	give_high_and_low();
	fake_highest_frame = 1 << 20;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.taken[9], 60);
	check(0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		a_run_test(a_width_takes_low_frames_for_low_pages),
		a_run_test(frames_from_anywhere_are_not_dealt_to_low_pages),
		a_run_test(a_run_without_width_leaves_low_memory),
		a_run_test(the_last_low_memory_may_be_less_than_a_block),
		a_run_test(low_memory_is_not_scarce_where_there_is_no_other),
	};

	return run_held_tests(tests);
}
