// SPDX-License-Identifier: GPL-2.0-only
/*
 * Phase 2 of the defragmenter: small blocks as the page allocator hands them out, which in the fake
 * are the highest ones; frames from Xen, or from a contiguous block of the domain's own.
 */
#include "runs.h"

#define DONOR 4096u /* its first page, where a test has one */

static int start_hot(void **state)
{
	int failed = start_run(state);

	defrag.limits.held_bytes = 8 << 20;
	return failed;
}

#define a_hot_test(test) cmocka_unit_test_setup(test, start_hot)

/* A contiguous block of 2 MiB, of free pages */
static void lay_donor(u64 pfn)
{
	fake_give_to_xen((1 << 17) + pfn, 512);
	fake_lay_out(pfn, (1 << 17) + pfn, 512);
	fake_xen_top = 0; /* the frames it had are Xen's now, but not for us */
}

static void xen_gives_small_extents(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 16 * 512);
	assert_int_equal(run_hot(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.taken[3], 256); /* of 8 MiB */
	assert_int_equal(defrag.progress.hot_cured, 256);
	assert_int_equal(defrag.progress.hot_found, 0);
	assert_true(xsw_is_contiguous(FAKE_PAGES - 8, 8, 0));
	check(0);
}

/* What was cured comes first the next time: then twelve passes find nothing. */
static void passes_end_when_they_find_nothing(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 16 * 512);
	assert_int_equal(run_hot(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.passes, 1 + 12);
	assert_int_equal(counts.exchanges, 1);
}

/* All that is handed out first is contiguous: 128 blocks of each order are enough to see it. */
static void what_is_contiguous_is_not_looked_at_further(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 17, 4096);
	fake_lay_out(FAKE_PAGES - 4096, 1 << 17, 4096);
	stop_at = 1;
	assert_int_equal(run_hot(), XSW_ENDED_STOPPED);
	assert_int_equal(most_in_step, 128 * (8 + 4 + 2));
	assert_int_equal(defrag.progress.hot_found, 0);
}

/* Unless passes find nothing: a load that begins anew may take more than 128 blocks. */
static void passes_that_find_nothing_look_further(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 17, 4096);
	fake_give_to_xen(1 << 18, 16 * 512);
	fake_lay_out(FAKE_PAGES - 4096, 1 << 17, 4096);
	defrag.limits.held_bytes = 32 << 20;
	assert_int_equal(run_hot(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.hot_cured, 512);
	assert_true(xsw_is_contiguous(FAKE_PAGES - 4096 - 8, 8, 0));
	assert_true(xsw_is_contiguous(FAKE_PAGES - 8192, 8, 0));
	assert_int_equal(most_in_step, 1024 * (8 + 4 + 2));
	assert_int_equal(defrag.progress.passes, 9 + 1 + 12);
	check(0);
}

/* By one pass: 128 in a row are counted anew after each. */
static void scattered_ones_among_them_are_found(void **state)
{
	u64 i;

	(void)state;
	fake_give_to_xen(1 << 17, 4096);
	fake_give_to_xen(1 << 18, 512);
	fake_lay_out(FAKE_PAGES - 4096, 1 << 17, 4096);
	for (i = 1; i <= 2; i++)
		fake_move_frame(FAKE_PAGES - 8 * 100 * i, FAKE_HIGH + i * 5);
	stop_at = 1;
	assert_int_equal(run_hot(), XSW_ENDED_STOPPED);
	assert_int_equal(defrag.progress.taken[3], 2);
}

static u32 more;

static void another_comes_by(void)
{
	if (more && more--)
		fake_lay_out(FAKE_PAGES - 8 * 20, FAKE_HIGH + 5 * more, 1);
}

static void blocks_that_come_by_later_are_cured_too(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 32 * 512);
	more = 5;
	between_passes = another_comes_by;
	assert_int_equal(run_hot(), XSW_ENDED_DONE);
	assert_true(defrag.progress.passes > 6);
	assert_true(defrag.progress.hot_cured >= 256 + 5);
	check(0);
}

