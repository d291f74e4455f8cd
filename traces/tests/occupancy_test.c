// SPDX-License-Identifier: GPL-2.0-only
/* The places of occupancy's devices, and what they count: occupancy.bpf.c as plain C. */
#include <stdbool.h>

static unsigned long long swaps;

#define __sync_val_compare_and_swap(at, before, after) \
	(swaps++, __sync_val_compare_and_swap(at, before, after))

#include "bpf/shared.h"

/* Of an event of the module: its slots stand first. */
#define SLOTS                                      \
	{                                          \
		.slots = {.offset = 0, .size = 4 } \
	}
const volatile struct xb_events module_events = { .map = SLOTS, .unmap = SLOTS };

#include "bpf/occupancy.bpf.c"

#include "ok.h"

static struct device devices_there[XB_OCCUPANCY_DEVICES + 1];
static u64 mask = ~0ULL;

static void test_places(void)
{
	u64 placed;
	int i;

	for (i = 0; i < XB_OCCUPANCY_DEVICES; i++)
		stock_occupancy(&devices_there[i], true);
	placed = swaps;
	ok(placed >= XB_OCCUPANCY_DEVICES && !losses.devices,
	   "as many devices as there are places");
	for (i = 0; i < XB_OCCUPANCY_DEVICES; i++)
		if (stock_occupancy(&devices_there[i], true)->key != device_key(&devices_there[i]))
			break;
	ok(i == XB_OCCUPANCY_DEVICES, "each is found where it is");
	ok(swaps == placed, "by looking alone: other CPUs look there, too");
	ok(!stock_occupancy(&devices_there[XB_OCCUPANCY_DEVICES], true) && losses.devices == 1,
	   "one more is lost and counted");
	ok(swaps == placed, "and writes to no place");
}

/* Another driver, with another mask and other wishes. */
static void test_changed(void)
{
	static struct device_driver first = { .name = "first" }, next = { .name = "next" };
	static struct device_dma_parameters parms;
	struct device *dev = &devices_there[0];
	struct xb_device *d;
	u64 key = device_key(dev);

	dev->driver = &first;
	ok(stock_occupancy(dev, true)->min_align == 0, "a device without wishes");
	dev->driver = &next;
	dev->dma_parms = &parms;
	parms.min_align_mask = 4095;
	ok(stock_occupancy(dev, false)->min_align == 0, "what it mapped before is as it was then");
	ok(stock_occupancy(dev, true)->min_align == 4095, "its next driver's wishes count");
	d = bpf_map_lookup_elem(&devices, &key);
	ok(d && !strcmp(d->name, "") && !strcmp(d->driver, "next"), "and it is told as its");
}

static void module_call(int (*program)(void *), u32 slots)
{
	u32 record[XB_RECORD / sizeof(u32)] = { slots };

	program(record);
}

/* The tool looks at the pool a moment after the events are told. */
static void test_module(void)
{
	struct xb_occupancy *o;

	memset(device_numbers, 0, sizeof(device_numbers));
	memset(occupancies, 0, sizeof(occupancies));
	module_call(module_unmap, 100);
	module_call(module_map, 2);
	o = occupancy_of(XB_MODULE_DEVICE);
	ok(o && o->maps == 1 && o->most[0].used == 2 && o->steps[2] == 1,
	   "older mappings undone before the pool was looked at: no less is in use than is mapped");
	ok(pools[1].used == -98, "and what is missing is known");
	pools[1].used += 500;
	module_call(module_map, 2);
	ok(o->most[0].used == 404, "then it is as the pool tells");
	module_claim(NULL, 0x10203, 3);
	module_claim(NULL, 0x10203, 4);
	module_release(NULL, 0x10203, 3);
	o = occupancy_of(XB_MODULE_DEVICE | 0x10203);
	ok(o && o->key == (XB_MODULE_DEVICE | 0x10203) && o->pool == 1 && o->maps == 2 &&
		   o->most[0].held == 7 && o->held == 4 && o->most[0].used == 411,
	   "the events of claims: whose, and how many slots");
	ok(pools[1].used == 408, "and what is given back");
}

int main(void)
{
	int i;

	for (i = 0; i <= XB_OCCUPANCY_DEVICES; i++)
		devices_there[i].dma_mask = &mask;
	armed = true;
	test_places();
	test_changed();
	test_module();
	return done_testing();
}
