// SPDX-License-Identifier: GPL-2.0-only
/*
 * XENMEM_exchange and the work around it: every way it can stop, and nothing lost by any.
 */
#include "held.h"

/* The frames of @b before an exchange, to be compared */
struct before {
	u64 mfn[64];
};

static struct before note(const struct xsw_block *b)
{
	struct before was;
	u64 i;

	for (i = 0; i < 1ULL << b->order; i++)
		was.mfn[i] = mfn_of(b, i);
	return was;
}

static bool is_as(const struct xsw_block *b, const struct before *was)
{
	u64 i;

	for (i = 0; i < 1ULL << b->order; i++)
		if (mfn_of(b, i) != was->mfn[i])
			return false;
	return b->origin == XSW_ORIGIN_NONE;
}

/* Exchanges @n blocks with a fault planned: none is done, and each has the frames it had. */
static void must_stay(struct xsw_block *b, u32 n, enum xsw_exchange_result expected)
{
	struct before was[8];
	size_t done = 99;
	u32 i;

	for (i = 0; i < n; i++)
		was[i] = note(&b[i]);
	assert_int_equal(xsw_hv_make_contiguous(b, n, 32, &done), expected);
	assert_int_equal(done, 0);
	assert_int_equal(last_exchange.result, expected);
	assert_int_equal(last_exchange.exchanged, 0);
	for (i = 0; i < n; i++)
		assert_true(is_as(&b[i], &was[i]));
}

static void a_batch_is_one_hypercall(void **state)
{
	struct xsw_block b[8];
	size_t done, i;

	(void)state;
	fake_give_to_xen(4096, 4096);
	take_scattered(b, 8, 3);
	counts = (struct fake_counts){ 0 };
	assert_int_equal(xsw_hv_make_contiguous(b, 8, 32, &done), XSW_EXCHANGE_OK);
	assert_int_equal(done, 8);
	for (i = 0; i < 8; i++)
		assert_true(is_exchanged(&b[i], 32));
	assert_int_equal(counts.exchanges, 1);
	assert_int_equal(counts.multicalls, 2);
	assert_int_equal(counts.flushes, 1);
	check(64);
	assert_false(last_exchange.undo);
	assert_int_equal(last_exchange.order, 3);
	assert_int_equal(last_exchange.address_bits, 32);
	assert_int_equal(last_exchange.extents, 8);
	assert_int_equal(last_exchange.exchanged, 8);
	assert_int_equal(last_exchange.rc, 0);
	assert_true(last_exchange.ns > 0);
	assert_int_equal(xsw_hv_undo(b, 8, 0, &done), XSW_EXCHANGE_OK);
	let_go(b, 8);
	check(0);
}

/* 1,536 pages: three multicalls of 512 to unmap and three to map, still one flush */
static void a_large_batch_is_written_in_pieces(void **state)
{
	struct xsw_block b[3];
	size_t done, i;

	(void)state;
	fake_give_to_xen(8192, 2048);
	take_scattered(b, 3, 9);
	counts = (struct fake_counts){ 0 };
	assert_int_equal(xsw_hv_make_contiguous(b, 3, 30, &done), XSW_EXCHANGE_OK);
	for (i = 0; i < 3; i++)
		assert_true(is_exchanged(&b[i], 30));
	assert_int_equal(counts.multicalls, 6);
	assert_int_equal(counts.flushes, 1);
	check(1536);
}

static void frames_come_from_below_the_width(void **state)
{
	struct xsw_block b[2];
	size_t done;

	(void)state;
	fake_give_to_xen(4096, 64); /* not below 2^24 */
	fake_give_to_xen(1024, 8);
	take_scattered(b, 2, 3);
	assert_int_equal(xsw_hv_make_contiguous(b, 2, 24, &done), XSW_EXCHANGE_PARTIAL);
	assert_int_equal(done, 1);
	assert_int_equal(mfn_of(&b[0], 0), 1024);
	assert_int_equal(b[1].origin, XSW_ORIGIN_NONE);
	assert_int_equal(last_exchange.rc, -ENOMEM);
	check(16);
}

static void nothing_to_exchange_is_no_hypercall(void **state)
{
	struct xsw_block b;
	size_t done = 5;

	(void)state;
	assert_int_equal(xsw_hv_make_contiguous(&b, 0, 32, &done), XSW_EXCHANGE_OK);
	assert_int_equal(done, 0);
	done = 5;
	assert_int_equal(xsw_hv_undo(&b, 0, 0, &done), XSW_EXCHANGE_OK);
	assert_int_equal(done, 0);
	assert_int_equal(counts.exchanges, 0);
	check(0);
}

