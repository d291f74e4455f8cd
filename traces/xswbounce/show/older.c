// SPDX-License-Identifier: GPL-2.0-only
/* What holds slots, but was mapped before anybody traced: for leaks and incident files. */
#include <string.h>
#include <time.h>

#include "engine/device.h"
#include "engine/held.h"
#include "show/json.h"
#include "show/older.h"
#include "engine/snapshot.h"
#include "show/text.h"

static struct older *rows;
static int nr_rows;

static void count_stock(u64 bus, const struct xb_live *live, void *bytes)
{
	u64 in_slot = bus & ((1 << XB_SLOT_SHIFT) - 1), slots;

	if (device_is_module(live->dev))
		return;
	slots = (in_slot + live->size + (1 << XB_SLOT_SHIFT) - 1) >> XB_SLOT_SHIFT;
	*(u64 *)bytes += slots << XB_SLOT_SHIFT;
}

static struct older *row_of(u64 dev)
{
	struct xb_device d;
	struct older *row;

	device_describe(NULL, dev, &d);
	for (row = rows; row < rows + nr_rows; row++)
		if (!strcmp(row->device.name, d.name))
			return row;
	if (nr_rows == OLDER_MAX)
		return NULL;
	*row = (struct older){ .backend = "xen_swiotlb", .device = d };
	nr_rows++;
	return row;
}

static int add_module(const struct xb_message *m, size_t size)
{
	struct timespec now;
	struct older *row;
	u64 age;

	(void)size;
	if (held_knows(m->bus))
		return 0;
	row = row_of(m->dev);
	if (!row)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	age = now.tv_sec * 1000000000ULL + now.tv_nsec - m->time;
	row->count++;
	row->bytes += m->size;
	if (age > row->oldest_ns)
		row->oldest_ns = age;
	return 0;
}

int older_find(const struct host *host, struct older list[OLDER_MAX])
{
	struct pool pools[HOST_POOLS];
	struct xb_held_losses lost;
	u64 known = 0;
	int i;

	rows = list;
	nr_rows = 0;
	held_each_live(count_stock, &known);
	lost = held_losses();
	host_pools(host, pools);
	if (pools[0].used > known)
		rows[nr_rows++] = (struct older){ .backend = pools[0].backend,
						  .bytes = pools[0].used - known };
	if (host_has_module())
		snapshot_module(add_module);
	for (i = 0; i < nr_rows; i++)
		list[i].or_lost = lost.live || lost.nested;
	return nr_rows;
}

void older_print(FILE *f, const struct older *o)
{
	const char *since = o->or_lost ? "from before, or not followed" : "from before";

	if (o->device.name[0])
		fprintf(f,
			"held, %s: %s (%s): %llu live mappings, %llu bytes, the oldest %s "
			"old\n",
			since, o->device.name, o->device.driver, o->count, o->bytes,
			text_ns(o->oldest_ns));
	else
		fprintf(f,
			"held, %s: %llu bytes of slots; whose, the pool of %s does not "
			"know\n",
			since, o->bytes, o->backend);
}

void older_json(const struct older *o)
{
	json_object(NULL);
	json_text("backend", o->backend);
	json_count("bytes", o->bytes);
	if (o->device.name[0]) {
		json_text("device", o->device.name);
		json_text("driver", o->device.driver);
		json_count("live", o->count);
		json_count("oldest_ns", o->oldest_ns);
	} else {
		json_null("device");
	}
	json_object_end();
}
