// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a pool holds at the start, laid out as it was in the recorded one, and then shuffled.
 *
 * Where slots are in use decides, near the peak, whether free ones lie side by side, and another
 * pool than the recorded one would not have had them at the same places.  What is kept is the
 * pattern within a segment of 128 slots; which of the pool's segments each falls on is drawn by
 * chance, anew for each layout, and what meets on one place moves on.  For that the pool is filled
 * slot by slot, and a run is emptied for each mapping of the start: the allocator has no other
 * place to give.  Then the rest is emptied.
 */
#include <stdlib.h>

#include "worn.h"

#define SEGMENT 128u  /* slots that upstream keeps together, and a page's worth of ours */
#define WHOLE   1024u /* slots of a segment of ours */

struct worn {
	const struct xsw_scheme *scheme;
	void *pool;
	u32 slots;
	u64 seed;
	bool filled[];
};

static const struct xsw_request one_slot = { .orig = 1ULL << 33,
					     .boundary_mask = ~0ULL,
					     .size = XSW_SLOT_SIZE };

/* Where a segment of the recorded pool falls in this layout */
static u32 segment_of(const struct worn *w, u32 segment)
{
	u64 hash = (segment + 1) * 0x9e3779b97f4a7c15ULL ^ w->seed;

	hash = (hash ^ hash >> 31) * 0xc2b2ae3d27d4eb4fULL;
	return (u32)((hash ^ hash >> 29) % (w->slots / SEGMENT));
}

struct worn *worn_begin(const struct xsw_scheme *scheme, void *pool, u32 slots, u64 seed)
{
	struct worn *w = calloc(1, sizeof(*w) + slots * sizeof(w->filled[0]));
	enum xsw_fail why;
	u32 i, at;

	if (!w)
		return NULL;
	*w = (struct worn){ .scheme = scheme, .pool = pool, .slots = slots };
	w->seed = seed * 0x165667b19e3779f9ULL;
	for (i = 0; i < slots; i++) {
		at = scheme->claim(pool, &one_slot, &why);
		if (at >= slots) {
			worn_end(w);
			return NULL;
		}
		w->filled[at] = true;
	}
	return w;
}

static bool is_filled(const struct worn *w, u32 at, u32 slots)
{
	u32 i;

	for (i = 0; i < slots; i++)
		if (!w->filled[at + i])
			return false;
	return true;
}

static void empty(struct worn *w, u32 at)
{
	w->filled[at] = false;
	w->scheme->release(w->pool, at, &one_slot);
}

/* Upwards from where it lay; a page stays at a page's beginning */
bool worn_open(struct worn *w, u32 place, u32 slots)
{
	u32 at = segment_of(w, place / SEGMENT) * SEGMENT + place % SEGMENT;
	u32 within = slots > SEGMENT ? WHOLE : SEGMENT, step = slots > 1 ? 2 : 1, tried, i;

	for (tried = 0; tried < w->slots; tried += step, at += step) {
		at %= w->slots;
		if (at % within + slots > within || at + slots > w->slots ||
		    !is_filled(w, at, slots))
			continue;
		for (i = 0; i < slots; i++)
			empty(w, at + i);
		return true;
	}
	return false;
}

void worn_end(struct worn *w)
{
	u32 i;

	for (i = 0; i < w->slots; i++)
		if (w->filled[i])
			empty(w, i);
	free(w);
}
