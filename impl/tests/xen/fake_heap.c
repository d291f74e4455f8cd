// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fake Xen's free frames, and which of them it gives: as get_free_buddy() of Xen 4.17 and 4.20
 * (xen/common/page_alloc.c) looks for them.
 *
 * How this works.  Free frames are kept as the largest naturally aligned blocks, a bit for each in
 * the map of its order.  Frames from 2^(z-1) up to 2^z are zone z.  Xen looks in the highest zone
 * that is asked for first, and only within a zone for the smallest block that is large enough; of
 * that it gives the upper end.  Of blocks alike this one takes the highest.
 */
#include "fake.h"

#define ORDERS 19 /* Xen's MAX_ORDER is 18 */
#define WORDS  (FAKE_FRAMES / 64)

static u64 map[ORDERS][WORDS];

static bool is_head(u64 mfn, unsigned int order)
{
	u64 at = mfn >> order;

	return at < FAKE_FRAMES >> order && (map[order][at / 64] >> at % 64 & 1);
}

static void flip(u64 mfn, unsigned int order)
{
	map[order][(mfn >> order) / 64] ^= 1ULL << (mfn >> order) % 64;
}

void fake_heap_start(void)
{
	memset(map, 0, sizeof(map));
}

void fake_heap_add(u64 mfn)
{
	unsigned int order = 0;

	for (; order + 1 < ORDERS && is_head(mfn ^ 1ULL << order, order); order++) {
		flip(mfn ^ 1ULL << order, order);
		mfn &= ~(1ULL << order);
	}
	flip(mfn, order);
}

void fake_heap_remove(u64 mfn)
{
	unsigned int order = 0;

	while (!is_head(ALIGN_DOWN(mfn, 1ULL << order), order))
		order++;
	flip(ALIGN_DOWN(mfn, 1ULL << order), order);
	while (order--)
		flip(ALIGN_DOWN(mfn, 1ULL << order) ^ 1ULL << order, order);
}

/* The highest block of this order in [from, to).  Return: ~0 if there is none. */
static u64 highest(unsigned int order, u64 from, u64 to)
{
	u64 at;

	for (at = to >> order; at > from >> order;) {
		if (!(at % 64) && !map[order][at / 64 - 1]) {
			at -= 64;
			continue;
		}
		at--;
		if (map[order][at / 64] >> at % 64 & 1)
			return at << order;
	}
	return ~0ULL;
}

static u64 find_in_zone(unsigned int order, u64 from, u64 to)
{
	unsigned int larger;
	u64 mfn;

	for (larger = order; larger < ORDERS; larger++) {
		if ((to - from) >> larger == 0)
			break;
		mfn = highest(larger, from, to);
		if (mfn != ~0ULL)
			return mfn + (1ULL << larger) - (1ULL << order);
	}
	return ~0ULL;
}

u64 fake_heap_find(unsigned int order, u64 limit)
{
	u64 to = limit < FAKE_FRAMES ? limit : FAKE_FRAMES, from, mfn;

	for (; to; to = from) {
		from = 1;
		while (2 * from < to)
			from *= 2;
		if (to == 1)
			from = 0;
		mfn = find_in_zone(order, from, to);
		if (mfn != ~0ULL)
			return mfn;
	}
	return ~0ULL;
}
