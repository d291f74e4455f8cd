// SPDX-License-Identifier: GPL-2.0-only
/*
 * What Xen was given for the blocks that are held for it, and what it has when it has them back.
 *
 * All of the fake machine's memory is scattered: page i has frame 5 * i, modulo the memory's size,
 * from FAKE_HIGH up unless a test moves it.
 */
#include "../../defrag/given.h"
#include "runs.h"

#define LOW  (1u << 18) /* in a lower zone of Xen's than FAKE_HIGH */
#define XENS (FAKE_HIGH + FAKE_PAGES)

/* Every page but one of @every, of all if 0, has a low frame; Xen has so many blocks above. */
static void lie_low(u64 every, u64 blocks)
{
	u64 i;

	fake_give_to_xen(LOW, FAKE_PAGES);
	for (i = 0; i < FAKE_PAGES; i++)
		if (!every || i % every)
			fake_move_frame(i, LOW + i * 5 % FAKE_PAGES);
	for (i = 0; i < FAKE_PAGES; i++) {
		if (fake_frames[LOW + i].owner == OF_XEN)
			fake_take_from_xen(LOW + i, 1);
		if (fake_frames[FAKE_HIGH + i].owner == OF_XEN)
			fake_take_from_xen(FAKE_HIGH + i, 1);
	}
	fake_give_to_xen(XENS, blocks * 512);
}

static void xen_keeps_its_floor_in_a_higher_zone(void **state)
{
	(void)state;
	lie_low(0, 20);
	defrag.limits.xen_floor_blocks = 12;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.kept, 12);
	assert_int_equal(defrag.progress.taken[9], 8);
	assert_int_equal(defrag.unreturned, 0);
	assert_int_equal(xen_blocks(), 12);
	check(0);
}

/* No zone was given as much as a block for the last ones: they go back in parts. */
static void of_several_zones_it_keeps_it_too(void **state)
{
	(void)state;
	lie_low(3, 20);
	defrag.limits.xen_floor_blocks = 8;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.kept, 8);
	assert_int_equal(defrag.unreturned, 0);
	assert_true(xen_blocks() >= 8);
	check(0);
}

/* Xen has nine blocks, and all of them it has afterwards. */
static void hold_nine_of(u64 floor)
{
	defrag.limits.xen_floor_blocks = floor;
	defrag.limits.held_bytes = 4 << 20;
	run_hot();
	assert_int_equal(defrag.progress.kept, 9);
	assert_int_equal(xen_blocks(), 9);
	check(0);
}

static void in_equal_parts_of_two_zones_too(void **state)
{
	(void)state;
	lie_low(2, 9);
	hold_nine_of(9);
}

static void in_parts_that_are_no_blocks_too(void **state)
{
	(void)state;
	lie_low(7, 9);
	hold_nine_of(9);
}

/* More were offered than it had blocks for. */
static void what_it_was_not_given_does_not_count(void **state)
{
	(void)state;
	lie_low(2, 9);
	hold_nine_of(12);
}

/* Xen's blocks lie in the lower zone, where their parts must not be what it finds for the next. */
static void where_its_blocks_lie_does_not_matter(void **state)
{
	u64 i;

	(void)state;
	lie_low(7, 0);
	for (i = 0; i < 9; i++)
		fake_give_to_xen(LOW + FAKE_PAGES + 512 * i, 512);
	hold_nine_of(9);
}

/* Another domain gets what Xen was given: there is no other memory in that zone. */
static void others_take_it(void)
{
	u64 i;

	for (i = 0; i < FAKE_PAGES; i++)
		if (fake_frames[LOW + i].owner == OF_XEN)
			fake_take_from_xen(LOW + i, 1);
	between_passes = NULL;
}

static void what_others_took_meanwhile_comes_from_elsewhere(void **state)
{
	(void)state;
	lie_low(0, 40);
	defrag.limits.xen_floor_blocks = 12;
	between_passes = others_take_it;
	run_hot();
	assert_int_equal(defrag.progress.kept, 12);
	assert_int_equal(defrag.unreturned, 0);
	check(0);
}

/* The list of blocks is there already; that of a block's parts is not. */
/* Of the one block that is held less than a block comes from each of two zones. */
static void parts_that_others_took_come_from_elsewhere(void **state)
{
	(void)state;
	lie_low(7, 4);
	defrag.limits.xen_floor_blocks = 1;
	between_passes = others_take_it;
	run_hot();
	assert_int_equal(defrag.progress.kept, 1);
	assert_int_equal(defrag.unreturned, 0);
	check(0);
}

