// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assembling a block out of scattered frames, and every way it can come to nothing.
 */
#include "scattered.h"

static void scattered_frames_become_a_block(void **state)
{
	struct xsw_block b;
	u64 old[8], i;

	(void)state;
	for (i = 1; i < 8; i++)
		old[i] = xsw_pfn_to_mfn(HOME + i);
	assert_int_equal(xsw_hv_assemble(&b, 3, 32), 0);
	assert_true(is_assembled(&b, 3, 32));
	assert_int_equal(b.pfn, HOME);
	for (i = 0; i < 8; i++)
		assert_int_equal(mfn_of(&b, i), RUN + i);
	for (i = 1; i < 8; i++)
		assert_int_equal(xsw_pfn_to_mfn(page_of(i)), old[i]);
	assert_int_equal(counts.flushes, 1);
	assert_int_equal(counts.exchanges, 0);
	check(8);
	xsw_hv_free(&b);
	check(0);
}

/* 512 pages change frames with 511 others: the M2P is told in pieces of 256 */
static void a_large_block_is_told_in_pieces(void **state)
{
	struct xsw_block b;
	u64 i;

	(void)state;
	for (i = 0; i < 512; i++)
		fake_move_frame(HOME + 512 * (i % 16) + i / 16 * 7, RUN + i);
	assert_int_equal(xsw_hv_assemble(&b, 9, 32), 0);
	assert_true(is_assembled(&b, 9, 32));
	assert_int_equal(counts.mmu_updates, 4);
	check(512);
	xsw_hv_free(&b);
}

/* The block has some of the frames itself, in the wrong order */
static void the_block_may_have_frames_of_the_run(void **state)
{
	struct xsw_block b;
	u64 i;

	(void)state;
	for (i = 0; i < 8; i++)
		fake_move_frame(i % 2 ? HOME + 7 - i : HOME + 512 + i, RUN + i);
	assert_int_equal(xsw_hv_assemble(&b, 3, 32), 0);
	assert_true(is_assembled(&b, 3, 32));
	check(8);
	for (i = 0; i < 8; i++)
		fake_move_frame(b.pfn + i, RUN + 7 - i);
	xsw_hv_free(&b);
	must_assemble(3, 32); /* all of them, with no other page */
}

static void a_single_frame_needs_no_change(void **state)
{
	(void)state;
	must_assemble(0, 25);
}

static void movable_pages_keep_their_contents(void **state)
{
	u64 in_use = pages_in_use_by_others(), i;

	(void)state;
	for (i = 0; i < 8; i++) {
		fake_use(page_of(i), true);
		fake_use(page_of(i) + 100, true);
	}
	for (i = 1; i < 8; i++)
		fake_use(HOME + i, true);
	must_assemble(3, 32);
	assert_int_equal(pages_in_use_by_others(), in_use + 23);
}

/* The tail of a large page is judged by its head. */
static void a_large_page_may_have_the_frame(void **state)
{
	(void)state;
	fake_use(page_of(2) - 1, true);
	fake_use(page_of(2), true);
	fake_pages[page_of(2)].lru = false;
	fake_pages[page_of(2)].head = &fake_pages[page_of(2) - 1];
	must_fail(3, 32); /* a candidate, but Linux cannot move that one */
	assert_int_equal(counts.ranges, 3);
	check(0);
	fake_pages[page_of(2)].lru = true;
	must_assemble(3, 32);
}

/* Nothing of a page that cannot be taken is touched, and no page is even asked for. */
static void pages_in_use_are_left_alone(void **state)
{
	(void)state;
	fake_use(page_of(5), false);
	must_fail(3, 32);
	fake_free(page_of(5));
	must_assemble(3, 32);
	scatter(3);
	fake_pages[page_of(4)].reserved = true;
	counts.ranges = 0;
	must_fail(3, 32);
	assert_int_equal(counts.ranges, 0);
	fake_pages[page_of(4)].reserved = false;
	fake_pages[page_of(4)].offline = true;
	must_fail(3, 32);
	fake_pages[page_of(4)].offline = false;
	fake_pages[page_of(3) + 1].head = &fake_pages[page_of(3)];
	counts.ranges = 0;
	fake_move_frame(page_of(3) + 1, RUN + 3); /* free, but the tail of something */
	must_fail(3, 32);
	assert_int_equal(counts.ranges, 0);
	check(0);
}

