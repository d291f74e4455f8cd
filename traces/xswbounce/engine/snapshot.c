// SPDX-License-Identifier: GPL-2.0-only
/* What was mapped before anybody traced, from debugfs xen_swiotlb/mappings (impl/ABI.md). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/device.h"
#include "engine/snapshot.h"

#define MAPPINGS "/sys/kernel/debug/xen_swiotlb/mappings"
#define COUNTERS "/sys/devices/platform/xen_swiotlb/counters"

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

static u64 counter(const char *line, const char *key)
{
	const char *at = strstr(line, key);

	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

/* "BDF NAME=VALUE ...", a line a device. */
u64 snapshot_module_calls(const char *only)
{
	FILE *f = fopen(COUNTERS, "r");
	char line[4096];
	u64 calls = 0;

	while (f && fgets(line, sizeof(line), f)) {
		size_t n = strcspn(line, " ");

		if (!only || (strlen(only) == n && !strncmp(line, only, n)))
			calls += counter(line, " maps=") + counter(line, " unmaps=");
	}
	if (f)
		fclose(f);
	return calls;
}
