// SPDX-License-Identifier: GPL-2.0-only
/* That stacks and devices from which nothing is live make room, on maps that are made up. */
#include <errno.h>
#include <string.h>

#include "engine/device.h"
#include "engine/held.h"
#include "engine/held_sweep.h"
#include "ok.h"

struct bpf_map {
	size_t size; /* of a key */
	char keys[XB_MAX_STACKS][16];
	int n;
};

static struct bpf_map stacks = { .size = sizeof(int) }, devices = { .size = sizeof(u64) };
static struct bpf_map sites = { .size = sizeof(struct xb_site_key) },
		      balance = { .size = sizeof(u64) };
static const struct held_maps maps = {
	.stacks = &stacks, .sites = &sites, .devices = &devices, .balance = &balance
};

static int index_of(const struct bpf_map *map, const void *key)
{
	int i;

	for (i = 0; i < map->n && memcmp(map->keys[i], key, map->size); i++)
		;
	return i;
}

int bpf_map__get_next_key(const struct bpf_map *map, const void *key, void *next, size_t size)
{
	int i = key ? index_of(map, key) + 1 : 0;

	if (i >= map->n)
		return -ENOENT;
	memcpy(next, map->keys[i], size);
	return 0;
}

int bpf_map__delete_elem(const struct bpf_map *map, const void *key, size_t size, __u64 flags)
{
	struct bpf_map *m = (struct bpf_map *)map;
	int i = index_of(map, key);

	(void)size;
	(void)flags;
	if (i == m->n)
		return -ENOENT;
	memmove(m->keys[i], m->keys[--m->n], m->size);
	return 0;
}

static void add(struct bpf_map *map, const void *key)
{
	if (index_of(map, key) == map->n && map->n < XB_MAX_STACKS)
		memcpy(map->keys[map->n++], key, map->size);
}

static bool has(const struct bpf_map *map, const void *key)
{
	return index_of(map, key) < map->n;
}

static struct xb_live lives[4];
static int nr_lives;

void held_each_live(held_visitor visit, void *data)
{
	int i;

	for (i = 0; i < nr_lives; i++)
		visit(i, &lives[i], data);
}

static u64 gone_devices[4];
static int nr_gone;

int devices_gone(struct bpf_map *map, u64 gone[XB_MAX_DEVICES])
{
	(void)map;
	memcpy(gone, gone_devices, sizeof(gone_devices));
	return nr_gone;
}

/* Each device has its own site for each stack. */
static void fill(int nr_devices, int nr_stacks)
{
	struct xb_site_key key = {};
	u64 dev;

	for (dev = 1; (int)dev <= nr_devices; dev++) {
		add(&devices, &dev);
		add(&balance, &dev);
		key.dev = dev;
		for (key.stack = -1; key.stack < nr_stacks; key.stack++) {
			if (key.stack >= 0)
				add(&stacks, &key.stack);
			add(&sites, &key);
		}
	}
}

int main(void)
{
	const struct xb_site_key held = { .dev = 3, .stack = 7 }, other = { .dev = 4, .stack = 7 };
	const struct xb_site_key spared = { .dev = 3, .stack = -1 },
				 of_gone = { .dev = 5, .stack = -1 };

	lives[0] = (struct xb_live){ .dev = held.dev, .stack = held.stack };
	nr_lives = 1;
	fill(16, 100);
	held_sweep_maps(&maps);
	ok(sites.n == 16 * 101 && stacks.n == 100, "where there is room nothing is forgotten");
	fill(16, 260);
	ok(sites.n == XB_MAX_STACKS, "16 devices by 260 stacks fill the sites, not the stacks");
	held_sweep_maps(&maps);
	ok(has(&sites, &held) && has(&sites, &spared),
	   "what is live stays, and what stands for many");
	ok(!has(&sites, &other) && sites.n <= 1 + 16, "no site from which nothing is live does");
	ok(stacks.n == 1 && has(&stacks, &held.stack), "nor a stack of which none is left");
	gone_devices[0] = 3;
	gone_devices[1] = 5;
	nr_gone = 2;
	held_sweep_maps(&maps);
	ok(has(&devices, &gone_devices[0]) && has(&balance, &gone_devices[0]) && has(&sites, &held),
	   "a device that is gone stays while it holds something");
	ok(!has(&devices, &gone_devices[1]) && !has(&balance, &gone_devices[1]) &&
		   !has(&sites, &of_gone),
	   "else it is forgotten");
	return done_testing();
}