static void without_memory_for_parts_they_go_back_whole(void **state)
{
	(void)state;
	lie_low(2, 40);
	defrag.limits.xen_floor_blocks = 9;
	faults.kvmalloc_size = 2 * XSW_ZONES * sizeof(struct xsw_block);
	run_hot();
	faults.kvmalloc_size = 0;
	assert_int_equal(defrag.progress.kept, 9);
	assert_int_equal(defrag.unreturned, 0);
	check(0);
}

/* ---- the domain goes on on another machine ---- */

static void take_all_from_xen(void)
{
	u64 i;

	for (i = 0; i < FAKE_FRAMES; i++)
		if (fake_frames[i].owner == OF_XEN)
			fake_take_from_xen(i, 1);
}

/* The domain's frames are others, and that Xen has four large blocks and no more. */
static void be_restored(void)
{
	u64 i;

	take_all_from_xen();
	fake_give_to_xen(1 << 19, FAKE_PAGES);
	for (i = 0; i < FAKE_PAGES; i++)
		fake_move_frame(i, (1 << 19) + i * 5 % FAKE_PAGES);
	take_all_from_xen();
	fake_give_to_xen(1 << 17, 4 * 512);
	fake_xen_top = FAKE_FRAMES;
	xsw_defrag_restored();
	between_passes = NULL;
}

static void what_was_held_elsewhere_protects_nothing(void **state)
{
	(void)state;
	fake_give_to_xen(LOW, 20 * 512);
	defrag.limits.xen_floor_blocks = 4;
	between_passes = be_restored;
	run_hot();
	assert_int_equal(defrag.progress.kept, 4);
	assert_int_equal(defrag.unkept, XSW_UNKEPT_RESTORED);
	assert_int_equal(defrag.unreturned, 0);
	assert_int_equal(xen_blocks(), 4);
	check(0);
}

/* There all of its memory is contiguous, what it held for the other Xen, too. */
static void be_restored_in_order(void)
{
	take_all_from_xen();
	fake_give_to_xen(1 << 19, FAKE_PAGES + 4 * 512);
	fake_lay_out(0, 1 << 19, FAKE_PAGES);
	xsw_defrag_restored();
	counts.exchanges = 0;
	between_passes = NULL;
}

static void what_was_held_elsewhere_is_not_given_back(void **state)
{
	(void)state;
	fake_give_to_xen(LOW, 20 * 512);
	defrag.limits.xen_floor_blocks = 4;
	between_passes = be_restored_in_order;
	run_hot();
	assert_int_equal(counts.exchanges, 0);
	assert_int_equal(contiguous_blocks(), 128);
	check(0);
}

static void restore_at_once(unsigned long start)
{
	(void)start;
	fake_range_asked = NULL;
	xsw_defrag_restored();
}

static void nor_does_what_was_held_partly(void **state)
{
	(void)state;
	fake_give_to_xen(LOW, 20 * 512);
	defrag.limits.xen_floor_blocks = 4;
	fake_range_asked = restore_at_once;
	assert_int_equal(run_movable(), XSW_ENDED_FLOOR);
	assert_int_equal(defrag.unkept, XSW_UNKEPT_RESTORED);
	assert_int_equal(defrag.progress.kept, 0);
	assert_int_equal(defrag.progress.taken[9], 0);
	check(0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		a_run_test(xen_keeps_its_floor_in_a_higher_zone),
		a_run_test(of_several_zones_it_keeps_it_too),
		a_run_test(in_equal_parts_of_two_zones_too),
		a_run_test(in_parts_that_are_no_blocks_too),
		a_run_test(what_it_was_not_given_does_not_count),
		a_run_test(where_its_blocks_lie_does_not_matter),
		a_run_test(what_others_took_meanwhile_comes_from_elsewhere),
		a_run_test(parts_that_others_took_come_from_elsewhere),
		a_run_test(without_memory_for_parts_they_go_back_whole),
		a_run_test(what_was_held_elsewhere_protects_nothing),
		a_run_test(what_was_held_elsewhere_is_not_given_back),
		a_run_test(nor_does_what_was_held_partly),
	};

	return run_held_tests(tests);
}
