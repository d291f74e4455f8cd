// SPDX-License-Identifier: GPL-2.0-only
/* What an incident file says of who holds the pool, on more holders than it lists. */
#include <string.h>

#include "engine/device.h"
#include "engine/events.h"
#include "engine/held.h"
#include "engine/snapshot.h"
#include "engine/symbols.h"
#include "engine/walk.h"
#include "show/holders.h"
#include "show/older.h"
#include "ok.h"

/* What holders.c calls of the others: live mappings, and a pool in some tests. */
static struct xb_pool pool;
static unsigned short groups[XB_MAP_GROUPS];

struct xb_pool events_pool(void)
{
	return pool;
}

const unsigned short *events_map(u64 slots, unsigned int *shift)
{
	*shift = walk_map_shift(slots);
	return groups;
}

void held_prune(void)
{
}

void held_device(u64 dev, struct xb_device *d)
{
	memset(d, 0, sizeof(*d));
	snprintf(d->name, sizeof(d->name), "device-%llu", dev);
}

int held_sites(const char *only, struct held_site **sites)
{
	(void)only;
	*sites = NULL;
	return 0;
}

bool held_spared(int stack)
{
	(void)stack;
	return false;
}

int held_stack(int stack, u64 addresses[XB_STACK_DEPTH])
{
	(void)stack;
	(void)addresses;
	return 0;
}

void symbol_renew(void)
{
}

const char *symbol(u64 address)
{
	(void)address;
	return "";
}

int symbol_frames(const u64 *addresses, int n)
{
	(void)addresses;
	return n;
}

static struct xb_held_losses losses;

struct xb_held_losses held_losses(void)
{
	return losses;
}

/* What older.c calls of the others: the stock pool alone. */
int host_pools(const struct host *host, struct pool pools[HOST_POOLS])
{
	(void)host;
	pools[0] = (struct pool){ .backend = "swiotlb-xen", .size = 64 << 20, .used = 64 << 20 };
	return 1;
}

void say_flush(void)
{
}

bool held_knows(u64 bus)
{
	return !bus;
}

bool snapshot_module(events_visitor visit)
{
	return !visit;
}

bool device_describe(struct bpf_map *map, u64 key, struct xb_device *d)
{
	(void)map;
	(void)d;
	return key;
}

bool host_has_module(void)
{
	return false;
}

void incident_section(struct incident *in, const char *name)
{
	fprintf(in->f, "== %s\n", name);
}

void incident_copy(struct incident *in, const char *path)
{
	(void)in;
	(void)path;
}

static int devices, guests;

void held_each_live(held_visitor visit, void *data)
{
	struct xb_live live = { .size = 4096 };
	int i, j;

	for (i = 0; i < devices; i++)
		for (j = 0; j < guests; j++) {
			live.dev = i;
			live.domain = j;
			visit(0, &live, data);
		}
}

/* How many pairs of a device and a guest the file lists, and whether it says that it lists not all.
 */
static int listed(const char *rest)
{
	static const struct host host;
	struct incident in = { .f = tmpfile() };
	bool said = false;
	char line[256];
	int n = 0;

	holders_write(&in, &host);
	rewind(in.f);
	while (fgets(line, sizeof(line), in.f)) {
		n += !strncmp(line, "device-", 7);
		said |= rest && !strncmp(line, rest, strlen(rest));
	}
	fclose(in.f);
	return !rest == !said ? n : -1;
}

/* Does the file say this? */
static bool says(const char *words)
{
	static const struct host host;
	struct incident in = { .f = tmpfile() };
	static char text[1 << 20];
	size_t n;

	holders_write(&in, &host);
	rewind(in.f);
	n = fread(text, 1, sizeof(text) - 1, in.f);
	text[n] = '\0';
	fclose(in.f);
	return strstr(text, words);
}

/* What was not followed must not be told as older than the watch. */
static void test_losses(void)
{
	devices = guests = 1;
	losses = (struct xb_held_losses){};
	ok(says("held, from before: ") && !says("not followed") && !says("in no stack"),
	   "what the pool holds beside what is followed is older, if nothing was lost");
	losses.live = 1000;
	ok(says("not followed: 1000 mappings that found no room beside 65536 live ones") &&
		   says("held, from before, or not followed: ") && !says("held, from before: "),
	   "above 65536 live mappings the file says how many are missing, and that they may be it");
	losses = (struct xb_held_losses){ .nested = 7 };
	ok(says("not followed: 7 calls") && says("from before, or not followed: "),
	   "so of calls that no program saw");
	losses = (struct xb_held_losses){ .sites = 3, .stacks = 4 };
	ok(says("in no stack below: up to 7 mappings") && says("held, from before: "),
	   "and of those whose stacks found no room");
	losses = (struct xb_held_losses){};
}

/* The letters of the map, of this many slots; -1: a line of it does not say where it begins. */
static int letters(u64 slots)
{
	static const struct host host;
	struct incident in = { .f = tmpfile() };
	char line[256], map[256];
	unsigned long long first;
	int n = 0, shift = walk_map_shift(slots);

	pool = (struct xb_pool){ .slots = slots };
	holders_write(&in, &host);
	rewind(in.f);
	while (n >= 0 && fgets(line, sizeof(line), in.f) && strncmp(line, "== live", 7))
		if (sscanf(line, "%llu %255[.1-9#]\n", &first, map) == 2 && !strstr(line, "of"))
			n = first == (u64)n << shift ? n + (int)strlen(map) : -1;
	fclose(in.f);
	pool = (struct xb_pool){};
	return n;
}

/* Each 16 slots or more have their letter, however many mappings there are. */
static void test_map(void)
{
	int i;

	devices = guests = 1;
	for (i = 0; i < XB_MAP_GROUPS; i++)
		groups[i] = 6;
	ok(letters(32768) == 2048, "a pool of 64 MiB: a letter for 16 slots");
	ok(letters(262144) == XB_MAP_GROUPS, "one with 98,304 slots in use is drawn to its end");
	ok(letters(262144 + 128) == XB_MAP_GROUPS / 2 + 4,
	   "one that is a segment larger by 32 slots");
	ok(letters(4 << 20) == XB_MAP_GROUPS, "one of 8 GiB");
	ok(letters((4 << 20) + 128) == XB_MAP_GROUPS / 2 + 1,
	   "and one of a segment more: nothing is read beyond the map");
	pool = (struct xb_pool){ .slots = 262144, .used = 98304 };
	ok(says("a moment later, 98304 in use, a letter for each 16 slots:"),
	   "with the sum of what it shows");
	pool = (struct xb_pool){};
	memset(groups, 0, sizeof(groups));
}

int main(void)
{
	devices = 3;
	guests = 1000;
	ok(listed(NULL) == devices * guests, "a thousand guests of three devices each are listed");
	devices = 8;
	ok(listed("and 3904 mappings of ") == XB_MAX_GUESTS, "of more it is said how many are not");
	test_losses();
	test_map();
	return done_testing();
}
