/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine, an engine and a device for a unit test, and what most tests do with them.
 */
#ifndef XSW_TEST_WORLD_H
#define XSW_TEST_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "machine.h"
#include "told.h"
#include "state.h"

#define MIB   (1ULL << 20)
#define LOW4G 0xffffffffULL

struct world {
	struct xsw_engine *e;
	struct xsw_dev dev;
	struct xsw_change change;
};

/* 256 MiB of domain above 4 GiB, scattered; 128 MiB free below */
extern const struct model_config usual_machine;

void world_start(struct world *w, const struct model_config *c, u64 pool_bytes);
void world_attach(struct world *w, u64 mask);
/* Detach and destroy; fails the test if anything was lost on the way */
void world_stop(struct world *w);

void fill(void *to, size_t n, u32 seed);
bool is_filled(const void *from, size_t n, u32 seed);

/* Map, expecting success: the bus address, and @o unless NULL */
u64 must_map(struct world *w, u64 phys, size_t n, enum xsw_dir dir, struct xsw_outcome *o);
enum xsw_fail must_fail(struct world *w, u64 phys, size_t n, enum xsw_dir dir);
void must_unmap(struct world *w, u64 bus, size_t n, enum xsw_dir dir);

/* Does this bus address lie in the pool? */
bool owns(struct world *w, u64 bus);

/* A coherent block, wherever it comes from */
void *alloc_block(struct xsw_dev *d, size_t n, bool atomic, u64 *bus);

#define assert_reason(o, r) assert_string_equal(xsw_bounce_name((o).bounce), xsw_bounce_name(r))
#define assert_fail(f, r)   assert_string_equal(xsw_fail_name(f), xsw_fail_name(r))

/* Between start() and stop() of the same file */
#define xsw_unit_test(test) cmocka_unit_test_setup_teardown(test, start, stop)

#define xsw_run_tests(tests) \
	(cmocka_set_message_output(CM_OUTPUT_TAP), cmocka_run_group_tests(tests, NULL, NULL))

#endif /* XSW_TEST_WORLD_H */
