// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs of the defragmenter with random bounds and faults, while memory is used and let go: after
 * each every page and frame is where it must be, and each user's contents are what they were.
 */
#include "runs.h"

#define RUNS 60

static void plan_faults(void)
{
	u32 at = 1 + (u32)random_below(20);

	faults = (struct fake_faults){ 0 };
	switch (random_below(12)) {
	case 0:
		faults.kvmalloc_at = at;
		break;
	case 1:
		faults.mmu_update_at = at * 100;
		break;
	case 2:
		faults.p2m_from = random_below(FAKE_PAGES);
		faults.p2m_to = faults.p2m_from + FAKE_PAGES / 4;
		break;
	case 3:
		faults.extents = 1 + at % 5;
		faults.exchange_rc = at % 2 ? -ENOMEM : -EINVAL;
		break;
	case 4:
		faults.highest_order = 1 + at % 9;
		break;
	case 5:
		faults.busy_ranges = at * 3;
		break;
	case 6:
		faults.pages_at = at * 10;
		break;
	}
}

/* Somebody else comes or goes; now and then his page is another domain's, or cannot move. */
static void disturb(void)
{
	u32 n;

	for (n = 0; n < 50; n++) {
		u64 pfn = FAKE_KERNEL + random_below(FAKE_PAGES - FAKE_KERNEL);

		if (fake_pages[pfn].in_buddy)
			fake_use(pfn, random_below(40) != 0);
		else if (fake_pages[pfn].user && xsw_pfn_is_ours(pfn))
			fake_free(pfn);
	}
	if (!random_below(4) && fake_pages[60000].in_buddy) {
		fake_use(60000, false);
		fake_foreign(60000);
	}
}

static void plan_run(void)
{
	struct xsw_limits *l = &defrag.limits;

	l->held_bytes = (2 + 2 * random_below(16)) << 20;
	l->free_floor_bytes = random_below(4) ? 0 : random_below(256) << 20;
	l->xen_floor_blocks = random_below(4) ? 0 : random_below(12);
	l->target_permille = (u32)random_below(4) ? 0 : (u32)random_below(1001);
	l->width = random_below(6) ? 0 : 24 + (u8)random_below(10);
	l->low_most_bytes = (1 + random_below(32)) << 20;
	l->ask_xen = random_below(4) != 0;
	stop_at = random_below(4) ? 0 : 1 + (u32)random_below(6);
}

static void nothing_is_ever_lost(void **state)
{
	u64 users;
	u32 n;

	(void)state;
	fake_give_to_xen(1 << 18, 24 * 512);
	fake_give_to_xen(1 << 12, 24 * 512);
	between_passes = disturb;
	for (n = 0; n < RUNS; n++) {
		disturb();
		plan_run();
		plan_faults();
		users = pages_in_use_by_others();
		if (random_below(2)) {
			run_movable();
			assert_int_equal(pages_in_use_by_others(), users);
		} else {
			run_hot();
		}
		assert_int_equal(fake_check(0), 0);
		assert_true(defrag.progress.kept <= defrag.limits.xen_floor_blocks);
		assert_true(defrag.progress.low_bytes <= defrag.limits.low_most_bytes);
	}
	assert_int_equal(counts.warnings, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		a_run_test(nothing_is_ever_lost),
	};

	random_state = 15112026;
	return run_held_tests(tests);
}