static void a_run_with_a_frame_of_others_is_none(void **state)
{
	(void)state;
	fake_give_to_xen(2, 1);
	fake_move_frame(page_of(7), 2); /* Xen has the last frame of the run free */
	must_fail(3, 32);
	assert_int_equal(counts.ranges, 0);
	fake_move_frame(page_of(7), RUN + 7);
	faults.m2p_from = RUN + 2;
	faults.m2p_to = RUN + 3;
	must_fail(3, 32);
	assert_int_equal(counts.ranges, 0);
	faults.m2p_to = 0;
	machine_to_phys_mapping[RUN + 4] = page_of(4) + 1; /* of another domain, for all we know */
	must_fail(3, 32);
	machine_to_phys_mapping[RUN + 4] = FAKE_PAGES + 5;
	must_fail(3, 32);
	machine_to_phys_mapping[RUN + 4] = page_of(4);
	must_assemble(3, 32);
}

/* Another domain's frame is mapped in the block: it must never be dealt out. */
static void a_block_with_a_foreign_page_is_given_up(void **state)
{
	(void)state;
	fake_foreign(HOME + 5);
	must_fail(3, 32);
	check(0);
}

/* Units that Linux does not give: what was taken before goes back as it was */
static void a_busy_unit_gives_all_back(void **state)
{
	u64 i;

	(void)state;
	for (i = 0; i < 8; i++) {
		fake_use(page_of(i) + 50, false);
		must_fail(3, 32);
		assert_int_equal(counts.ranges, i + 1);
		counts.ranges = 0;
		check(0);
		fake_free(page_of(i) + 50);
	}
	must_assemble(3, 32);
}

/* After a few busy runs the call gives up; the next one goes on */
static void busy_runs_cost_a_call_little(void **state)
{
	u64 i;

	(void)state;
	for (i = 0; i < 20; i++)
		fake_move_frame(HOME + i * 512, 8 * i);
	for (i = 0; i < 20; i++)
		fake_lay_out(HOME + i * 512 + 8, 8 * i, 8);
	fake_lay_out(HOME, RUN, 8);
	faults.busy_ranges = 18;
	must_fail(3, 24);
	assert_int_equal(counts.ranges, 16);
	must_assemble(3, 24);
	assert_int_equal(counts.ranges, 19);
}

static void units_are_of_one_zone_and_online(void **state)
{
	u64 unit = ALIGN_DOWN(page_of(1), 512ULL), i;

	(void)state;
	for (i = unit; i < unit + 512; i += 511) {
		fake_pages[i].offline = true;
		must_fail(3, 32);
		fake_pages[i].offline = false;
		fake_pages[i].zone = fake_pages[FAKE_PAGES - 1].zone;
		must_fail(3, 32);
		fake_pages[i].zone = fake_pages[HOME].zone;
	}
	check(0);
	must_assemble(3, 32);
}

/* So many units are taken for one block, not more: 128 frames in 80 pageblocks are too many */
static void a_run_of_too_many_units_is_given_up(void **state)
{
	u64 units, i;

	(void)state;
	for (units = 80; units; units = units == 80 ? 64 : 0) {
		for (i = 0; i < 128; i++)
			fake_move_frame(1024 + 512 * (i % units) + i / units, 128 * 40 + i);
		if (units == 80)
			must_fail(7, 32);
		else
			must_assemble(7, 32);
		check(0);
	}
}

