// SPDX-License-Identifier: GPL-2.0-only
/*
 * How wide a device must be to reach the whole machine.
 */
#include "held.h"
#include "../../xen/machine.h"

static void the_mask_covers_the_highest_frame(void **state)
{
	(void)state;
	fake_highest_frame = 1L << 20; /* frames 0 to 2^20 - 1: 4 GiB */
	assert_int_equal(xsw_machine_mask(), 0xffffffffULL);
	fake_highest_frame = (1L << 20) + 1;
	assert_int_equal(xsw_machine_mask(), 0x1ffffffffULL);
	fake_highest_frame = 6L << 18;
	assert_int_equal(xsw_machine_mask(), 0x1ffffffffULL);
	fake_highest_frame = 1;
	assert_int_equal(xsw_machine_mask(), 0xfff);
}

static void what_xen_does_not_tell_is_taken_for_wide(void **state)
{
	(void)state;
	fake_highest_frame = -EPERM;
	assert_int_equal(xsw_machine_mask(), ~0ULL);
	fake_highest_frame = 0;
	assert_int_equal(xsw_machine_mask(), ~0ULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		held_test(the_mask_covers_the_highest_frame),
		held_test(what_xen_does_not_tell_is_taken_for_wide),
	};

	return run_held_tests(tests);
}
