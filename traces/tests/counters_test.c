// SPDX-License-Identifier: GPL-2.0-only
/*
 * The counters of many devices: flow.bpf.c as plain C. What other CPUs look at all the time is
 * written to only when it changes, and what finds no room is counted.
 */
#include <stdbool.h>

static unsigned long long swaps;

#define __sync_val_compare_and_swap(at, before, after) \
	(swaps++, __sync_val_compare_and_swap(at, before, after))

const volatile bool want_times = true, want_copy_times = true;
const volatile unsigned int wants = 3; /* guests and sizes */

#include "bpf/flow.bpf.c"

#include "ok.h"

static struct device devices_there[XB_MAX_DEVICES + 1];
static u64 mask = ~0ULL;

static struct xb_stat *counters(struct device *dev)
{
	u32 at;

	return stat_at(device_number(dev), false, &at);
}

static void test_places(void)
{
	u64 i, placed;

	for (i = 0; i < XB_MAX_DEVICES; i++)
		stat_of(&devices_there[i], false);
	placed = swaps;
	ok(placed >= XB_MAX_DEVICES && !losses.devices, "as many devices as there are places");
	for (i = 0; i < XB_MAX_DEVICES; i++)
		stat_of(&devices_there[i], false);
	ok(swaps == placed, "are found where they are, by looking alone");
	for (i = 1; i < XB_MAX_DEVICES; i++)
		if (counters(&devices_there[i]) == counters(&devices_there[0]))
			break;
	ok(i == XB_MAX_DEVICES, "each has its own counters");
	ok(!stat_of(&devices_there[XB_MAX_DEVICES], false), "one more has none");
	ok(swaps == placed && losses.devices == 1, "it is counted as lost, and writes to no place");
}

/* A map that bounces, its sync and its unmap, each timed. */
static void work(struct device *dev)
{
	u64 ctx[6] = { 0 };

	map_phys_start(ctx);
	kernel_now += 100;
	map_phys_end(ctx, dev, 0x1000, 4096, DMA_FROM_DEVICE, 0, 0x8000);
	map_phys_start(ctx);
	kernel_now += 100;
	map_phys_end(ctx, dev, 0x1000, 4096, DMA_FROM_DEVICE, 0, 0x1000);
	sync_cpu_start(ctx, dev, 0x8000, 4096, DMA_FROM_DEVICE);
	kernel_now += 100;
	sync_cpu_end(ctx, dev);
	unmap_single_start(ctx, dev, 0x8000, 4096, DMA_FROM_DEVICE, 0);
	kernel_now += 100;
	unmap_single_end(ctx, dev);
}

static void test_room(void)
{
	u64 i, timed = 0;
	u32 call;

	losses = (struct xb_losses){};
	for (i = 0; i < XB_MAX_DEVICES; i++)
		work(&devices_there[i]);
	for (i = 0; i < XB_MAX_DEVICES; i++)
		for (call = 0; call < XB_NR_CALLS; call++) {
			struct xb_hist_key key = { .dev = device_key(&devices_there[i]),
						   .call = call };
			struct xb_hist *h = bpf_map_lookup_elem(&hists, &key);

			timed += h && h->count == 1;
		}
	ok(timed == XB_MAX_DEVICES * XB_NR_CALLS, "every call of every device has its histogram");
	ok(KERNEL_MAP(&sizes)->n == XB_MAX_DEVICES, "and every device its sizes");
	ok(!losses.memory && !losses.devices && !losses.guests && !losses.starts,
	   "nothing is lost");
}

static void test_guests(void)
{
	u64 i, j;

	losses = (struct xb_losses){};
	for (i = 0; i < 3; i++)
		for (j = 0; j < 1000; j++)
			count_guest(device_key(&devices_there[i]), j, 4096);
	ok(!losses.guests, "a thousand guests of three devices each have room");
	for (j = 0; j < XB_MAX_GUESTS; j++)
		count_guest(device_key(&devices_there[3]), j, 4096);
	ok(losses.guests && !losses.devices, "what is too many is counted, and not as a device");
}

