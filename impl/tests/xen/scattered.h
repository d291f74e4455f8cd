/* SPDX-License-Identifier: GPL-2.0-only */
/* A run of machine frames whose pages lie scattered, and the block that is assembled of it. */
#ifndef XSW_TEST_SCATTERED_H
#define XSW_TEST_SCATTERED_H

#include "held.h"

#define RUN  4096u /* the frames of the run */
#define HOME 8192u /* the page of its first frame, a block's first page */

/* The page that has frame RUN + @i: each in a pageblock of its own, and not in order */
u64 page_of(u64 i);

/* A run of 2^@order frames beneath free pages, scattered */
void scatter(u8 order);

int start_scattered(void **state); /* one of order 3 */

bool is_assembled(const struct xsw_block *b, u8 order, u8 bits);

/* Nothing can be assembled; a block can, and is given back */
void must_fail(u8 order, u8 bits);
void must_assemble(u8 order, u8 bits);

#define scattered_test(test) cmocka_unit_test_setup(test, start_scattered)

#endif /* XSW_TEST_SCATTERED_H */
