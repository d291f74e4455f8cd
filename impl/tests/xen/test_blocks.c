// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking blocks from Linux: low contiguous ones first, without harm to anybody.
 */
#include <linux/jiffies.h>

#include "held.h"

/* A page in the middle of free memory.  Linux gives one run of a pageblock, then it is in use. */
#define FIRST 4096u

#define REST (10 * HZ) /* of a search that has seen all */

static bool is_found(const struct xsw_block *b, u8 bits)
{
	return b->origin == XSW_ORIGIN_FOUND && is_run(b, bits);
}

/* No low run is left: a block of this order comes from anywhere */
static void must_find_none(u8 order, u8 bits)
{
	struct xsw_block b = take(order, bits);

	assert_int_equal(b.origin, XSW_ORIGIN_NONE);
	xsw_hv_free(&b);
}

static void a_low_run_is_found(void **state)
{
	struct xsw_block b[3];

	(void)state;
	fake_lay_out(FIRST, 4096, 8);
	fake_lay_out(FIRST + 512, 4096 + 8, 8);
	b[0] = take(3, 32);
	assert_true(is_found(&b[0], 32));
	b[1] = take(3, 32);
	assert_true(is_found(&b[1], 32));
	b[2] = take(3, 32);
	assert_int_equal(b[2].origin, XSW_ORIGIN_NONE);
	assert_int_equal(counts.ranges, 2);
	check(24);
	let_go(b, 3);
	check(0);
}

static void a_run_may_have_to_be_aligned(void **state)
{
	struct xsw_block b;

	(void)state;
	fake_lay_out(FIRST, 4096 + 4, 8);
	must_find_none(3, 32);
	assert_int_equal(xsw_hv_alloc(&b, 3, 32, false), 0);
	assert_int_equal(b.origin, XSW_ORIGIN_FOUND);
	assert_int_equal(b.pfn, FIRST);
	assert_int_equal(mfn_of(&b, 0), 4096 + 4);
	xsw_hv_free(&b);
	check(0);
}

static void a_run_must_be_low_to_its_last_frame(void **state)
{
	struct xsw_block b;

	(void)state;
	fake_lay_out(FIRST, 8192 - 4, 8);
	assert_int_equal(8192, 1 << (25 - PAGE_SHIFT));
	assert_int_equal(xsw_hv_alloc(&b, 3, 25, false), 0);
	assert_int_equal(b.origin, XSW_ORIGIN_NONE);
	assert_int_equal(xsw_hv_alloc(&b, 3, 26, false), 0);
	assert_int_equal(b.pfn, FIRST);
	check(16);
}

static void a_run_with_one_wrong_frame_is_none(void **state)
{
	u64 i;

	(void)state;
	for (i = 0; i < 8; i++) {
		fake_lay_out(FIRST, 4096, 8);
		fake_move_frame(FIRST + i, 100 * i + 17);
		must_find_none(3, 32);
		jiffies += REST;
	}
	fake_lay_out(FIRST, 4096, 8);
	fake_foreign(FIRST + 6);
	must_find_none(3, 32);
	check(0);
}

/* Somebody's movable pages lie in the run: they move, with all that is in them */
static void movable_pages_move_away(void **state)
{
	struct xsw_block b;
	u64 in_use = pages_in_use_by_others(), i;

	(void)state;
	fake_lay_out(FIRST, 4096, 512);
	for (i = 0; i < 512; i += 3)
		fake_use(FIRST + i, true);
	b = take(9, 32);
	assert_true(is_found(&b, 32));
	assert_int_equal(pages_in_use_by_others(), in_use + 171);
	check(512);
	xsw_hv_free(&b);
	check(0);
}

static void a_run_in_use_is_left_alone(void **state)
{
	struct xsw_block b;

	(void)state;
	fake_lay_out(FIRST, 4096, 8);
	fake_lay_out(2 * FIRST, 8192, 8);
	fake_use(FIRST + 3, false);
	b = take(3, 32);
	assert_true(is_found(&b, 32));
	assert_int_equal(b.pfn, 2 * FIRST);
	assert_int_equal(counts.ranges, 2);
	check(8);
	xsw_hv_free(&b);
}