static void forget_all(void)
{
	memset(kernel_maps, 0, sizeof(kernel_maps));
	memset(device_numbers, 0, sizeof(device_numbers));
	memset(device_keys, 0, sizeof(device_keys));
	losses = (struct xb_losses){};
}

/* The counters that the tool reads by a key, and how many there are; NULL: there are none. */
static struct xb_stat *counters_by_key(u64 key, int *places)
{
	struct xb_stat *s = NULL;
	u32 at;

	for (*places = at = 0; at < XB_MAX_DEVICES; at++)
		if (device_keys[at] == key) {
			s = bpf_map_lookup_elem(&stats, &at);
			++*places;
		}
	return s;
}

static void pool_map(struct device *dev, bool fails)
{
	pool_map_end(NULL, dev, 0x1000, 4096, 0, DMA_FROM_DEVICE, 0,
		     fails ? XB_ERROR_ADDR : 0x8000);
}

/* A device goes, and another one is made where its struct device was. */
static void test_address_used_again(void)
{
	struct kernfs_node first = { .id = 100 }, next = { .id = 200 };
	struct device *dev = &devices_there[0];
	u64 key = XB_STOCK_DEVICE | 100;
	struct xb_device *described;
	struct xb_stat *s;
	int i, places;

	forget_all();
	dev->kobj = (struct kobject){ .name = "0000:03:00.0", .sd = &first };
	for (i = 0; i < 5; i++)
		pool_map(dev, true);
	pool_map(dev, false);
	dev->kobj = (struct kobject){ .name = "0000:04:00.0", .sd = &next };
	pool_map(dev, false);
	unmap_single_start(NULL, dev, 0x8000, 4096, DMA_FROM_DEVICE, 0);
	s = counters_by_key(key, &places);
	ok(places == 1 && s->fails[XB_FAIL_FULL] == 5 &&
		   s->bounces[XB_MASK] + s->bounces[XB_ALIGN] + s->bounces[XB_STRADDLE] == 1,
	   "a device that is gone keeps what it counted");
	described = bpf_map_lookup_elem(&devices, &key);
	ok(described && !strcmp(described->name, "0000:03:00.0"), "and its name");
	key = XB_STOCK_DEVICE | 200;
	s = counters_by_key(key, &places);
	ok(places == 1 && !s->fails[XB_FAIL_FULL] && s->unmaps == 1,
	   "another one at its address begins at 0");
	described = bpf_map_lookup_elem(&devices, &key);
	ok(described && !strcmp(described->name, "0000:04:00.0"), "with a name of its own");
	pool_map(dev, true);
	ok(counters_by_key(key, &places) == s && s->fails[XB_FAIL_FULL] == 1 && places == 1,
	   "and goes on there");
}

/* So where the next one's first map is on a CPU that the one before it never used. */
static void test_address_used_on_another_cpu(void)
{
	struct kernfs_node first = { .id = 100 }, next = { .id = 200 };
	struct device *dev = &devices_there[0];
	struct xb_stat *s;
	int places;

	forget_all();
	dev->kobj.sd = &first;
	pool_map(dev, true);
	s = counters_by_key(XB_STOCK_DEVICE | 100, &places);
	memset(s, 0, sizeof(*s)); /* as that CPU has it */
	dev->kobj.sd = &next;
	pool_map(dev, false);
	ok(counters_by_key(XB_STOCK_DEVICE | 100, &places) == s && places == 1 && !s->mask,
	   "on a CPU that did not know the old one it takes no place of its either");
	ok(counters_by_key(XB_STOCK_DEVICE | 200, &places) && places == 1, "but one of its own");
	dev->kobj.sd = NULL;
}