static void a_partial_exchange_loses_nothing(void **state)
{
	struct xsw_block b[5];
	struct before was[5];
	size_t done, i;

	(void)state;
	fake_give_to_xen(4096, 4096);
	take_scattered(b, 5, 4);
	for (i = 0; i < 5; i++)
		was[i] = note(&b[i]);
	faults.extents = 2 + 1;
	assert_int_equal(xsw_hv_make_contiguous(b, 5, 32, &done), XSW_EXCHANGE_PARTIAL);
	assert_int_equal(done, 2);
	assert_int_equal(last_exchange.exchanged, 2);
	for (i = 0; i < 2; i++)
		assert_true(is_exchanged(&b[i], 32));
	for (; i < 5; i++)
		assert_true(is_as(&b[i], &was[i]));
	check(80);
	faults.extents = 0;
	assert_int_equal(xsw_hv_make_contiguous(b + 2, 3, 32, &done), XSW_EXCHANGE_OK);
	check(80);
}

static void each_refusal_has_its_result(void **state)
{
	static const struct {
		int rc;
		enum xsw_exchange_result result;
	} refusals[] = {
		{ -ENOMEM, XSW_EXCHANGE_NO_MEMORY }, { -EPERM, XSW_EXCHANGE_ORDER },
		{ -EINVAL, XSW_EXCHANGE_PAGE },      { -EFAULT, XSW_EXCHANGE_OTHER },
		{ -ENOSYS, XSW_EXCHANGE_OTHER },
	};
	struct xsw_block b[2];
	size_t i;

	(void)state;
	take_scattered(b, 2, 3);
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		faults.extents = 1;
		faults.exchange_rc = refusals[i].rc;
		must_stay(b, 2, refusals[i].result);
		assert_int_equal(last_exchange.rc, refusals[i].rc);
		check(16);
	}
}

static void xen_without_low_memory_says_so(void **state)
{
	struct xsw_block b[2];

	(void)state;
	take_scattered(b, 2, 3);
	must_stay(b, 2, XSW_EXCHANGE_NO_MEMORY);
	faults.highest_order = 2;
	must_stay(b, 2, XSW_EXCHANGE_ORDER);
	check(16);
}

/* Something else maps a page of the third block: two are done, and the third on its own is told */
static void a_page_mapped_elsewhere_is_told(void **state)
{
	struct xsw_block b[4];
	size_t done;

	(void)state;
	fake_give_to_xen(4096, 4096);
	take_scattered(b, 4, 3);
	fake_frames[mfn_of(&b[2], 5)].mapped++;
	assert_int_equal(xsw_hv_make_contiguous(b, 4, 32, &done), XSW_EXCHANGE_PARTIAL);
	assert_int_equal(done, 2);
	assert_int_equal(last_exchange.rc, -EINVAL);
	must_stay(b + 2, 2, XSW_EXCHANGE_PAGE);
	fake_frames[mfn_of(&b[2], 5)].mapped--;
	check(32);
}

/* Xen would take the foreign frame of the wrong domain: it is not even asked. */
static void a_page_that_is_not_ours_stops_it(void **state)
{
	struct xsw_block b[2];

	(void)state;
	take_scattered(b, 2, 3);
	fake_foreign(b[1].pfn + 7);
	counts = (struct fake_counts){ 0 };
	must_stay(b, 1, XSW_EXCHANGE_NO_MEMORY);
	counts = (struct fake_counts){ 0 };
	must_stay(b + 1, 1, XSW_EXCHANGE_PAGE);
	assert_int_equal(last_exchange.rc, -EINVAL);
	assert_int_equal(counts.exchanges, 0);
	assert_int_equal(counts.multicalls, 0);
}

/* Pages are unmapped in pieces of 512: a fault in the first or the second, nothing exchanged */
static void what_cannot_be_unmapped_is_mapped_again(void **state)
{
	struct xsw_block b[2];
	size_t done;
	u32 at;

	(void)state;
	fake_give_to_xen(8192, 2048);
	take_scattered(b, 2, 9);
	for (at = 1; at <= 2; at++) {
		faults.multicall_at = at;
		assert_int_equal(xsw_hv_make_contiguous(b, 2, 32, &done), XSW_EXCHANGE_OTHER);
		assert_int_equal(done, 0);
		assert_int_equal(last_exchange.rc, -EFAULT);
		check(1024);

		faults.multicall_entry = at;
		assert_int_equal(xsw_hv_make_contiguous(b, 2, 32, &done), XSW_EXCHANGE_OTHER);
		assert_int_equal(done, 0);
		assert_int_equal(last_exchange.rc, -EINVAL);
		check(1024);
	}
	assert_int_equal(counts.exchanges, 0);
	assert_int_equal(b[0].origin, XSW_ORIGIN_NONE);
	assert_int_equal(b[1].origin, XSW_ORIGIN_NONE);
}