static void a_block_of_our_own_gives_its_frames(void **state)
{
	(void)state;
	lay_donor(DONOR);
	defrag.limits.held_bytes = 2 << 20; /* 64 blocks of order 3: one donor's */
	assert_int_equal(run_hot(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.hot_cured, 64);
	assert_int_equal(defrag.progress.dealt_pages, 2 * 512);
	assert_true(xsw_is_contiguous(FAKE_PAGES - 8, 8, 0));
	assert_true(!xsw_is_contiguous(DONOR, 512, 0));
	check(0);
}

static void a_donor_is_no_larger_than_is_needed(void **state)
{
	u64 i;

	(void)state;
	fake_give_to_xen(1 << 17, 512 * 8);
	for (i = 3; i < 64; i++)
		fake_lay_out(FAKE_PAGES - 8 * (i + 1), (1 << 17) + 8 * i, 8);
	lay_donor(DONOR);
	defrag.limits.ask_xen = false;
	defrag.limits.held_bytes = 2 << 20;
	assert_int_equal(run_hot(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.hot_cured, 3);
	assert_int_equal(defrag.progress.dealt_pages, 2 * 24);
	assert_true(xsw_is_contiguous(DONOR + 256, 256, 0));
	check(0);
}

static void with_neither_it_ends_and_says_what_is_left(void **state)
{
	(void)state;
	assert_int_equal(run_hot(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.hot_cured, 0);
	assert_true(defrag.progress.hot_found >= 256);
	assert_int_equal(defrag.progress.passes, 12);
	check(0);
}

static void frames_of_others_are_left_alone(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 16 * 512);
	fake_foreign(FAKE_PAGES - 4);
	assert_int_equal(run_hot(), XSW_ENDED_DONE);
	assert_true(!xsw_pfn_is_ours(FAKE_PAGES - 4));
	assert_int_equal(defrag.progress.refused[3], 0); /* nobody asked Xen for it */
	check(0);
}

static void the_domain_keeps_its_floor(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 16 * 512);
	defrag.limits.free_floor_bytes = 254 << 20; /* all there is */
	assert_int_equal(run_hot(), XSW_ENDED_PRESSED);
	assert_int_equal(defrag.progress.hot_cured, 0);
	assert_int_equal(defrag.progress.passes, 1); /* it does not wait for others to free some */
	check(0);
}

static void the_operator_stops_it(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 16 * 512);
	stop_at = 1;
	assert_int_equal(run_hot(), XSW_ENDED_STOPPED);
	assert_int_equal(defrag.progress.passes, 1);
	check(0);
}

/* A pass takes as many donors as it needs, but not while somebody waits. */
static void a_stop_among_donors_is_heeded(void **state)
{
	(void)state;
	lay_donor(DONOR);
	lay_donor(DONOR + 512);
	lay_donor(DONOR + 1024);
	awaited_at = 1;
	stop_at = 1;
	assert_int_equal(run_hot(), XSW_ENDED_STOPPED);
	assert_int_equal(counts.ranges, 1);
	assert_int_equal(defrag.progress.hot_cured, 64); /* what one gives */
	check(0);
}

static void no_pages_to_be_had_is_no_harm(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 16 * 512);
	faults.pages_at = 30;
	assert_int_equal(run_hot(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.hot_cured, 29);
	check(0);
}

static void no_memory_for_its_arrays_is_survived(void **state)
{
	u32 at;

	(void)state;
	for (at = 1; at <= 4; at++) {
		faults.kvmalloc_at = at;
		assert_int_equal(run_hot(), XSW_ENDED_MEMORY);
		check(0);
	}
}

static void a_width_takes_low_frames_for_low_pages(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 13, 512);
	lay_donor(DONOR);
	fake_xen_top = 1 << 14;
	defrag.limits.width = 28; /* all pages of the fake's */
	defrag.limits.low_most_bytes = 1 << 20;
	assert_int_equal(run_hot(), XSW_ENDED_LOW);
	assert_int_equal(defrag.progress.low_bytes, 1 << 20);
	assert_int_equal(defrag.progress.dealt_pages, 0);
	assert_true(xsw_pfn_to_mfn(FAKE_PAGES - 1) < 1 << 16);
	check(0);
}

/* Nothing scattered can be held for it: nobody knows what Xen has, and the domain's own serve. */
static void a_floor_that_cannot_be_held_leaves_xen_alone(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 17, FAKE_PAGES);
	fake_give_to_xen(1 << 18, 4 * 512);
	fake_lay_out(0, 1 << 17, FAKE_PAGES - 512);
	fake_use(FAKE_PAGES - 512, false);
	defrag.limits.xen_floor_blocks = 8;
	assert_int_equal(run_hot(), XSW_ENDED_DONE);
	assert_int_equal(defrag.unkept, XSW_UNKEPT_BLOCKS);
	assert_int_equal(defrag.progress.kept, 0);
	assert_false(defrag.on_credit);
	assert_int_equal(defrag.progress.taken[3], 0);
	assert_int_equal(counts.exchanges, 0);
	assert_true(defrag.progress.hot_cured >= 63);
	check(0);
}

/* In each rest one comes by: the run ends all the same, and does not say that nothing is left. */
static void passes_without_end_are_told(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 40 * 512);
	more = 300;
	between_passes = another_comes_by;
	assert_int_equal(run_hot(), XSW_ENDED_PASSES);
	assert_string_equal(xsw_ending_name(XSW_ENDED_PASSES), "unfinished");
	assert_int_equal(defrag.progress.passes, 200);
	more = 0;
	check(0);
}

