// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the defragmenter knows of contiguity, and how it deals the frames of some blocks out anew.
 */
#include "../../defrag/neighbours.h"
#include "runs.h"

#define RUN (1u << 17) /* frames that a test lays out */

static struct xsw_contiguity count(u64 pfn)
{
	struct xsw_contiguity c = { 0 };

	xsw_contiguity_add(&c, pfn);
	return c;
}

static void a_scattered_block_is_of_order_0(void **state)
{
	struct xsw_contiguity c = count(8192);

	(void)state;
	assert_int_equal(c.pages, 512);
	assert_int_equal(c.largest[0], 512);
	assert_int_equal(c.low, 0);
}

static void blocks_count_by_their_natural_alignment(void **state)
{
	struct xsw_contiguity c;

	(void)state;
	fake_give_to_xen(RUN, 512);
	fake_lay_out(8192 + 12, RUN, 20); /* 12..31: orders 2 and 4 */
	fake_lay_out(8192 + 65, RUN + 100, 2);
	c = count(8192);
	assert_int_equal(c.pages, 512);
	assert_int_equal(c.largest[4], 16);
	assert_int_equal(c.largest[2], 4);
	assert_int_equal(c.largest[1], 0);
	assert_int_equal(c.largest[0], 492);
	assert_int_equal(c.low, 22);
}

static void a_whole_block_is_of_order_9(void **state)
{
	(void)state;
	fake_give_to_xen(RUN, 512);
	fake_lay_out(8192, RUN, 512);
	assert_int_equal(count(8192).largest[9], 512);
	assert_true(xsw_is_contiguous(8192, 512, 0));
	assert_true(xsw_is_contiguous(8192, 512, 30));
	assert_true(!xsw_is_contiguous(8192, 512, 29)); /* 2^17 frames are 2^29 bytes */
}

static void frames_of_others_do_not_count(void **state)
{
	(void)state;
	fake_give_to_xen(RUN, 512);
	fake_lay_out(8192, RUN, 512);
	fake_use(8192 + 3, false);
	fake_foreign(8192 + 3);
	assert_true(!xsw_is_contiguous(8192, 512, 0));
	assert_true(!xsw_is_contiguous(8192, 4, 0));
	assert_true(xsw_is_contiguous(8192, 2, 0));
	assert_int_equal(count(8192).pages, 511);
	assert_int_equal(count(8192).largest[8], 256);
}

/* ---- dealing ---- */

static u64 page[1024], frame[1024], sorted[1024];
static struct xsw_deal deal = { .page = page, .frame = frame };

/* Two blocks in our hands, neighbours */
static struct xsw_block begin(void)
{
	struct xsw_block b = take(10, 64);
	u64 i;

	fake_give_to_xen(RUN, 1024);
	for (i = 0; i < 1024; i++)
		page[i] = b.pfn + i;
	return b;
}

static void what_wins_nothing_is_not_dealt(void **state)
{
	struct xsw_block b = begin();

	(void)state;
	deal.n = 512;
	assert_int_equal(xsw_neighbours(&deal, sorted), -EALREADY);
	assert_int_equal(counts.mmu_updates, 0);
	xsw_hv_free(&b);
}

static void reversed_frames_are_turned_round(void **state)
{
	struct xsw_block b = begin();
	u64 i;

	(void)state;
	for (i = 0; i < 512; i++)
		fake_move_frame(b.pfn + i, RUN + 511 - i);
	deal.n = 512;
	assert_int_equal(xsw_neighbours(&deal, sorted), 0);
	assert_int_equal(xsw_pfn_to_mfn(b.pfn), RUN);
	assert_true(xsw_is_contiguous(b.pfn, 512, 0));
	assert_int_equal(counts.flushes, 1);
	check(1024);
	xsw_hv_free(&b);
}

/* A single frame, then a stretch of 600, then single ones: the stretch's 512 come first. */
static void the_largest_pieces_are_aligned(void **state)
{
	struct xsw_block b = begin();
	u64 i;

	(void)state;
	for (i = 0; i < 1024; i++)
		if (i != 1 && i < 602)
			fake_move_frame(b.pfn + (i * 5) % 1024, RUN + i);
	deal.n = 1024;
	assert_int_equal(xsw_neighbours(&deal, sorted), 0);
	assert_int_equal(xsw_pfn_to_mfn(b.pfn), RUN + 2);
	assert_true(xsw_is_contiguous(b.pfn, 512, 0));
	assert_true(xsw_is_contiguous(b.pfn + 512, 64, 0));
	check(1024);
	xsw_hv_free(&b);
}

/* Xen refuses one frame for good: late in the plan, but early where all is taken back. */
static void what_is_refused_for_good_is_taken_back_around_it(void **state)
{
	struct xsw_block b = begin();
	u64 i;

	(void)state;
	for (i = 0; i < 1024; i++)
		fake_move_frame(b.pfn + i, RUN + 1023 - i);
	deal.n = 1024;
	faults.m2p_refused = RUN + 1000;
	assert_int_equal(xsw_neighbours(&deal, sorted), -EPERM);
	assert_int_equal(xsw_pfn_to_mfn(b.pfn), RUN + 1023);
	check(1024);
	xsw_hv_free(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		a_run_test(a_scattered_block_is_of_order_0),
		a_run_test(blocks_count_by_their_natural_alignment),
		a_run_test(a_whole_block_is_of_order_9),
		a_run_test(frames_of_others_do_not_count),
		a_run_test(what_wins_nothing_is_not_dealt),
		a_run_test(reversed_frames_are_turned_round),
		a_run_test(the_largest_pieces_are_aligned),
		a_run_test(what_is_refused_for_good_is_taken_back_around_it),
	};

	return run_held_tests(tests);
}
