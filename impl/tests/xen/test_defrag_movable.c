// SPDX-License-Identifier: GPL-2.0-only
/*
 * Phase 1 of the defragmenter: blocks of 2 MiB, from Xen and without it, and the bounds of a run.
 *
 * All of the fake machine's memory is scattered: page i has frame 5 * i, modulo the memory's size.
 */
#include "runs.h"

static void xen_gives_a_block_for_each(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.blocks, 128);
	assert_int_equal(defrag.progress.scattered, 128);
	assert_int_equal(defrag.progress.busy, 1); /* the kernel's own */
	assert_int_equal(defrag.progress.cured, 127);
	assert_int_equal(defrag.progress.taken[9], 127);
	assert_int_equal(defrag.progress.dealt_pages, 0);
	assert_int_equal(contiguous_blocks(), 127);
	check(0);
}

static void many_blocks_go_in_one_hypercall(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(counts.exchanges, 8); /* of 16 blocks: what may be held */
	assert_int_equal(counts.flushes, 8);
}

static void used_pages_keep_their_contents(void **state)
{
	u64 pfn, users;

	(void)state;
	for (pfn = 1024; pfn < 32768; pfn += 7)
		fake_use(pfn, true);
	users = pages_in_use_by_others();
	fake_give_to_xen(1 << 18, 128 * 512);
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_true(defrag.progress.cured > 100);
	assert_int_equal(pages_in_use_by_others(), users);
	check(0);
}

static void without_xen_neighbours_are_dealt_out_of_our_own(void **state)
{
	(void)state;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.taken[9], 0);
	assert_true(defrag.progress.dealt_pages >= 120 * 512);
	assert_true(contiguous_blocks() > 90);
	assert_int_equal(defrag.progress.cured, contiguous_blocks());
	check(0);
}

static void the_operator_may_forbid_to_ask_xen(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	defrag.limits.ask_xen = false;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(counts.exchanges, 0);
	assert_true(contiguous_blocks() > 90);
	check(0);
}

/* Ten blocks, then small ones: what dealing leaves gets those. */
static void xen_runs_out_on_the_way(void **state)
{
	u64 i;

	(void)state;
	fake_give_to_xen(1 << 18, 10 * 512);
	for (i = 0; i < 64; i++)
		fake_give_to_xen((1 << 19) + 32 * i, 16);
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.taken[9], 10);
	assert_true(defrag.progress.refused[9] >= 1);
	assert_true(defrag.progress.dealt_pages > 0);
	check(0);
}

static void small_extents_serve_where_nothing_can_be_dealt(void **state)
{
	u64 i;

	(void)state;
	defrag.limits.held_bytes = 2 << 20; /* no two blocks in the hand */
	for (i = 0; i < 512; i++)
		fake_give_to_xen((1 << 19) + 32 * i, 16);
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.taken[4], 512);
	assert_int_equal(defrag.progress.cured, 0);
	assert_int_equal(pages_in_blocks(4), 512 * 16);
	check(0);
}

static void a_partial_exchange_loses_nothing(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	faults.extents = 4;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_true(defrag.progress.taken[9] >= 3);
	check(0);
}

static void a_page_that_xen_refuses_costs_its_block_alone(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	faults.extents = 1;
	faults.exchange_rc = -EINVAL;
	defrag.limits.held_bytes = 4 << 20;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.forbidden, 0);
	assert_true(counts.exchanges >= 127);
	assert_int_equal(defrag.progress.refused[9], 0); /* that is no want of memory */
	check(0);
}

static void a_domain_without_permission_deals(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	faults.highest_order = 1;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.forbidden, 3);
	assert_true(contiguous_blocks() > 90);
	check(0);
}

static void a_forbidden_order_is_asked_for_once(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	faults.highest_order = 8;
	defrag.limits.held_bytes = 2 << 20;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(counts.forbidden, 1);
	assert_int_equal(defrag.progress.refused[9], 0); /* nor is this */
	assert_int_equal(defrag.forbidden, 9);
	assert_true(defrag.progress.taken[8] > 200);
	check(0);
}

static void frames_of_others_are_left_alone(void **state)
{
	(void)state;
	fake_use(8192 + 3, false);
	fake_foreign(8192 + 3);
	fake_give_to_xen(1 << 18, 128 * 512);
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.blocks, 127);
	assert_int_equal(defrag.progress.cured, 126);
	assert_true(!xsw_pfn_is_ours(8192 + 3));
	check(0);
}

