// SPDX-License-Identifier: GPL-2.0-only
/*
 * Machine mappings: the page table names a device's frames, and never when Linux looks at it.
 */
#include "held.h"
#include "../../xen/iomap.h"

#define BAR 0xfe000ULL /* first frame of a device's memory */

static int start_with_device(void **state)
{
	int failed = start(state);
	u64 i;

	for (i = 0; i < VMAP_PAGES; i++)
		fake_frames[BAR + i].owner = OF_DEVICE;
	return failed;
}

static void a_bar_is_mapped(void **state)
{
	struct xsw_iomap m;

	(void)state;
	assert_int_equal(xsw_iomap(&m, (BAR + 3) << PAGE_SHIFT | 0x124, 4), 0);
	assert_int_equal(m.pages, 1);
	assert_int_equal((unsigned long)m.base, VMAP_AREA + 0x124);
	assert_int_equal(fake_vmap_pte[0], (BAR + 3) << PAGE_SHIFT | PAGE_KERNEL_IO_NOCACHE);
	xsw_iounmap(&m);
	assert_null(m.base);
	check(0);
}

static void bytes_across_pages_need_both(void **state)
{
	struct xsw_iomap m;
	u64 i;

	(void)state;
	assert_int_equal(xsw_iomap(&m, (BAR << PAGE_SHIFT) + PAGE_SIZE - 2, 4 * PAGE_SIZE), 0);
	assert_int_equal(m.pages, 5);
	for (i = 0; i < 5; i++)
		assert_int_equal(fake_vmap_pte[i] >> PAGE_SHIFT, BAR + i);
	xsw_iounmap(&m);
	check(0);
}

/* The frames behind the BAR are not this domain's to touch */
static void frames_of_others_are_refused(void **state)
{
	struct xsw_iomap m;
	u64 pages;

	(void)state;
	for (pages = 0; pages < 3; pages++) {
		assert_int_equal(xsw_iomap(&m, (BAR + VMAP_PAGES - pages) << PAGE_SHIFT,
					   4 * PAGE_SIZE),
				 -EPERM);
		check(0);
	}
}

static void no_memory_is_survived(void **state)
{
	struct xsw_iomap m;

	(void)state;
	faults.pages_at = 1;
	assert_int_equal(xsw_iomap(&m, BAR << PAGE_SHIFT, 4), -ENOMEM);
	check(0);
	faults.pages_at = 0;
	faults.kvmalloc_at = 1;
	assert_int_equal(xsw_iomap(&m, BAR << PAGE_SHIFT, 4), -ENOMEM);
	check(0);
	faults.vmap_at = 1;
	assert_int_equal(xsw_iomap(&m, BAR << PAGE_SHIFT, 4), -ENOMEM);
	check(0);
}

/* Xen has no ground to refuse our own page: it is warned of */
static void a_refused_restore_is_warned_of(void **state)
{
	struct xsw_iomap m;

	(void)state;
	assert_int_equal(xsw_iomap(&m, BAR << PAGE_SHIFT, 4), 0);
	fake_vmap_pte[0] = xsw_pfn_to_mfn(page_to_pfn(m.backing)) << PAGE_SHIFT | PAGE_KERNEL;
	faults.update_va_at = 1;
	xsw_iounmap(&m);
	check_warned(0);
}

#define device_test(test) cmocka_unit_test_setup(test, start_with_device)

int main(void)
{
	const struct CMUnitTest tests[] = {
		device_test(a_bar_is_mapped),
		device_test(bytes_across_pages_need_both),
		device_test(frames_of_others_are_refused),
		device_test(no_memory_is_survived),
		device_test(a_refused_restore_is_warned_of),
	};

	return run_held_tests(tests);
}
