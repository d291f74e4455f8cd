// SPDX-License-Identifier: GPL-2.0-only
/*
 * Giving exchanged blocks back to Xen, and what stays where it refuses.
 */
#include "held.h"

static void make(struct xsw_block *b, u32 n, u8 order)
{
	size_t done;

	take_scattered(b, n, order);
	assert_int_equal(xsw_hv_make_contiguous(b, n, 32, &done), XSW_EXCHANGE_OK);
	counts = (struct fake_counts){ 0 };
}

static void an_undo_gives_xen_its_frames_back(void **state)
{
	struct xsw_block b[4];
	u64 low[4];
	size_t done, i, k;

	(void)state;
	fake_give_to_xen(4096, 64);
	fake_give_to_xen(FAKE_HIGH + FAKE_PAGES, 64);
	make(b, 4, 3);
	for (i = 0; i < 4; i++)
		low[i] = mfn_of(&b[i], 0);
	assert_int_equal(xsw_hv_undo(b, 4, 0, &done), XSW_EXCHANGE_OK);
	assert_int_equal(done, 4);
	assert_true(last_exchange.undo);
	assert_int_equal(last_exchange.extents, 4);
	assert_int_equal(counts.exchanges, 1);
	assert_int_equal(counts.flushes, 1);
	for (i = 0; i < 4; i++) {
		assert_int_equal(b[i].origin, XSW_ORIGIN_NONE);
		for (k = 0; k < 8; k++)
			assert_int_equal(fake_frames[low[i] + k].owner, OF_XEN);
	}
	check(32);
	let_go(b, 4);
	check(0);
}

static void a_refused_undo_leaves_the_blocks_as_they_are(void **state)
{
	struct xsw_block b[4];
	size_t done, i;

	(void)state;
	fake_give_to_xen(4096, 64);
	make(b, 4, 3);
	faults.extents = 1;
	assert_int_equal(xsw_hv_undo(b, 4, 0, &done), XSW_EXCHANGE_NO_MEMORY);
	assert_int_equal(done, 0);
	for (i = 0; i < 4; i++)
		assert_true(is_exchanged(&b[i], 32));
	check(32);
	faults.extents = 1 + 1;
	assert_int_equal(xsw_hv_undo(b, 4, 0, &done), XSW_EXCHANGE_PARTIAL);
	assert_int_equal(done, 1);
	assert_int_equal(b[0].origin, XSW_ORIGIN_NONE);
	for (i = 1; i < 4; i++)
		assert_true(is_exchanged(&b[i], 32));
	check(32);
}

/* After a restore the domain has other frames: those blocks have nothing to undo. */
static void restored_blocks_are_not_offered(void **state)
{
	struct xsw_block b[4];
	size_t done, i;

	(void)state;
	fake_give_to_xen(4096, 64);
	make(b, 4, 3);
	for (i = 0; i < 8; i++)
		fake_move_frame(b[1].pfn + i, FAKE_HIGH + 64 * i);
	fake_lay_out(b[3].pfn, FAKE_HIGH + 1024 + 4, 8); /* neighbours, but not aligned */
	assert_int_equal(xsw_hv_undo(b, 4, 0, &done), XSW_EXCHANGE_OK);
	assert_int_equal(done, 4);
	assert_int_equal(counts.exchanges, 2);
	assert_int_equal(last_exchange.extents, 1);
	for (i = 0; i < 4; i++)
		assert_int_equal(b[i].origin, XSW_ORIGIN_NONE);
	check(32);
}

static void a_page_gone_from_the_p2m_is_not_undone(void **state)
{
	struct xsw_block b;
	size_t done;

	(void)state;
	fake_give_to_xen(4096, 64);
	make(&b, 1, 0);
	fake_foreign(b.pfn);
	assert_int_equal(xsw_hv_undo(&b, 1, 0, &done), XSW_EXCHANGE_PAGE);
	assert_int_equal(done, 0);
	assert_int_equal(counts.exchanges, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		held_test(an_undo_gives_xen_its_frames_back),
		held_test(a_refused_undo_leaves_the_blocks_as_they_are),
		held_test(restored_blocks_are_not_offered),
		held_test(a_page_gone_from_the_p2m_is_not_undone),
	};

	return run_held_tests(tests);
}
