// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scattered run and its block: scattered.h.
 */
#include "scattered.h"

u64 page_of(u64 i)
{
	return HOME + 512 * i + (i ? 8 + i * 3 % 8 : 0);
}

void scatter(u8 order)
{
	u64 i;

	for (i = 0; i < 1ULL << order; i++)
		fake_move_frame(page_of(i), RUN + i);
}

int start_scattered(void **state)
{
	int failed = start(state);

	scatter(3);
	return failed;
}

bool is_assembled(const struct xsw_block *b, u8 order, u8 bits)
{
	return b->origin == XSW_ORIGIN_ASSEMBLED && b->order == order && is_run(b, bits) &&
	       !(b->pfn & ((1ULL << order) - 1)) && b->va == page_address(pfn_to_page(b->pfn));
}

void must_fail(u8 order, u8 bits)
{
	struct xsw_block b;

	assert_int_equal(xsw_hv_assemble(&b, order, bits), -ENOMEM);
}

void must_assemble(u8 order, u8 bits)
{
	struct xsw_block b;

	assert_int_equal(xsw_hv_assemble(&b, order, bits), 0);
	assert_true(is_assembled(&b, order, bits));
	check(1ULL << order);
	xsw_hv_free(&b);
	check(0);
}
