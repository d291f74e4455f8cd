// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tests of impl/xen share: a fresh machine for each, and blocks that they hold.
 */
#include <linux/jiffies.h>

#include "held.h"

struct xsw_exchange_record last_exchange;

void xsw_tell(const struct xsw_event *event)
{
	assert_int_equal(event->what, XSW_TOLD_EXCHANGED);
	last_exchange = event->exchanged;
}

/* A contiguous block that comes back has all searches of blocks.c begin anew. */
int start(void **state)
{
	struct xsw_block b = { .origin = XSW_ORIGIN_FOUND };

	(void)state;
	fake_start();
	jiffies += 100 * HZ;
	b.pfn = page_to_pfn(alloc_pages(__GFP_NORETRY, 0));
	xsw_hv_free(&b);
	counts = (struct fake_counts){ 0 };
	last_exchange = (struct xsw_exchange_record){ 0 };
	return fake_check(0) ? -1 : 0;
}

void check(u64 pages)
{
	assert_int_equal(fake_check(pages), 0);
	assert_int_equal(counts.warnings, 0);
}

void check_warned(u64 pages)
{
	assert_int_equal(fake_check(pages), 0);
	assert_int_not_equal(counts.warnings, 0);
}

struct xsw_block take(u8 order, u8 bits)
{
	struct xsw_block b;

	assert_int_equal(xsw_hv_alloc(&b, order, bits, true), 0);
	assert_int_equal(b.order, order);
	assert_int_equal(b.pfn & ((1ULL << order) - 1), 0);
	assert_ptr_equal(b.va, page_address(pfn_to_page(b.pfn)));
	return b;
}

void take_scattered(struct xsw_block *b, u32 n, u8 order)
{
	while (n--) {
		*b = take(order, 24);
		assert_int_equal(b->origin, XSW_ORIGIN_NONE);
		b++;
	}
}

void let_go(struct xsw_block *b, u32 n)
{
	while (n--)
		xsw_hv_free(b++);
}

u64 mfn_of(const struct xsw_block *b, u64 page)
{
	return xsw_pfn_to_mfn(b->pfn + page);
}

bool is_run(const struct xsw_block *b, u8 bits)
{
	u64 pages = 1ULL << b->order, i;

	for (i = 0; i < pages; i++)
		if (mfn_of(b, i) != mfn_of(b, 0) + i)
			return false;
	return !(mfn_of(b, 0) & (pages - 1)) && mfn_of(b, pages - 1) >> (bits - PAGE_SHIFT) == 0;
}

bool is_exchanged(const struct xsw_block *b, u8 bits)
{
	return b->origin == XSW_ORIGIN_EXCHANGED && is_run(b, bits);
}

u64 pages_in_use_by_others(void)
{
	u64 n = 0, i;

	for (i = 0; i < FAKE_PAGES; i++)
		n += fake_pages[i].user != 0;
	return n;
}

u64 random_state;

u64 random_below(u64 n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % n;
}
