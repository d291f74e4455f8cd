// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random requests with random faults, in any order: after each, every page and frame is there.
 */
#include <linux/jiffies.h>

#include "held.h"

#define BLOCKS 24
#define ROUNDS 4000

static struct xsw_block blocks[BLOCKS];
static u32 held; /* of them */
static u64 held_pages(void)
{
	u64 pages = 0;
	u32 i;

	for (i = 0; i < held; i++)
		pages += 1ULL << blocks[i].order;
	return pages;
}

/* One in four requests meets one fault, anywhere on its way */
static void plan_fault(void)
{
	u32 at = 1 + (u32)random_below(20);

	faults = (struct fake_faults){ 0 };
	switch (random_below(32)) {
	case 0:
		faults.kvmalloc_at = 1 + at % 4;
		break;
	case 1:
		faults.multicall_at = 1; /* while unmapping: a refusal to map is a defect of Xen */
		break;
	case 2:
		faults.multicall_entry = 1;
		break;
	case 3:
		faults.mmu_update_at = at;
		break;
	case 4:
		faults.p2m_from = random_below(FAKE_PAGES);
		faults.p2m_to = faults.p2m_from + FAKE_PAGES / 4;
		break;
	case 5:
		faults.extents = 1 + at % 3;
		faults.exchange_rc = at % 2 ? -ENOMEM : -EINVAL;
		break;
	case 6:
		faults.busy_ranges = at;
		break;
	case 7:
		faults.pages_at = 1;
		break;
	}
}

static void drop(u32 i)
{
	xsw_hv_free(&blocks[i]);
	blocks[i] = blocks[--held];
}

static void allocate(void)
{
	struct xsw_block *b = &blocks[held];

	if (held < BLOCKS &&
	    !xsw_hv_alloc(b, (u8)random_below(10), 24 + (u8)random_below(10), random_below(2)))
		held++;
}

static void assemble(void)
{
	struct xsw_block *b = &blocks[held];
	u8 order = (u8)random_below(5), bits = 24 + (u8)random_below(9);

	faults.multicall_at = 0; /* its multicalls only map */
	faults.multicall_entry = 0;
	if (held < BLOCKS && !xsw_hv_assemble(b, order, bits)) {
		assert_true(is_run(b, bits));
		held++;
	}
}

/* Neighbours of one order and origin in the list, as the engine's batches are */
static u32 batch_at(u32 i)
{
	u32 n = 0;

	while (i + n < held && blocks[i + n].order == blocks[i].order &&
	       blocks[i + n].origin == blocks[i].origin)
		n++;
	return n;
}

static void exchange(u32 i)
{
	u8 bits = 24 + (u8)random_below(10);
	size_t n = batch_at(i), done, k;

	if (blocks[i].origin == XSW_ORIGIN_NONE) {
		xsw_hv_make_contiguous(&blocks[i], n, bits, &done);
		for (k = 0; k < n; k++)
			assert_int_equal(blocks[i + k].origin == XSW_ORIGIN_EXCHANGED, k < done);
		for (k = 0; k < done; k++)
			assert_true(is_run(&blocks[i + k], bits));
	} else if (blocks[i].origin == XSW_ORIGIN_EXCHANGED) {
		xsw_hv_undo(&blocks[i], n, 0, &done);
		for (k = 0; k < n; k++)
			assert_int_equal(blocks[i + k].origin == XSW_ORIGIN_NONE, k < done);
	}
}

/* Somebody else comes and goes, or gets another frame */
static void disturb(void)
{
	u64 pfn = FAKE_KERNEL + random_below(FAKE_PAGES - FAKE_KERNEL);

	if (fake_pages[pfn].in_buddy)
		fake_use(pfn, random_below(40) != 0);
	if (random_below(2))
		fake_move_frame(pfn, random_below(2) ? random_below(16384)
						     : FAKE_HIGH + random_below(FAKE_PAGES));
	jiffies += random_below(HZ);
}

/* Some of the domain's frames are low: whole runs, and single ones beneath pages everywhere */
static void lay_out(void)
{
	u64 i;

	for (i = 0; i < 64; i++)
		fake_lay_out(2048 + random_below(96) * 512, i * 16, 16);
	for (i = 0; i < 4096; i++)
		fake_move_frame(FAKE_KERNEL + random_below(FAKE_PAGES - FAKE_KERNEL), 2048 + i);
	fake_give_to_xen(8192, 2048);
	fake_give_to_xen(FAKE_HIGH + FAKE_PAGES, 4096);
}

static void nothing_is_ever_lost(void **state)
{
	u32 done[4] = { 0 }, i, n, what;

	(void)state;
	lay_out();
	for (n = 0; n < ROUNDS; n++) {
		plan_fault();
		what = (u32)random_below(10);
		if (what < 3)
			allocate();
		else if (what < 5)
			assemble();
		else if (what < 7 && held)
			exchange((u32)random_below(held));
		else if (what < 8 && held)
			drop((u32)random_below(held));
		else
			disturb();
		if (!(n % 16))
			check(held_pages());
		for (i = 0; i < held; i++)
			done[blocks[i].origin]++;
	}
	check(held_pages());
	for (i = 0; i < 4; i++)
		assert_int_not_equal(done[i], 0);
	faults = (struct fake_faults){ 0 };
	while (held)
		drop(0);
	check(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		held_test(nothing_is_ever_lost),
	};

	random_state = 20261128;
	return run_held_tests(tests);
}
