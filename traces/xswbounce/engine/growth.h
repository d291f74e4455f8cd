/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does a number of live mappings keep growing?
 *
 * Time is cut into windows. The least number seen in each counts, so that a burst of load is no
 * growth, and so does the least balance of the device: a ring that is refilled by known mappings
 * while unknown older ones are undone grows in the first, but not in the second. What has grown in
 * three windows leaks. One window between in which it stood still is forgiven, for on a busy
 * machine whoever leaks may not run for so long; what shrinks does not leak.
 */
#ifndef XB_GROWTH_H
#define XB_GROWTH_H

#include <stdbool.h>

#define GROWTH_WINDOWS 3 /* in which it must have grown */

struct growth {
	long long least, balance; /* in this window; valid if it was seen */
	long long least_before, balance_before;
	int grown;
	bool seen;
	bool still; /* in the window before */
};

/* A look at it, of which each window has some. */
void growth_look(struct growth *g, long long live, long long balance);

/* The window is over. */
void growth_close(struct growth *g);

bool growth_leaks(const struct growth *g);

#endif /* XB_GROWTH_H */
