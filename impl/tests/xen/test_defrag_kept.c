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
	assert_int_equal(defrag.progress.refused[9], 0); /* it was not asked */
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
	assert_int_equal(run_movable(), XSW_ENDED_FLOOR);
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
	assert_int_equal(run_movable(), XSW_ENDED_FLOOR);
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

/* It comes back with the frames that it had, in any order: they are dealt out among themselves. */
static void what_was_held_is_cured_in_the_end(void **state)
{
	struct xsw_contiguity c = { 0 };
	u64 i;

	(void)state;
	fake_give_to_xen(1 << 18, 12 * 512);
	for (i = 0; i < 12 * 512; i++)
		fake_move_frame(512 + i, FAKE_HIGH + i * 5 % (12 * 512));
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
	assert_int_equal(counts.exchanges, 2); /* there and back */
	assert_int_equal(xen_blocks(), 40);
	check(0);
}

/* Of two blocks each, as all steps of the run are */
static void they_are_taken_and_given_back_by_steps(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 80 * 512);
	defrag.limits.held_bytes = 4 << 20;
	defrag.limits.xen_floor_blocks = 60;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.kept, 60);
	assert_true(steps >= 30 + 34 + 30);
	assert_true(most_in_step <= 3 * 512); /* phase 1's has a busy one besides */
	check(0);
}

/* No step is longer for it, and the next one is not begun. */
static void a_stop_between_those_steps_is_heeded(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 80 * 512);
	defrag.limits.held_bytes = 4 << 20;
	defrag.limits.xen_floor_blocks = 60;
	stop_at = 3;
	assert_int_equal(run_movable(), XSW_ENDED_STOPPED);
	assert_int_equal(counts.ranges, 3 * 2);
	assert_int_equal(counts.exchanges, 3 + 3);
	assert_int_equal(xen_blocks(), 80);
	check(0);
}

/* Neither at the beginning of memory nor where the search begins can a block be emptied. */
static void blocks_are_found_beyond_busy_ones(void **state)
{
	(void)state;
	make_busy(1, 32);
	make_busy(64, 33);
	fake_give_to_xen(1 << 18, 8 * 512);
	defrag.limits.xen_floor_blocks = 8;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.kept, 8);
	assert_int_equal(defrag.progress.taken[9], 0);
	assert_int_equal(xen_blocks(), 8);
	check(0);
}

/* Only block 64, where the search begins, to 68 can be emptied. */
static void with_fewer_blocks_than_that_xen_is_asked_for_nothing(void **state)
{
	(void)state;
	make_busy(1, 63);
	make_busy(69, 59);
	fake_give_to_xen(1 << 18, 20 * 512);
	defrag.limits.xen_floor_blocks = 8;
	assert_int_equal(run_movable(), XSW_ENDED_FLOOR);
	assert_int_equal(defrag.unkept, XSW_UNKEPT_BLOCKS);
	assert_int_equal(defrag.most_order, 0);
	assert_int_equal(defrag.progress.kept, 0);
	assert_int_equal(defrag.progress.taken[9] + defrag.progress.taken[3], 0);
	assert_int_equal(xen_blocks(), 20);
	check(0);
}

/* A run of phase 1 tries all memory besides, so its search may, too; one of phase 2 may not. */
static void busy_blocks_are_not_tried_without_end(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 40 * 512);
	faults.busy_ranges = 20;
	defrag.limits.xen_floor_blocks = 4;
	assert_int_equal(run_hot(), XSW_ENDED_FLOOR);
	assert_int_equal(defrag.unkept, XSW_UNKEPT_BLOCKS);
	assert_int_equal(faults.busy_ranges, 0);
	assert_int_equal(counts.ranges, 4 + 16);
	assert_int_equal(counts.exchanges, 0);
	check(0);
}