/* A leaf of the P2M that the kernel shares between tables is read-only. */
static void a_read_only_p2m_stops_it(void **state)
{
	struct xsw_block b[2];

	(void)state;
	fake_give_to_xen(4096, 4096);
	take_scattered(b, 2, 3);
	faults.p2m_from = b[1].pfn + 3;
	faults.p2m_to = faults.p2m_from + 2;
	must_stay(b, 2, XSW_EXCHANGE_OTHER);
	assert_int_equal(last_exchange.rc, -EFAULT);
	assert_int_equal(counts.exchanges, 0);
	check(16);
}

/* A page handed back without its mapping would be somebody's fault: it is tried again. */
static void a_refused_remap_is_tried_again(void **state)
{
	struct xsw_block b[2];
	size_t done;
	u32 i;

	(void)state;
	fake_give_to_xen(4096, 4096);
	take_scattered(b, 2, 3);
	for (i = 0; i < 2; i++) {
		if (i)
			faults.multicall_at = 2;
		else
			faults.multicall_entry = 2;
		assert_int_equal(xsw_hv_make_contiguous(&b[i], 1, 32, &done), XSW_EXCHANGE_OK);
		assert_true(is_exchanged(&b[i], 32));
		check(16);
	}
}

/* Xen has no ground to refuse the new frames: it is warned of, and the P2M says the truth. */
static void a_remap_refused_for_good_is_warned_of(void **state)
{
	struct xsw_block b;
	size_t done;

	(void)state;
	fake_give_to_xen(4096, 4096);
	take_scattered(&b, 1, 3);
	faults.multicall_entry = 2;
	faults.update_va_at = 1;
	assert_int_equal(xsw_hv_make_contiguous(&b, 1, 32, &done), XSW_EXCHANGE_OK);
	assert_true(is_exchanged(&b, 32));
	assert_int_equal(fake_pte[b.pfn + 1], 0);
	fake_set_pte(b.pfn + 1, mfn_of(&b, 1) << PAGE_SHIFT | PAGE_KERNEL);
	check_warned(8);
}

static void no_memory_for_its_arrays_is_not_xens_refusal(void **state)
{
	struct xsw_block b[2];
	size_t done;
	u32 at;

	(void)state;
	fake_give_to_xen(4096, 4096);
	take_scattered(b, 2, 3);
	for (at = 1; at <= 4; at++) {
		faults.kvmalloc_at = at;
		must_stay(b, 2, XSW_EXCHANGE_UNTRIED);
		assert_int_equal(last_exchange.rc, -ENOMEM);
		check(16);
	}
	assert_int_equal(counts.exchanges, 0);
	assert_int_equal(xsw_hv_make_contiguous(b, 2, 32, &done), XSW_EXCHANGE_OK);
	for (at = 1; at <= 4; at++) {
		faults.kvmalloc_at = at;
		assert_int_equal(xsw_hv_undo(b, 2, 0, &done), XSW_EXCHANGE_UNTRIED);
		assert_int_equal(done, 0);
		assert_true(is_exchanged(&b[0], 32) && is_exchanged(&b[1], 32));
		check(16);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		held_test(a_batch_is_one_hypercall),
		held_test(a_large_batch_is_written_in_pieces),
		held_test(frames_come_from_below_the_width),
		held_test(nothing_to_exchange_is_no_hypercall),
		held_test(a_partial_exchange_loses_nothing),
		held_test(each_refusal_has_its_result),
		held_test(xen_without_low_memory_says_so),
		held_test(a_page_mapped_elsewhere_is_told),
		held_test(a_page_that_is_not_ours_stops_it),
		held_test(what_cannot_be_unmapped_is_mapped_again),
		held_test(a_read_only_p2m_stops_it),
		held_test(a_refused_remap_is_tried_again),
		held_test(a_remap_refused_for_good_is_warned_of),
		held_test(no_memory_for_its_arrays_is_not_xens_refusal),
	};

	return run_held_tests(tests);
}