/* A call gives up after a few busy runs; the next one goes on behind them */
static void busy_runs_cost_a_call_little(void **state)
{
	struct xsw_block b;

	(void)state;
	fake_lay_out(FIRST, 4096, 96);
	faults.busy_ranges = 10;
	b = take(3, 32);
	assert_int_equal(b.origin, XSW_ORIGIN_NONE);
	assert_int_equal(counts.ranges, 8);
	assert_int_equal(faults.busy_ranges, 2);
	xsw_hv_free(&b);
	b = take(3, 32);
	assert_int_equal(b.pfn, FIRST + 10 * 8);
	assert_true(is_found(&b, 32));
	check(8);
	xsw_hv_free(&b);
}

/* alloc_contig_range() wants pages of one zone that are all online */
static void holes_and_zones_are_respected(void **state)
{
	(void)state;
	fake_lay_out(FAKE_PAGES / 2 - 8, 4096, 16);
	fake_pages[FAKE_PAGES / 2 - 4].offline = true;
	fake_pages[FAKE_PAGES / 2 + 7].offline = true;
	fake_pages[FAKE_PAGES / 2 - 8].zone = fake_pages[FAKE_PAGES / 2].zone;
	must_find_none(4, 32);
	must_find_none(3, 32);
	fake_lay_out(FIRST, 4096, 8);
	fake_pages[FIRST].offline = true;
	jiffies += REST;
	must_find_none(3, 32);
	fake_pages[FAKE_PAGES / 2 - 4].offline = false;
	check(0);
}

static void the_first_page_of_all_is_nobodys(void **state)
{
	u64 i;

	(void)state;
	fake_lay_out(0, 4096, 8);
	for (i = 0; i < FAKE_KERNEL; i++)
		fake_use(i, true);
	must_find_none(3, 32);
	assert_int_equal(counts.ranges, 0);
	check(0);
}

/* A search for a narrow mask that finds nothing is not the end of the search for a wider one */
static void each_width_has_a_search_of_its_own(void **state)
{
	u64 i;

	(void)state;
	for (i = 0; i < 3; i++)
		fake_lay_out(FIRST + 512 * i, 8192 + 8 * i, 8); /* above 2^24 */
	must_find_none(3, 24);
	assert_int_equal(take(3, 32).pfn, FIRST);
	must_find_none(3, 24);
	assert_int_equal(take(3, 32).origin, XSW_ORIGIN_FOUND);
	assert_int_equal(take(3, 30).origin, XSW_ORIGIN_FOUND);
	check(24);
}

/* Memory for a wide mask comes from above 4 GiB, then 1 GiB, then 16 MiB, and low at last. */
static void low_frames_are_left_to_narrow_masks(void **state)
{
	static const u64 mfn[] = { 2048, 8192, 1 << 18, (1 << 20) + FAKE_PAGES };
	struct xsw_block b[4];
	int i;

	(void)state;
	for (i = 0; i < 4; i++)
		fake_lay_out(FIRST * (i + 1), mfn[i], 8);
	for (i = 3; i >= 0; i--) {
		b[i] = take(3, 40);
		assert_int_equal(mfn_of(&b[i], 0), mfn[i]);
	}
	let_go(b, 4);
	for (i = 2; i >= 0; i--) {
		b[i] = take(3, 32);
		assert_int_equal(mfn_of(&b[i], 0), mfn[i]);
	}
	must_find_none(3, 32);
	let_go(b, 3);
	assert_int_equal(mfn_of(&(struct xsw_block){ .pfn = take(3, 30).pfn }, 0), mfn[1]);
	assert_int_equal(mfn_of(&(struct xsw_block){ .pfn = take(3, 24).pfn }, 0), mfn[0]);
	check(16);
}

