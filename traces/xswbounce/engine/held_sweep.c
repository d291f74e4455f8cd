// SPDX-License-Identifier: GPL-2.0-only
/* What nothing that is live needs any more. */
#include <stdbool.h>
#include <stdlib.h>

#include "engine/device.h"
#include "engine/held.h"
#include "engine/held_sweep.h"

/* Sites of live mappings, sorted by their stacks. */
static struct live_sites {
	struct xb_site_key list[XB_MAX_LIVE];
	int n;
} live;

static int by_stack(const void *a, const void *b)
{
	const struct xb_site_key *x = a, *y = b;

	return x->stack < y->stack ? -1 : x->stack > y->stack;
}

static int by_site(const void *a, const void *b)
{
	const struct xb_site_key *x = a, *y = b;

	return by_stack(a, b) ?: x->dev < y->dev ? -1 : x->dev > y->dev;
}

static void note(u64 bus, const struct xb_live *l, void *data)
{
	(void)bus;
	(void)data;
	if (live.n < XB_MAX_LIVE)
		live.list[live.n++] = (struct xb_site_key){ .dev = l->dev, .stack = l->stack };
}

static void look(void)
{
	live.n = 0;
	held_each_live(note, NULL);
	qsort(live.list, live.n, sizeof(live.list[0]), by_site);
}

static bool is_live(const struct xb_site_key *key, int (*by)(const void *, const void *))
{
	return bsearch(key, live.list, live.n, sizeof(*key), by);
}

static bool holds(u64 dev)
{
	int i;

	for (i = 0; i < live.n; i++)
		if (live.list[i].dev == dev)
			return true;
	return false;
}

/* All keys first: a walk that deletes begins anew after each. */
static int keys_of(struct bpf_map *map, void *keys, size_t size)
{
	char *previous = NULL, *at = keys;
	int n = 0;

	while (n < XB_MAX_STACKS && !bpf_map__get_next_key(map, previous, at, size)) {
		previous = at;
		at += size;
		n++;
	}
	return n;
}

void held_sweep_maps(const struct held_maps *maps)
{
	static struct xb_site_key sites[XB_MAX_STACKS];
	static int stacks[XB_MAX_STACKS];
	u64 gone[XB_MAX_DEVICES];
	int nr_sites = keys_of(maps->sites, sites, sizeof(sites[0]));
	int nr_stacks = keys_of(maps->stacks, stacks, sizeof(stacks[0]));
	int nr_gone = devices_gone(maps->devices, gone), i, j;

	if (nr_stacks < XB_MAX_STACKS / 2 && nr_sites < XB_MAX_STACKS / 2 && !nr_gone)
		return;
	look();
	for (i = 0; i < nr_gone; i++) {
		if (holds(gone[i]))
			continue;
		bpf_map__delete_elem(maps->devices, &gone[i], sizeof(gone[i]), 0);
		bpf_map__delete_elem(maps->balance, &gone[i], sizeof(gone[i]), 0);
		/* what stands for stacks that were not walked, too */
		for (j = 0; j < nr_sites; j++)
			if (sites[j].dev == gone[i])
				bpf_map__delete_elem(maps->sites, &sites[j], sizeof(sites[j]), 0);
	}
	for (i = 0; i < nr_sites; i++)
		if (sites[i].stack >= 0 && !is_live(&sites[i], by_site))
			bpf_map__delete_elem(maps->sites, &sites[i], sizeof(sites[i]), 0);
	for (i = 0; i < nr_stacks; i++) {
		const struct xb_site_key key = { .stack = stacks[i] };

		if (!is_live(&key, by_stack))
			bpf_map__delete_elem(maps->stacks, &stacks[i], sizeof(stacks[i]), 0);
	}
}
