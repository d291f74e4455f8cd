// SPDX-License-Identifier: GPL-2.0-only
/* A walk over a large pool takes milliseconds: not for every failure of a storm. */
#include "engine/walk.h"

#define BETWEEN 100000000 /* nanoseconds */

bool walk_is_due(u64 time)
{
	static u64 last;

	if (last && (long long)(time - last) < BETWEEN)
		return false;
	last = time;
	return true;
}

bool walk_explains(const struct xb_failure *f, const struct xb_pool *now)
{
	return f->fail != XB_FAIL_FRAGMENTED || now->largest << XB_SLOT_SHIFT < f->m.size;
}

unsigned int walk_map_shift(u64 slots)
{
	unsigned int shift = 4;

	while (slots > (u64)XB_MAP_GROUPS << shift)
		shift++;
	return shift;
}