/* A page becomes another domain's while its block is emptied. */
static void grant(unsigned long pfn)
{
	if (pfn == 8192) {
		fake_range_asked = NULL;
		fake_use(pfn + 3, true);
		fake_foreign(pfn + 3);
	}
}

static void a_frame_that_becomes_foreign_is_let_go(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	fake_range_asked = grant;
	run_movable();
	assert_int_equal(defrag.progress.busy, 2);
	assert_int_equal(defrag.progress.taken[9], 126);
	check(0);
}

static void holes_and_zones_are_not_asked_for(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	fake_pages[8192 + 511].offline = true;
	fake_pages[8192 + 511].in_buddy = false;
	fake_pages[8192 + 511].user = 1; /* nobody's: not in our hands */
	fake_pages[16384 + 511].zone = fake_pages[FAKE_PAGES - 1].zone;
	run_movable();
	assert_int_equal(defrag.progress.blocks, 126);
	assert_int_equal(defrag.progress.busy, 1);
}

/* Memory goes while the run is on: what was looked at in its beginning may not be there any more.
 */
static void unplug(unsigned long pfn)
{
	u64 i;

	if (pfn != 4096)
		return;
	fake_range_asked = NULL;
	for (i = 0; i < 512; i++) {
		fake_pages[8192 + i].offline = true;
		fake_pages[8192 + i].in_buddy = false;
		fake_pages[8192 + i].user = 1; /* nobody's: not in our hands */
	}
}

static void memory_that_goes_meanwhile_is_not_asked_for(void **state)
{
	u64 i;

	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	fake_range_asked = unplug;
	run_movable();
	assert_int_equal(counts.ranges, 127);
	for (i = 0; i < 512; i++)
		fake_pages[8192 + i].user = 0;
	check(512);
}

static void busy_blocks_are_passed_over(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	faults.busy_ranges = 20;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.busy, 21 - 1);
	assert_int_equal(defrag.progress.cured, 108);
	check(0);
}

static void contiguous_blocks_are_not_touched(void **state)
{
	u64 mfn = 1 << 17;

	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	fake_give_to_xen(mfn, 512);
	fake_lay_out(4096, mfn, 512);
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(xsw_pfn_to_mfn(4096), mfn);
	assert_int_equal(defrag.progress.scattered, defrag.progress.blocks - 1);
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.scattered, 1); /* a second run finds the kernel's own */
	assert_int_equal(defrag.progress.cured, 0);
}

/* ---- bounds ---- */

static void no_more_is_held_than_may_be(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	defrag.limits.held_bytes = 6 << 20;
	fake_range_asked = note_held;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(most_held, 2 * 512); /* when the third block is asked for */
	assert_int_equal(steps, 43);
	assert_int_equal(most_in_step, 4 * 512); /* the kernel's own was tried, too */
}

static void the_domain_keeps_its_floor(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	defrag.limits.free_floor_bytes = 250 << 20; /* of 254 MiB that are free */
	assert_int_equal(run_movable(), XSW_ENDED_PRESSED);
	assert_int_equal(defrag.progress.cured, 2);
	assert_int_equal(least_available >> 20, 252); /* before the last one */
	check(0);
}

static void a_target_ends_it(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	defrag.limits.target_permille = 500;
	defrag.limits.held_bytes = 2 << 20;
	assert_int_equal(run_movable(), XSW_ENDED_TARGET);
	assert_int_equal(defrag.progress.cured, 64);
	assert_int_equal(contiguous_blocks(), 64);
	defrag.limits.target_permille = 500;
	assert_int_equal(run_movable(), XSW_ENDED_TARGET);
	assert_int_equal(defrag.progress.cured, 0);
	check(0);
}

static void a_target_out_of_reach_is_told(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	defrag.limits.target_permille = 1000;
	assert_int_equal(run_movable(), XSW_ENDED_MISSED);
	assert_int_equal(defrag.progress.cured, 127);
}

static void the_operator_stops_it(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	stop_at = 2;
	assert_int_equal(run_movable(), XSW_ENDED_STOPPED);
	assert_int_equal(defrag.progress.cured, 32);
	check(0);
}

/* Nothing can be emptied: no hand gets full, and yet the step ends when somebody waits for it. */
static void a_stop_among_busy_blocks_is_heeded(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	faults.busy_ranges = 200;
	awaited_at = 5;
	stop_at = 1;
	assert_int_equal(run_movable(), XSW_ENDED_STOPPED);
	assert_int_equal(counts.ranges, 5);
	assert_int_equal(most_in_step, 5 * 512); /* a limit of pages a second counts them */
	check(0);
}

