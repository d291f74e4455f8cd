// SPDX-License-Identifier: GPL-2.0-only
/*
 * The search for scattered blocks that are held for Xen: where it begins, and when it ends and
 * rests.
 */
#include <linux/jiffies.h>

#include "../../defrag/search.h"
#include "runs.h"

#define CURED (1u << 17) /* frames of memory that is contiguous */

/* All memory but the kernel's block and @scattered blocks, from the second on */
static void cure_all_but(u64 scattered)
{
	fake_give_to_xen(CURED, FAKE_PAGES);
	fake_lay_out(512 * (1 + scattered), CURED, FAKE_PAGES - 512 * (1 + scattered));
	fake_xen_top = 0; /* the frames it had are not for us */
}

static void it_begins_in_the_middle_and_goes_round(void **state)
{
	struct xsw_search s;
	u64 i;

	(void)state;
	xsw_search_begin(&s, 200, 200);
	for (i = 0; i < 128; i++)
		assert_int_equal(xsw_search_next(&s), (64 + i) % 128 * 512);
	assert_int_equal(xsw_search_next(&s), XSW_NO_FRAME);
}

static void it_looks_at_no_more_than_it_may(void **state)
{
	struct xsw_search s;
	u64 n = 0;

	(void)state;
	xsw_search_begin(&s, 10, 200);
	while (xsw_search_next(&s) != XSW_NO_FRAME)
		n++;
	assert_int_equal(n, 10);
	xsw_search_end(&s, false);
	xsw_search_begin(&s, 10, 200);
	assert_int_equal(xsw_search_next(&s), (64 + 10) * 512); /* the next one goes on */
}

static void contiguous_blocks_and_those_of_others_are_passed_over(void **state)
{
	struct xsw_search s;

	(void)state;
	fake_give_to_xen(CURED, 512);
	fake_lay_out(64 * 512, CURED, 512);
	fake_use(65 * 512 + 3, false);
	fake_foreign(65 * 512 + 3);
	xsw_search_begin(&s, 10, 200);
	assert_int_equal(xsw_search_next(&s), 66 * 512);
}

static void it_ends_its_step_early(void **state)
{
	struct xsw_search s;

	(void)state;
	cure_all_but(0);
	awaited_at = 1;
	counts.ranges = 1;
	xsw_search_begin(&s, 100, 100);
	assert_int_equal(xsw_search_next(&s), XSW_NO_FRAME);
	assert_int_equal(s.left, 99);
}

static void scatter_ten_blocks(void)
{
	u64 i;

	for (i = 20; i < 30; i++)
		fake_move_frame(512 * i + 100, FAKE_HIGH + 30000 + 7 * i);
}

/* Memory has too few: that is seen once, and not again for a minute, however often a run begins. */
static void it_rests_when_all_memory_had_too_few(void **state)
{
	(void)state;
	cure_all_but(0);
	defrag.limits.xen_floor_blocks = 4;
	run_hot();
	assert_int_equal(defrag.unkept, XSW_UNKEPT_BLOCKS);
	fake_give_to_xen(1 << 18, 40 * 512);
	scatter_ten_blocks();
	run_hot();
	assert_int_equal(defrag.unkept, XSW_UNKEPT_BLOCKS);
	jiffies += 30 * HZ;
	run_hot();
	assert_int_equal(defrag.unkept, XSW_UNKEPT_BLOCKS);
	jiffies += 31 * HZ;
	run_hot();
	assert_int_equal(defrag.progress.kept, 4);
	check(0);
}

/* They have looked at all memory together, and yet there may be more. */
static void it_does_not_rest_after_runs_that_had_enough(void **state)
{
	struct xsw_search s;
	u32 n;

	(void)state;
	for (n = 0; n < 200; n++) {
		xsw_search_begin(&s, 200, 200);
		assert_true(xsw_search_next(&s) != XSW_NO_FRAME);
		xsw_search_end(&s, true);
	}
}

/* A run of phase 1 looks at all memory itself. */
static void a_run_of_phase_1_ends_the_rest(void **state)
{
	struct xsw_search s;

	(void)state;
	cure_all_but(6);
	fake_give_to_xen(1 << 18, 40 * 512);
	xsw_search_begin(&s, 200, 200);
	s.looked = 128;
	xsw_search_end(&s, false);
	defrag.limits.xen_floor_blocks = 4;
	run_hot();
	assert_int_equal(defrag.unkept, XSW_UNKEPT_BLOCKS);
	run_movable();
	assert_int_equal(defrag.progress.kept, 4);
	check(0);
}

/* The first run tries busy blocks alone, the second goes on behind them. */
static void a_search_goes_on_behind_busy_blocks(void **state)
{
	(void)state;
	fake_give_to_xen(1 << 18, 40 * 512);
	faults.busy_ranges = 20;
	defrag.limits.xen_floor_blocks = 4;
	run_hot();
	assert_int_equal(defrag.unkept, XSW_UNKEPT_BLOCKS);
	run_hot();
	assert_int_equal(defrag.progress.kept, 4);
	check(0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		a_run_test(it_begins_in_the_middle_and_goes_round),
		a_run_test(it_looks_at_no_more_than_it_may),
		a_run_test(contiguous_blocks_and_those_of_others_are_passed_over),
		a_run_test(it_ends_its_step_early),
		a_run_test(it_rests_when_all_memory_had_too_few),
		a_run_test(it_does_not_rest_after_runs_that_had_enough),
		a_run_test(a_run_of_phase_1_ends_the_rest),
		a_run_test(a_search_goes_on_behind_busy_blocks),
	};

	return run_held_tests(tests);
}
