// SPDX-License-Identifier: GPL-2.0-only
/* What leaks and what does not, from windows that are made up. */
#include <stdio.h>

#include "engine/growth.h"
#include "ok.h"

/* One look in each window: so many live, as many in the balance; a negative number ends it. */
static bool leaks(const int *live)
{
	struct growth g = {};

	for (; *live >= 0; live++) {
		growth_look(&g, *live, *live);
		growth_close(&g);
	}
	return growth_leaks(&g);
}

static bool leaks_beside(const int *live, const int *balance)
{
	struct growth g = {};

	for (; *live >= 0; live++, balance++) {
		growth_look(&g, *live, *balance);
		growth_close(&g);
	}
	return growth_leaks(&g);
}

#define WINDOWS(...) ((const int[]){ __VA_ARGS__, -1 })

int main(void)
{
	struct growth g = {};

	ok(leaks(WINDOWS(1, 2, 3)), "grown in three windows");
	ok(!leaks(WINDOWS(1, 2)), "two are too few");
	ok(!leaks(WINDOWS(7, 7, 7, 7)), "held, not growing");
	ok(leaks(WINDOWS(4, 8, 8, 12)), "a window in which it stood still is forgiven");
	ok(leaks(WINDOWS(4, 8, 12, 12)), "the last one, too");
	ok(!leaks(WINDOWS(4, 8, 8, 8, 12)), "two of them are not");
	ok(leaks(WINDOWS(4, 8, 8, 12, 12, 16)), "one in two is forgiven, for it grows on");
	ok(!leaks(WINDOWS(4, 8, 6, 12)), "what shrinks does not leak");
	ok(!leaks(WINDOWS(4, 8, 12, 0)), "nor what is undone at the end");
	ok(!leaks_beside(WINDOWS(10, 20, 30, 40), WINDOWS(256, 256, 256, 256)),
	   "a ring that is refilled: the device's balance stays");
	ok(!leaks_beside(WINDOWS(10, 20, 30, 40), WINDOWS(256, 255, 256, 255)),
	   "nor does it when the balance wavers");
	growth_look(&g, 500, 500);
	growth_look(&g, 3, 3);
	growth_look(&g, 400, 400);
	growth_close(&g);
	growth_look(&g, 3, 3);
	growth_look(&g, 900, 900);
	growth_close(&g);
	ok(g.grown == 1, "of a window its least counts: a burst is no growth");
	return done_testing();
}
