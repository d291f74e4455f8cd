// SPDX-License-Identifier: GPL-2.0-only
/* What was mapped before anybody traced, from debugfs xen_swiotlb/mappings (impl/ABI.md). */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "engine/device.h"
#include "engine/snapshot.h"

#define MAPPINGS "/sys/kernel/debug/xen_swiotlb/mappings"

/* As enum dma_data_direction counts. */
static unsigned char direction_of(const char *name)
{
	static const char *const names[] = { "bidirectional", "to-device", "from-device" };
	unsigned char i;

	for (i = 0; i < 3 && strcmp(name, names[i]); i++)
		;
	return i;
}

bool snapshot_module(events_visitor visit)
{
	struct xb_message m = { .kind = XB_SLOT };
	char device[XB_NAME_LEN], dir[16];
	FILE *f = fopen(MAPPINGS, "r");
	struct timespec now;
	u64 age;

	clock_gettime(CLOCK_MONOTONIC, &now);
	while (f && fscanf(f, "%31s %llx %llx %llu %*u %15s %llu %*s", device, &m.bus, &m.phys,
			   &m.size, dir, &age) == 6) {
		m.time = now.tv_sec * 1000000000ULL + now.tv_nsec - age;
		m.dev = device_of_module(device);
		m.dir = direction_of(dir);
		visit(&m, sizeof(m));
	}
	if (f)
		fclose(f);
	return f;
}
