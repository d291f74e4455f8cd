// SPDX-License-Identifier: GPL-2.0-only
/* The places of occupancy's devices: occupancy.bpf.c as plain C. */
#include <stdbool.h>

static unsigned long long swaps;

#define __sync_val_compare_and_swap(at, before, after) \
	(swaps++, __sync_val_compare_and_swap(at, before, after))

#include "bpf/occupancy.bpf.c"

#include "ok.h"

static struct device devices_there[XB_OCCUPANCY_DEVICES + 1];
static u64 mask = ~0ULL;

int main(void)
{
	u64 placed;
	int i;

	for (i = 0; i <= XB_OCCUPANCY_DEVICES; i++)
		devices_there[i].dma_mask = &mask;
	armed = true;
	for (i = 0; i < XB_OCCUPANCY_DEVICES; i++)
		stock_occupancy(&devices_there[i]);
	placed = swaps;
	ok(placed >= XB_OCCUPANCY_DEVICES && !losses.devices,
	   "as many devices as there are places");
	for (i = 0; i < XB_OCCUPANCY_DEVICES; i++)
		if (stock_occupancy(&devices_there[i])->key != device_key(&devices_there[i]))
			break;
	ok(i == XB_OCCUPANCY_DEVICES, "each is found where it is");
	ok(swaps == placed, "by looking alone: other CPUs look there, too");
	ok(!stock_occupancy(&devices_there[XB_OCCUPANCY_DEVICES]) && losses.devices == 1,
	   "one more is lost and counted");
	ok(swaps == placed, "and writes to no place");
	return done_testing();
}
