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

	return stat_at((u64)dev - (u64)device_numbers, false, &at);
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
			struct xb_hist_key key = { .dev = (u64)&devices_there[i], .call = call };
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
			count_guest((u64)&devices_there[i], j, 4096);
	ok(!losses.guests, "a thousand guests of three devices each have room");
	for (j = 0; j < XB_MAX_GUESTS; j++)
		count_guest((u64)&devices_there[3], j, 4096);
	ok(losses.guests && !losses.devices, "what is too many is counted, and not as a device");
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

int main(void)
{
	u32 i;

	for (i = 0; i < XB_MAX_DEVICES + 1; i++)
		devices_there[i].dma_mask = &mask;
	armed = timing = true;
	test_places();
	test_room();
	test_guests();
	test_memory();
	return done_testing();
}