/*
 * Stock's exchange for another device changes frames meanwhile: when the unit of page number
 * @at is asked for, frame RUN + 6 moves to a page of somebody else, @thief.
 */
static struct {
	u64 at, pfn;
} thief;

static void steal(unsigned long start)
{
	if (start != ALIGN_DOWN(page_of(thief.at), 512ULL))
		return;
	fake_range_asked = NULL;
	fake_use(thief.pfn, false);
	fake_move_frame(thief.pfn, RUN + 6);
}

static void a_frame_that_gets_away_costs_nothing(void **state)
{
	(void)state;
	for (thief.at = 0; thief.at < 7; thief.at++) {
		thief.pfn = 4096 + 512 * thief.at;
		fake_range_asked = steal;
		must_fail(3, 32);
		assert_null(fake_range_asked);
		check(0);
		fake_move_frame(page_of(6), RUN + 6);
	}
	must_assemble(3, 32);
}

/* The page that gets it was taken with the first unit and given back: it is not ours. */
static void a_frame_that_moves_into_a_taken_unit_is_not_ours(void **state)
{
	(void)state;
	for (thief.at = 1; thief.at < 7; thief.at++) {
		thief.pfn = HOME + 300;
		fake_range_asked = steal;
		must_fail(3, 32);
		assert_null(fake_range_asked);
		check(0);
		fake_move_frame(page_of(6), RUN + 6);
		fake_free(thief.pfn);
	}
	must_assemble(3, 32);
}

static void no_memory_for_its_arrays_is_survived(void **state)
{
	u32 at;

	(void)state;
	for (at = 1; at <= 3; at++) {
		faults.kvmalloc_at = at;
		must_fail(3, 32);
		check(0);
	}
	must_assemble(3, 32);
}

static void too_large_an_order_is_refused(void **state)
{
	(void)state;
	must_fail(MAX_PAGE_ORDER + 1, 32);
	check(0);
}

/* The highest run comes first, and a wide search does not go on where a narrow one ended. */
static void low_frames_are_left_to_narrow_masks(void **state)
{
	static const u64 runs[] = { 512, 6144, 12288 };
	struct xsw_block b;
	u64 i, k;

	(void)state;
	for (i = 0; i < 3; i++)
		for (k = 0; k < 8; k++)
			fake_move_frame(page_of(k) + 8192 * i, runs[i] + k);
	assert_int_equal(xsw_hv_assemble(&b, 3, 24), 0);
	assert_int_equal(mfn_of(&b, 0), runs[0]);
	xsw_hv_free(&b);
	assert_int_equal(xsw_hv_assemble(&b, 3, 26), 0);
	assert_int_equal(mfn_of(&b, 0), runs[2]);
	assert_int_equal(xsw_hv_assemble(&b, 3, 26), 0);
	assert_int_equal(mfn_of(&b, 0), runs[1]);
	check(16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scattered_test(scattered_frames_become_a_block),
		held_test(a_large_block_is_told_in_pieces),
		held_test(the_block_may_have_frames_of_the_run),
		scattered_test(a_single_frame_needs_no_change),
		scattered_test(movable_pages_keep_their_contents),
		scattered_test(a_large_page_may_have_the_frame),
		scattered_test(pages_in_use_are_left_alone),
		scattered_test(a_run_with_a_frame_of_others_is_none),
		scattered_test(a_block_with_a_foreign_page_is_given_up),
		scattered_test(a_busy_unit_gives_all_back),
		held_test(busy_runs_cost_a_call_little),
		scattered_test(units_are_of_one_zone_and_online),
		held_test(a_run_of_too_many_units_is_given_up),
		scattered_test(a_frame_that_gets_away_costs_nothing),
		scattered_test(a_frame_that_moves_into_a_taken_unit_is_not_ours),
		scattered_test(no_memory_for_its_arrays_is_survived),
		scattered_test(too_large_an_order_is_refused),
		held_test(low_frames_are_left_to_narrow_masks),
	};

	return run_held_tests(tests);
}
