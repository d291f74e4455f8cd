// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of live mappings: open addressing with linear probing.  A place that is given up is
 * closed by moving back what was pushed behind it.
 */
#include <stdlib.h>

#include "live.h"

#define FIRST_PLACES 1024u /* a power of two */

static u64 home_of(const struct live_table *t, u64 key)
{
	return (key * 0x9e3779b97f4a7c15ULL >> 24) & (t->places - 1);
}

static struct live *place_of(const struct live_table *t, u64 key)
{
	u64 i = home_of(t, key);

	while (t->table[i].kind != LIVE_NONE && t->table[i].key != key)
		i = (i + 1) & (t->places - 1);
	return &t->table[i];
}

struct live *live_find(const struct live_table *t, u64 key)
{
	struct live *at;

	if (unlikely(!t->places))
		return NULL;
	at = place_of(t, key);
	return at->kind == LIVE_NONE ? NULL : at;
}

static bool grow(struct live_table *t)
{
	struct live_table old = *t;
	u64 i;

	t->places = old.places ? 2 * old.places : FIRST_PLACES;
	t->table = calloc(t->places, sizeof(*t->table));
	if (!t->table) {
		*t = old;
		return false;
	}
	for (i = 0; i < old.places; i++)
		if (old.table[i].kind != LIVE_NONE)
			*place_of(t, old.table[i].key) = old.table[i];
	free(old.table);
	return true;
}

struct live *live_add(struct live_table *t, u64 key)
{
	struct live *at;

	if (2 * (t->taken + 1) > t->places && !grow(t))
		return NULL;
	at = place_of(t, key);
	*at = (struct live){ .key = key, .kind = LIVE_ENDED };
	t->taken++;
	return at;
}

void live_drop(struct live_table *t, struct live *at)
{
	u64 gap = (u64)(at - t->table), i = gap, mask = t->places - 1;

	t->taken--;
	for (;;) {
		t->table[gap].kind = LIVE_NONE;
		do {
			i = (i + 1) & mask;
			if (t->table[i].kind == LIVE_NONE)
				return;
		} while (((i - home_of(t, t->table[i].key)) & mask) < ((i - gap) & mask));
		t->table[gap] = t->table[i];
		gap = i;
	}
}

u32 live_take_id(struct live_table *t)
{
	if (t->nr_free)
		return t->free_id[--t->nr_free];
	if (t->ids == t->room) {
		u32 room = t->room ? 2 * t->room : FIRST_PLACES;
		u32 *more = realloc(t->free_id, room * sizeof(*more));

		if (!more)
			return ~0u;
		t->free_id = more;
		t->room = room;
	}
	return t->ids++;
}

void live_give_id(struct live_table *t, u32 id)
{
	t->free_id[t->nr_free++] = id;
}

u64 live_bytes(const struct live_table *t)
{
	return t->places * sizeof(*t->table) + t->room * sizeof(*t->free_id);
}

void live_free(struct live_table *t)
{
	free(t->table);
	free(t->free_id);
	*t = (struct live_table){ 0 };
}