/* The pages of donors count as those that they cure. */
static void donors_are_paced(void **state)
{
	(void)state;
	lay_donor(DONOR);
	defrag.limits.held_bytes = 2 << 20;
	stop_at = 1;
	assert_int_equal(run_hot(), XSW_ENDED_STOPPED);
	assert_int_equal(defrag.progress.dealt_pages, 2 * 512);
	assert_int_equal(most_in_step, 512 + 512 + 256 + 512); /* three orders, and a donor */
	check(0);
}

static void a_deal_that_xen_refuses_is_told(void **state)
{
	(void)state;
	lay_donor(DONOR);
	faults.mmu_update_at = 1;
	run_hot();
	assert_int_equal(defrag.deals_refused, 1);
	assert_int_equal(defrag.deal_error, -EPERM);
	check(0);
}

/* Xen would refuse the frames of pages that are mapped elsewhere, and a deal must not move them. */
static void pages_mapped_elsewhere_are_left_alone(void **state)
{
	u64 mfn = xsw_pfn_to_mfn(FAKE_PAGES - 5);

	(void)state;
	fake_give_to_xen(1 << 18, 16 * 512);
	fake_alias_from = FAKE_PAGES - 5;
	fake_alias_to = FAKE_PAGES - 4;
	assert_int_equal(run_hot(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.hot_found, 0);
	assert_true(defrag.progress.hot_cured >= 255); /* its neighbours are not mapped twice */
	assert_int_equal(defrag.progress.refused[3], 0);
	assert_int_equal(xsw_pfn_to_mfn(FAKE_PAGES - 5), mfn);
	check(0);
}

static void a_donor_mapped_elsewhere_gives_nothing(void **state)
{
	(void)state;
	lay_donor(DONOR);
	fake_alias_from = DONOR + 511;
	fake_alias_to = DONOR + 512;
	assert_int_equal(run_hot(), XSW_ENDED_DONE);
	assert_int_equal(xsw_pfn_to_mfn(DONOR + 511), (1 << 17) + DONOR + 511);
	assert_int_equal(defrag.deals_refused, 0);
	check(0);
}

/* ---- both phases ---- */

static void a_run_of_all_does_both(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 200 * 512);
	assert_int_equal(xsw_defrag_run(&defrag, XSW_JOB_ALL), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.cured, 127);
	assert_int_equal(defrag.progress.passes, 12);
	check(0);
}

static void a_run_that_was_stopped_does_not_go_on(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 200 * 512);
	steps = 0;
	stop_at = 1;
	assert_int_equal(xsw_defrag_run(&defrag, XSW_JOB_ALL), XSW_ENDED_STOPPED);
	assert_int_equal(defrag.progress.passes, 0);
	check(0);
}

/* Xen has 64 blocks' worth, and of the domain's own there is no donor. */
static void look_at_the_last(void)
{
	assert_int_equal(defrag.progress.hot_cured, 64 * defrag.progress.passes);
	assert_true(defrag.progress.hot_found > defrag.progress.hot_cured);
	assert_true(xsw_is_contiguous(fake_last_freed[3], 8, 0));
	stop_at = steps + 1;
}

static void the_cured_ones_are_handed_out_next(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 512);
	defrag.limits.held_bytes = 8 << 20;
	between_passes = look_at_the_last;
	assert_int_equal(run_hot(), XSW_ENDED_STOPPED);
	check(0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		a_hot_test(xen_gives_small_extents),
		a_hot_test(passes_end_when_they_find_nothing),
		a_hot_test(what_is_contiguous_is_not_looked_at_further),
		a_hot_test(passes_that_find_nothing_look_further),
		a_hot_test(scattered_ones_among_them_are_found),
		a_hot_test(blocks_that_come_by_later_are_cured_too),
		a_hot_test(a_block_of_our_own_gives_its_frames),
		a_hot_test(a_donor_is_no_larger_than_is_needed),
		a_hot_test(with_neither_it_ends_and_says_what_is_left),
		a_hot_test(frames_of_others_are_left_alone),
		a_hot_test(the_domain_keeps_its_floor),
		a_hot_test(the_operator_stops_it),
		a_hot_test(a_stop_among_donors_is_heeded),
		a_hot_test(no_pages_to_be_had_is_no_harm),
		a_hot_test(no_memory_for_its_arrays_is_survived),
		a_hot_test(a_width_takes_low_frames_for_low_pages),
		a_hot_test(a_floor_that_cannot_be_held_leaves_xen_alone),
		a_hot_test(passes_without_end_are_told),
		a_hot_test(donors_are_paced),
		a_hot_test(a_deal_that_xen_refuses_is_told),
		a_hot_test(pages_mapped_elsewhere_are_left_alone),
		a_hot_test(a_donor_mapped_elsewhere_gives_nothing),
		a_run_test(a_run_of_all_does_both),
		a_run_test(a_run_that_was_stopped_does_not_go_on),
		a_hot_test(the_cured_ones_are_handed_out_next),
	};

	return run_held_tests(tests);
}