/* Who waits for it to freeze: it goes on after that, with all blocks tried. */
static void a_run_goes_on_after_a_freeze(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	awaited_at = 5;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.cured, 127);
	assert_int_equal(most_in_step, 5 * 512);
	check(0);
}

static void no_memory_for_its_arrays_is_survived(void **state)
{
	u32 at;

	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	for (at = 1; at <= 7; at++) {
		faults.kvmalloc_at = at;
		assert_int_equal(run_movable(), XSW_ENDED_MEMORY);
		check(0);
	}
}

/* It is of 16 blocks: for eight there is memory. */
static void no_memory_for_an_exchange_makes_it_a_smaller_one(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	faults.kvmalloc_at = 8;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(faults.kvmalloc_at, 0);
	assert_int_equal(defrag.progress.taken[9], 127);
	assert_int_equal(defrag.untried, 0);
	check(0);
}

static void have_little_memory(unsigned long start)
{
	(void)start;
	faults.kvmalloc_most = 8 * 512 * sizeof(u64);
}

/* For eight blocks as long as the run lasts: half of a hand in each exchange */
static void with_little_memory_each_exchange_is_half_as_large(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	fake_range_asked = have_little_memory;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.taken[9], 127);
	assert_int_equal(counts.exchanges, 2 * 8);
	check(0);
}

/* It cannot be smaller: Xen is asked for the other blocks, and the result tells of this one. */
static void an_exchange_that_was_not_tried_is_told(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 200 * 512);
	defrag.limits.held_bytes = 2 << 20;
	faults.kvmalloc_at = 8;
	assert_int_equal(run_movable(), XSW_ENDED_MEMORY);
	assert_int_equal(defrag.untried, 1);
	assert_int_equal(defrag.progress.refused[9], 0);
	assert_int_equal(defrag.progress.taken[9], 126);
	check(0);
}

static void a_deal_that_xen_refuses_is_told(void **state)
{
	(void)state;
	faults.mmu_update_at = 1;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.deals_refused, 1);
	assert_int_equal(defrag.deal_error, -EPERM);
	check(0);
}

static void a_block_mapped_elsewhere_is_left_alone(void **state)
{
	u64 mfn = xsw_pfn_to_mfn(4096 + 200);

	(void)state;
	fake_give_to_xen(1 << 18, 128 * 512);
	fake_alias_from = 4096 + 200;
	fake_alias_to = 4096 + 203;
	assert_int_equal(run_movable(), XSW_ENDED_DONE);
	assert_int_equal(defrag.progress.busy, 2);
	assert_int_equal(defrag.progress.refused[9], 0);
	assert_int_equal(xsw_pfn_to_mfn(4096 + 200), mfn);
	check(0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		a_run_test(xen_gives_a_block_for_each),
		a_run_test(many_blocks_go_in_one_hypercall),
		a_run_test(used_pages_keep_their_contents),
		a_run_test(without_xen_neighbours_are_dealt_out_of_our_own),
		a_run_test(the_operator_may_forbid_to_ask_xen),
		a_run_test(xen_runs_out_on_the_way),
		a_run_test(small_extents_serve_where_nothing_can_be_dealt),
		a_run_test(a_partial_exchange_loses_nothing),
		a_run_test(a_page_that_xen_refuses_costs_its_block_alone),
		a_run_test(a_domain_without_permission_deals),
		a_run_test(a_forbidden_order_is_asked_for_once),
		a_run_test(frames_of_others_are_left_alone),
		a_run_test(a_frame_that_becomes_foreign_is_let_go),
		a_run_test(holes_and_zones_are_not_asked_for),
		a_run_test(memory_that_goes_meanwhile_is_not_asked_for),
		a_run_test(busy_blocks_are_passed_over),
		a_run_test(contiguous_blocks_are_not_touched),
		a_run_test(no_more_is_held_than_may_be),
		a_run_test(the_domain_keeps_its_floor),
		a_run_test(a_target_ends_it),
		a_run_test(a_target_out_of_reach_is_told),
		a_run_test(the_operator_stops_it),
		a_run_test(a_stop_among_busy_blocks_is_heeded),
		a_run_test(a_run_goes_on_after_a_freeze),
		a_run_test(no_memory_for_its_arrays_is_survived),
		a_run_test(no_memory_for_an_exchange_makes_it_a_smaller_one),
		a_run_test(with_little_memory_each_exchange_is_half_as_large),
		a_run_test(an_exchange_that_was_not_tried_is_told),
		a_run_test(a_deal_that_xen_refuses_is_told),
		a_run_test(a_block_mapped_elsewhere_is_left_alone),
	};

	return run_held_tests(tests);
}
