// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which slots of a pool are in use.
 *
 * A table by open addressing with linear probing, at most half taken. A place that is given up is
 * closed by moving back what was pushed behind it, so that the table holds what lives and no more,
 * however many mappings come and go.
 */
#include <stdlib.h>

#include "show/live.h"

#define FIRST_PLACES 4096 /* a power of two */

static size_t home_of(const struct live *l, u64 bus)
{
	return ((bus >> XB_SLOT_SHIFT) * 0x9e3779b97f4a7c15ULL >> 20) & (l->places - 1);
}

/* The place of this address, or the free one where it belongs. */
static struct live_place *find(const struct live *l, u64 bus)
{
	size_t i;

	if (!l->places)
		return NULL;
	for (i = home_of(l, bus); l->table[i].used && l->table[i].bus != bus;)
		i = (i + 1) & (l->places - 1);
	return &l->table[i];
}

static void grow(struct live *l)
{
	struct live old = *l;
	size_t i;

	l->places = old.places ? 2 * old.places : FIRST_PLACES;
	l->table = calloc(l->places, sizeof(*l->table));
	if (!l->table) {
		*l = old;
		l->failed = true;
		return;
	}
	for (i = 0; i < old.places; i++)
		if (old.table[i].used)
			*find(l, old.table[i].bus) = old.table[i];
	free(old.table);
}

static struct live_place *add(struct live *l, u64 bus)
{
	struct live_place *at = find(l, bus);

	if (at && at->used)
		return at;
	if (2 * (l->taken + 1) > l->places)
		grow(l);
	if (l->taken + 1 >= l->places)
		return NULL;
	at = find(l, bus);
	*at = (struct live_place){ .bus = bus, .used = 1 };
	l->taken++;
	return at;
}

static void close_gap(struct live *l, size_t gap)
{
	size_t i = gap, home;

	l->taken--;
	for (;;) {
		l->table[gap].used = 0;
		do {
			i = (i + 1) & (l->places - 1);
			if (!l->table[i].used)
				return;
			home = home_of(l, l->table[i].bus);
		} while (((i - home) & (l->places - 1)) < ((i - gap) & (l->places - 1)));
		l->table[gap] = l->table[i];
		gap = i;
	}
}

void live_map(struct live *l, u64 bus, u64 size, u64 ns)
{
	struct live_place *at = add(l, bus);

	if (!at) {
		l->failed = true;
		return;
	}
	l->in_use -= at->slots;
	at->slots = ((bus & ((1 << XB_SLOT_SHIFT) - 1)) + size + (1 << XB_SLOT_SHIFT) - 1) >>
		    XB_SLOT_SHIFT;
	l->in_use += at->slots;
	if (l->in_use > l->most) {
		l->most = l->in_use;
		l->most_at = ns;
	}
}

void live_unmap(struct live *l, u64 bus, bool remember)
{
	struct live_place *at = remember ? add(l, bus) : find(l, bus);

	if (!at || !at->used)
		return;
	l->in_use -= at->slots;
	at->slots = 0;
	if (!remember)
		close_gap(l, at - l->table);
}

bool live_seen(const struct live *l, u64 bus)
{
	const struct live_place *at = find(l, bus);

	return at && at->used;
}
