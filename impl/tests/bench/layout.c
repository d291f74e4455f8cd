// SPDX-License-Identifier: GPL-2.0-only
/*
 * Held mappings from a fixed seed: the same sequence for every scheme.
 *
 * Mappings of a mix of sizes are claimed until the pool has been asked for whole, then dropped at
 * random down to the share wanted, so the free slots lie as in a pool that has lived.
 */
#include <stdlib.h>

#include "bench.h"

static const struct {
	const char *name;
	u32 sizes[8];
} mixes[] = {
	{ "small", { 512, 1522, 2048, 4096, 4096, 1522, 4096, 2048 } },
	{ "mixed", { 512, 4096, 4096, 8192, 16384, 32768, 65536, 4096 } },
	{ "large", { 4096, 65536, 131072, 262144, 65536, 20480, 131072, 12288 } },
};

u32 slots_of(u32 size)
{
	return (size + XSW_SLOT_SIZE - 1) / XSW_SLOT_SIZE;
}

const char *layout_name(u32 layout)
{
	return mixes[layout % 3].name;
}

static void hold_all(struct side *s, u32 layout, u64 *seed, u32 asked)
{
	u32 sum = 0;

	while (sum < asked) {
		struct xsw_request r = { .boundary_mask = ~0ULL };
		enum xsw_fail why;
		u32 at;

		r.size = mixes[layout % 3].sizes[model_random(seed) % 8];
		r.orig = model_random(seed) % 4096 * 4096;
		sum += slots_of(r.size);
		at = s->scheme->claim(s->pool, &r, &why);
		if (at == XSW_SLOTS_NONE)
			continue;
		s->held[s->nr_held] = r;
		s->where[s->nr_held++] = at;
		s->held_slots += slots_of(r.size);
	}
}

void layout_hold(struct side *s, u32 percent, u32 layout)
{
	u64 seed = 1000 + layout;
	u32 want = (u32)((u64)POOL_SLOTS * percent / 100);

	s->held = calloc(POOL_SLOTS + 1, sizeof(*s->held));
	s->where = calloc(POOL_SLOTS + 1, sizeof(*s->where));
	s->nr_held = 0;
	s->held_slots = 0;
	if (!percent)
		return;
	hold_all(s, layout, &seed, POOL_SLOTS);
	while (s->held_slots > want) {
		u32 k = (u32)(model_random(&seed) % s->nr_held);

		s->scheme->release(s->pool, s->where[k], &s->held[k]);
		s->held_slots -= slots_of(s->held[k].size);
		s->held[k] = s->held[--s->nr_held];
		s->where[k] = s->where[s->nr_held];
	}
	if (percent == 100) { /* what no mapping of the mix fitted */
		struct xsw_request r = { .orig = 4096, .size = 2048, .boundary_mask = ~0ULL };
		enum xsw_fail why;
		u32 at;

		while ((at = s->scheme->claim(s->pool, &r, &why)) != XSW_SLOTS_NONE) {
			s->held[s->nr_held] = r;
			s->where[s->nr_held++] = at;
			s->held_slots++;
		}
	}
}

void layout_drop(struct side *s)
{
	u32 k;

	for (k = 0; k < s->nr_held; k++)
		s->scheme->release(s->pool, s->where[k], &s->held[k]);
	free(s->held);
	free(s->where);
	s->nr_held = 0;
}