/* The tool frees places of devices that are gone. */
static void test_freed(void)
{
	struct xb_stat *before[XB_MAX_DEVICES];
	u32 at;
	int i;

	forget_all();
	for (i = 0; i < XB_MAX_DEVICES; i++)
		before[i] = stat_of(&devices_there[i], false);
	/* one that is not in its first place, and the other that is there */
	for (i = 0; i < XB_MAX_DEVICES; i++) {
		at = first_place(device_number(&devices_there[i]));
		if (device_numbers[at] != device_number(&devices_there[i]))
			break;
	}
	ok(i < XB_MAX_DEVICES, "of so many devices some are not in their first place");
	device_numbers[at] = XB_PLACE_FREED;
	device_keys[at] = 0;
	ok(stat_of(&devices_there[i], false) == before[i] && device_numbers[at] == XB_PLACE_FREED,
	   "behind a place that was freed they are found");
	ok(stat_of(&devices_there[XB_MAX_DEVICES], false) && !losses.devices &&
		   device_numbers[at] == device_number(&devices_there[XB_MAX_DEVICES]),
	   "the next device gets it");
}

/* Off Xen before 6.10, without the events of all maps: swiotlb_map() sees what bounces alone. */
static void test_bounces_alone(void)
{
	struct device *dev = &devices_there[0];
	u64 ctx[6] = { 0 };
	struct xb_stat *s;

	forget_all();
	swiotlb_map_end(ctx, dev, 0x1000, 4096, DMA_FROM_DEVICE, 0, 0x8000);
	swiotlb_map_end(ctx, dev, 0x1000, 4096, DMA_FROM_DEVICE, 0, XB_ERROR_ADDR);
	s = counters(dev);
	ok(s->bounce_bytes == 4096 && s->fails[XB_FAIL_FULL] == 1,
	   "where only bounces are seen they are counted, and what failed");
	ok(!s->maps && !s->map_bytes && !s->maps_bounced, "and none of them as a map");
}

static struct io_tlb_mem pool;

static u64 pool_symbol(const char *name)
{
	return strcmp(name, "io_tlb_default_mem") ? 0 : (u64)&pool;
}

static void test_growing(void)
{
	look_at_pool(NULL);
	ok(!pool_grows, "where there is no pool, none grows");
	kernel_symbol = pool_symbol;
	look_at_pool(NULL);
	ok(!pool_grows, "nor one that is fixed");
	pool.can_grow = true;
	look_at_pool(NULL);
	ok(pool_grows, "a pool that can grow is told as one");
	kernel_symbol = NULL;
}

static void test_memory(void)
{
	memset(kernel_maps, 0, sizeof(kernel_maps));
	losses = (struct xb_losses){};
	kernel_no_memory = true;
	work(&devices_there[0]);
	ok(losses.memory == XB_NR_CALLS + 1,
	   "where the kernel has no memory, each latency and size that is not kept is counted");
	ok(losses.guests == 1, "and each guest");
}

static void test_coherent(void)
{
	struct device *dev = &devices_there[0];
	u64 ctx[6] = { 0 };

	forget_all();
	alloc_coherent_end(ctx, dev, 4096, NULL, 0, 0, NULL);
	ok(!counters(dev) || !counters(dev)->coherent, "an allocation that failed is not counted");
	alloc_coherent_end(ctx, dev, 4096, NULL, 0, 0, dev);
	alloc_coherent_end(ctx, dev, 4096, NULL, 0, 0, NULL);
	ok(counters(dev)->coherent == 1, "one that did not is");
}

int main(void)
{
	u32 i;

	for (i = 0; i < XB_MAX_DEVICES + 1; i++)
		devices_there[i].dma_mask = &mask;
	armed = timing = true;
	test_places();
	test_room();
	test_guests();
	test_address_used_again();
	test_address_used_on_another_cpu();
	test_freed();
	test_coherent();
	test_bounces_alone();
	test_growing();
	test_memory();
	return done_testing();
}