/* Xen refuses the frames of any: each costs its block alone. */
static void a_block_that_xen_refuses_is_replaced(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 40 * 512);
	faults.extents = 1;
	faults.exchange_rc = -EINVAL;
	defrag.limits.xen_floor_blocks = 4;
	assert_int_equal(run_hot(), XSW_ENDED_FLOOR);
	assert_int_equal(defrag.unkept, XSW_UNKEPT_BLOCKS);
	assert_int_equal(counts.ranges, 4 + 16);
	assert_int_equal(xen_blocks(), 40);
	check(0);
}

static void another_refusal_asks_for_nothing(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 40 * 512);
	faults.extents = 1;
	faults.exchange_rc = -EFAULT;
	defrag.limits.xen_floor_blocks = 4;
	assert_int_equal(run_movable(), XSW_ENDED_FLOOR);
	assert_int_equal(defrag.unkept, XSW_UNKEPT_REFUSED);
	assert_int_equal(counts.exchanges, 1);
	check(0);
}

/* All that Xen has is low: what is held counts. */
static void low_memory_is_held_within_its_limit(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 40 * 512);
	defrag.limits.low_most_bytes = 16 << 20;
	defrag.limits.xen_floor_blocks = 5;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.kept, 5);
	assert_int_equal(defrag.progress.taken[9], 3);
	check(0);
}

static void a_floor_beyond_the_low_limit_asks_for_nothing(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 40 * 512);
	defrag.limits.low_most_bytes = 16 << 20;
	defrag.limits.xen_floor_blocks = 12;
	assert_int_equal(run_movable(), XSW_ENDED_FLOOR);
	assert_int_equal(defrag.unkept, XSW_UNKEPT_LOW);
	assert_int_equal(defrag.progress.taken[9], 0);
	assert_int_equal(xen_blocks(), 40);
	check(0);
}

/* 40 of 128 blocks are held: 87 cured ones are not 800 in 1000. */
static void what_is_held_is_not_the_target(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 200 * 512);
	defrag.limits.xen_floor_blocks = 40;
	defrag.limits.target_permille = 800;
	assert_int_equal(run_movable(), XSW_ENDED_MISSED);
	assert_int_equal(defrag.progress.blocks, 128);
	assert_int_equal(defrag.progress.scattered, 128);
	assert_int_equal(defrag.progress.cured, 87);
	defrag.limits.target_permille = 900;
	defrag.limits.xen_floor_blocks = 2;
	assert_int_equal(run_movable(), XSW_ENDED_TARGET);
	assert_true(contiguous_blocks() * 1000 >= 900 * 128);
	check(0);
}

/* In the pages that may have low frames alone, as anywhere */
static void what_is_held_beyond_the_width_does_not_count(void **state)
{
	(void)state;
	fake_give_to_xen(4096, 20 * 512);
	fake_give_to_xen(1 << 18, 128 * 512);
	defrag.limits.width = 26; /* 32 blocks of pages; the search begins at block 64 */
	defrag.limits.xen_floor_blocks = 12;
	run_movable();
	assert_int_equal(defrag.progress.kept, 12);
	assert_int_equal(defrag.progress.blocks, 32);
	assert_int_equal(defrag.progress.scattered, 32);
	check(0);
}

static void give_no_more(void)
{
	faults.extents = 3; /* two in a call, then none */
	faults.exchange_rc = -EINVAL;
}

/* What stopped a partial one is told by the next, when they are given back, too. */
static void a_partial_return_goes_on(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 40 * 512);
	defrag.limits.xen_floor_blocks = 8;
	between_passes = give_no_more;
	assert_int_equal(run_hot(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.kept, 8);
	assert_int_equal(defrag.unreturned, 0);
	check(0);
}

static void give_nothing(void)
{
	faults.extents = 1;
	faults.exchange_rc = -EINVAL;
}

