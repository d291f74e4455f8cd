/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of impl/xen share: a fresh machine for each, and blocks that they hold.
 */
#ifndef HELD_H
#define HELD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../core/hypervisor.h"
#include "../../core/tell.h"
#include "fake.h"

extern struct xsw_exchange_record last_exchange; /* what was told of the last one: all zero, none */

/* A fresh machine, and no memory of the test before in impl/xen */
int start(void **state);

/* Everything is where it must be, with @pages held, and nothing was warned of. */
void check(u64 pages);
/* Likewise, but there was a warning: Xen refused what it had no ground to refuse. */
void check_warned(u64 pages);

/* A block from the page allocator, or of low frames; aligned ones only */
struct xsw_block take(u8 order, u8 bits);
void take_scattered(struct xsw_block *b, u32 n, u8 order);
void let_go(struct xsw_block *b, u32 n);

u64 mfn_of(const struct xsw_block *b, u64 page);
/* Are its frames an aligned run below 2^bits? */
bool is_run(const struct xsw_block *b, u8 bits);
/* ... that an exchange has made it? */
bool is_exchanged(const struct xsw_block *b, u8 bits);
u64 pages_in_use_by_others(void);

/* A number below @n, by xorshift64 (Marsaglia 2003).  A test that wants any seeds the state. */
u64 random_below(u64 n);
extern u64 random_state;

#define held_test(test) cmocka_unit_test_setup(test, start)

#define run_held_tests(tests) \
	(cmocka_set_message_output(CM_OUTPUT_TAP), cmocka_run_group_tests(tests, NULL, NULL))

#endif /* HELD_H */
