// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that change frames among each other, and every refusal on the way.
 */
#include "scattered.h"

static void a_policy_that_forbids_it_leaves_all_as_it_was(void **state)
{
	u32 at;

	(void)state;
	for (at = 1; at <= 15; at++) {
		faults.mmu_update_at = at;
		must_fail(3, 32);
		assert_int_equal(faults.mmu_update_at, 0);
		assert_int_equal(xsw_pfn_to_mfn(page_of(3)), RUN + 3);
		check(0);
	}
	must_assemble(3, 32);
}

/* Refused in the second piece: the first one is taken back */
static void a_refusal_half_way_is_taken_back(void **state)
{
	u64 i;

	(void)state;
	for (i = 0; i < 512; i++)
		fake_move_frame(HOME + 512 * (i % 16) + i / 16 * 7, RUN + i);
	faults.mmu_update_at = 256 + 100;
	must_fail(9, 32);
	check(0);
	assert_int_equal(counts.mmu_updates, 2 + 992); /* each page for itself */
	must_assemble(9, 32);
}

static void a_read_only_p2m_stops_it_before_xen_is_told(void **state)
{
	u64 i;

	(void)state;
	for (i = 0; i < 8; i++) {
		faults.p2m_from = page_of(i);
		faults.p2m_to = page_of(i) + 1;
		must_fail(3, 32);
		check(0);
	}
	faults.p2m_from = HOME + 4; /* the block's */
	faults.p2m_to = HOME + 5;
	must_fail(3, 32);
	check(0);
	assert_int_equal(counts.mmu_updates, 0);
}

static void a_page_mapped_elsewhere_keeps_its_frame(void **state)
{
	(void)state;
	fake_alias_from = page_of(3);
	fake_alias_to = page_of(3) + 1;
	must_fail(3, 32);
	assert_int_equal(xsw_pfn_to_mfn(page_of(3)), RUN + 3);
	assert_int_equal(counts.mmu_updates, 0);
	check(0);
}

static void a_refused_mapping_is_tried_again(void **state)
{
	struct xsw_block b;

	(void)state;
	faults.multicall_entry = 1;
	assert_int_equal(xsw_hv_assemble(&b, 3, 32), 0);
	assert_true(is_assembled(&b, 3, 32));
	check(8);
}

static void a_refusal_to_map_at_all_is_tried_again(void **state)
{
	struct xsw_block b;

	(void)state;
	faults.multicall_at = 1;
	assert_int_equal(xsw_hv_assemble(&b, 3, 32), 0);
	assert_true(is_assembled(&b, 3, 32));
	check(8);
}

/* Xen has no ground to refuse: it is warned of, and the P2M says the truth. */
static void a_mapping_refused_for_good_is_warned_of(void **state)
{
	struct xsw_block b;

	(void)state;
	faults.multicall_entry = 1;
	faults.update_va_at = 1;
	assert_int_equal(xsw_hv_assemble(&b, 3, 32), 0);
	assert_true(is_assembled(&b, 3, 32));
	fake_set_pte(b.pfn + 1, (RUN + 1) << PAGE_SHIFT | PAGE_KERNEL);
	check_warned(8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scattered_test(a_policy_that_forbids_it_leaves_all_as_it_was),
		held_test(a_refusal_half_way_is_taken_back),
		scattered_test(a_read_only_p2m_stops_it_before_xen_is_told),
		scattered_test(a_page_mapped_elsewhere_keeps_its_frame),
		scattered_test(a_refused_mapping_is_tried_again),
		scattered_test(a_refusal_to_map_at_all_is_tried_again),
		scattered_test(a_mapping_refused_for_good_is_warned_of),
	};

	return run_held_tests(tests);
}
