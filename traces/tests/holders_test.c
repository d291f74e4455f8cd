// SPDX-License-Identifier: GPL-2.0-only
/* What an incident file says of who holds the pool, on more holders than it lists. */
#include <string.h>

#include "engine/events.h"
#include "engine/held.h"
#include "engine/symbols.h"
#include "show/holders.h"
#include "show/older.h"
#include "ok.h"

/* What holders.c calls of the others: nothing but live mappings is there. */
struct xb_pool events_pool(void)
{
	return (struct xb_pool){};
}

const unsigned short *events_map(u64 slots, unsigned int *shift)
{
	(void)slots;
	*shift = 4;
	return NULL;
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

int older_find(const struct host *host, struct older list[OLDER_MAX])
{
	(void)host;
	(void)list;
	return 0;
}

void older_print(FILE *f, const struct older *o)
{
	(void)f;
	(void)o;
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

int main(void)
{
	devices = 3;
	guests = 1000;
	ok(listed(NULL) == devices * guests, "a thousand guests of three devices each are listed");
	devices = 8;
	ok(listed("and 3904 mappings of ") == XB_MAX_GUESTS, "of more it is said how many are not");
	return done_testing();
}