static void what_xen_does_not_take_back_is_told(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 40 * 512);
	defrag.limits.xen_floor_blocks = 8;
	between_passes = give_nothing;
	assert_int_equal(run_hot(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.kept, 8);
	assert_int_equal(defrag.unreturned, 8);
	assert_int_equal(defrag.progress.taken[9], 8); /* they are Xen's no more */
	assert_int_equal(defrag.progress.low_bytes, taken_pages() << PAGE_SHIFT);
	check(0);
}

/* An exchange's arrays may be those of eight blocks. */
static void have_little_memory(void)
{
	faults.kvmalloc_most = 8 * 512 * sizeof(u64);
	counts.exchanges = 0;
}

static void without_memory_for_all_they_are_given_back_by_parts(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 40 * 512);
	defrag.limits.xen_floor_blocks = 16;
	between_passes = have_little_memory;
	assert_int_equal(run_hot(), XSW_ENDED_DONE);
	assert_int_equal(counts.exchanges, 2);
	assert_int_equal(defrag.progress.kept, 16);
	assert_int_equal(defrag.unreturned, 0);
	check(0);
}

/* Others take the memory that was there when the first was taken. */
static void take_memory(unsigned long pfn)
{
	if (pfn > 512 * 66)
		fake_pressed = 40000;
}

static void memory_that_gets_scarce_meanwhile_ends_it(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 40 * 512);
	fake_range_asked = take_memory;
	defrag.limits.xen_floor_blocks = 12;
	defrag.limits.free_floor_bytes = 100 << 20;
	assert_int_equal(run_movable(), XSW_ENDED_PRESSED);
	assert_int_equal(defrag.unkept, XSW_UNKEPT_MEMORY);
	assert_true(counts.ranges < 12);
	assert_int_equal(xen_blocks(), 40);
	check(0);
}

static void without_memory_for_the_list_xen_is_asked_for_nothing(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 40 * 512);
	defrag.limits.xen_floor_blocks = 12;
	faults.kvmalloc_at = 1;
	assert_int_equal(run_movable(), XSW_ENDED_FLOOR);
	assert_int_equal(defrag.unkept, XSW_UNKEPT_MEMORY);
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
	assert_int_equal(run_movable(), XSW_ENDED_FLOOR);
	assert_int_equal(defrag.progress.kept, 0);
	assert_int_equal(counts.exchanges, 0);
	check(0);
}

/* Nothing in them can be moved: no block of Xen's would help. */
static void blocks_that_stay_are_no_matter_of_the_floor(void **state)
{
	(void)state;
	make_busy(1, 127);
	fake_give_to_xen(1 << 18, 20 * 512);
	defrag.limits.xen_floor_blocks = 8;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.unkept, XSW_UNKEPT_BLOCKS);
	assert_int_equal(defrag.progress.busy, 128);
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
		a_run_test(they_are_taken_and_given_back_by_steps),
		a_run_test(a_stop_between_those_steps_is_heeded),
		a_run_test(blocks_are_found_beyond_busy_ones),
		a_run_test(with_fewer_blocks_than_that_xen_is_asked_for_nothing),
		a_run_test(busy_blocks_are_not_tried_without_end),
		a_run_test(a_block_that_xen_refuses_is_replaced),
		a_run_test(another_refusal_asks_for_nothing),
		a_run_test(low_memory_is_held_within_its_limit),
		a_run_test(a_floor_beyond_the_low_limit_asks_for_nothing),
		a_run_test(what_is_held_is_not_the_target),
		a_run_test(what_is_held_beyond_the_width_does_not_count),
		a_run_test(a_partial_return_goes_on),
		a_run_test(what_xen_does_not_take_back_is_told),
		a_run_test(without_memory_for_all_they_are_given_back_by_parts),
		a_run_test(memory_that_gets_scarce_meanwhile_ends_it),
		a_run_test(without_memory_for_the_list_xen_is_asked_for_nothing),
		a_run_test(what_is_held_leaves_room_for_the_run),
		a_run_test(blocks_that_stay_are_no_matter_of_the_floor),
	};

	return run_held_tests(tests);
}