/* The P2M has room for much more than the domain has: nobody looks at each entry beyond. */
static void a_pass_ends_where_memory_ends(void **state)
{
	(void)state;
	fake_lay_out(FAKE_PAGES - 8, 4096, 8);
	counts.beyond = 0;
	must_find_none(0, 24);
	assert_true(counts.beyond <= FAKE_P2M / pageblock_nr_pages);
	assert_int_equal(take(3, 32).pfn, FAKE_PAGES - 8);
	check(8);
}

/* A search that has seen all rests, so that the many blocks of a pool do not each cost a pass. */
static void a_search_rests_and_begins_anew(void **state)
{
	(void)state;
	must_find_none(3, 32);
	fake_lay_out(FIRST, 4096, 8); /* set free meanwhile */
	must_find_none(3, 32);
	jiffies += REST - 1;
	must_find_none(3, 32);
	jiffies++;
	assert_int_equal(take(3, 32).pfn, FIRST);
	check(8);
}

static void a_block_that_comes_back_is_found_at_once(void **state)
{
	struct xsw_block b;

	(void)state;
	fake_lay_out(FIRST, 4096, 8);
	b = take(3, 32);
	must_find_none(3, 32);
	xsw_hv_free(&b);
	assert_int_equal(b.order, 0);
	assert_int_equal(b.origin, XSW_ORIGIN_NONE);
	assert_int_equal(take(3, 32).pfn, FIRST);
	check(8);
}

/* What lay before the cursor when it was busy is found once the table has been gone through. */
static void the_search_wraps(void **state)
{
	struct xsw_block b;

	(void)state;
	fake_lay_out(FIRST, 4096, 8);
	fake_lay_out(2 * FIRST, 4096 + 512, 8);
	faults.busy_ranges = 1;
	b = take(3, 32);
	assert_int_equal(b.pfn, 2 * FIRST);
	assert_int_equal(take(3, 32).pfn, FIRST); /* by the pass for frames below 2^24 */
	check(16);
}

static void no_memory_is_an_error_and_kills_nobody(void **state)
{
	struct xsw_block b;

	(void)state;
	assert_int_equal(xsw_hv_alloc(&b, MAX_PAGE_ORDER + 1, 32, false), -ENOMEM);
	faults.pages_at = 1;
	assert_int_equal(xsw_hv_alloc(&b, 0, 32, false), -ENOMEM);
	assert_int_equal(xsw_hv_alloc(&b, 9, 32, false), -ENOMEM);
	assert_int_equal(counts.oom_kills, 0);
	check(0);
}

static void what_is_available_is_told(void **state)
{
	u64 free_pages = FAKE_PAGES - FAKE_KERNEL;

	(void)state;
	assert_int_equal(xsw_hv_available(), free_pages << PAGE_SHIFT);
	take(9, 32);
	assert_int_equal(xsw_hv_available(), (free_pages - 512) << PAGE_SHIFT);
	fake_pressed = (long)free_pages;
	assert_int_equal(xsw_hv_available(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		held_test(a_low_run_is_found),
		held_test(a_run_may_have_to_be_aligned),
		held_test(a_run_must_be_low_to_its_last_frame),
		held_test(a_run_with_one_wrong_frame_is_none),
		held_test(movable_pages_move_away),
		held_test(a_run_in_use_is_left_alone),
		held_test(busy_runs_cost_a_call_little),
		held_test(holes_and_zones_are_respected),
		held_test(the_first_page_of_all_is_nobodys),
		held_test(each_width_has_a_search_of_its_own),
		held_test(low_frames_are_left_to_narrow_masks),
		held_test(a_pass_ends_where_memory_ends),
		held_test(a_search_rests_and_begins_anew),
		held_test(a_block_that_comes_back_is_found_at_once),
		held_test(the_search_wraps),
		held_test(no_memory_is_an_error_and_kills_nobody),
		held_test(what_is_available_is_told),
	};

	return run_held_tests(tests);
}
