// SPDX-License-Identifier: GPL-2.0-only
/* Writes what top -p would: a device that moves to the module and back, one that comes again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show/prometheus.h"
#include "say.h"

#define POINTER (1ULL << 63)

/* What prometheus.c calls of the others. */
void warn(const char *format, ...)
{
	puts(format);
}

static bool counts_maps = true;

bool flow_counts_maps(void)
{
	return counts_maps;
}

bool flow_only_bounces(void)
{
	return false;
}

void host_xen_version(char *version, size_t size)
{
	snprintf(version, size, "4.20.1");
}

static struct pool stock = {
	.backend = "swiotlb-xen", .size = 64 << 20, .used = 4096, .high = 8192
};
static bool module;

int host_pools(const struct host *h, struct pool pools[HOST_POOLS])
{
	(void)h;
	pools[0] = stock;
	pools[1] = (struct pool){ .backend = "xen_swiotlb", .size = 2 << 20, .used = 2048 };
	return module ? 2 : 1;
}

static struct flow_state totals;

static struct flow_row *add(u64 key, const char *name, const char *driver, const char *backend)
{
	struct flow_row *row = &totals.rows[totals.nr_rows++];

	row->key = key;
	snprintf(row->device.name, sizeof(row->device.name), "%s", name);
	snprintf(row->device.driver, sizeof(row->device.driver), "%s", driver);
	row->device.mask = 0xffffffff;
	row->backend = backend;
	return row;
}

int main(int argc, char **argv)
{
	static struct host host = { .release = "6.12.0" };
	struct flow_row *row;
	int moment = atoi(argv[1]);

	if (argc < 3)
		return 1;
	row = add(POINTER | 1, "0000:03:00.0", "e1000", "swiotlb-xen");
	row->stat.maps = 10;
	row->stat.maps_bounced = 10;
	totals.time = 1000 + moment;
	totals.counted = 1.5;
	row->stat.bounces[XB_MASK] = 10;
	row->stat.fails[XB_FAIL_FULL] = 2;
	if (moment >= 1) { /* the device is with the module, and fails there, too */
		module = true;
		row = add(XB_MODULE_DEVICE | 0x300, "0000:03:00.0", "e1000", "xen_swiotlb");
		row->stat.maps = 5;
		row->stat.fails[XB_FAIL_FULL] = 3;
	}
	if (moment >= 2) { /* and back, a new device of the old name, with another driver */
		row = add(POINTER | 2, "0000:03:00.0", "e1000e", "swiotlb-xen");
		row->stat.maps = 100;
		row->stat.fails[XB_FAIL_FULL] = 20;
		add(POINTER | 3, "a\"b\\c\nd", "x\"y", "swiotlb-xen")->stat.maps = 1;
	}
	if (moment == 3) { /* the counters of the first are no longer there; it was 2 of 22 */
		prometheus_write(argv[2], &host, &totals);
		prometheus_write(argv[2], &host, &totals);
		totals.rows[0] = totals.rows[2];
		totals.nr_rows = 1;
		prometheus_write(argv[2], &host, &totals);
	}
	if (moment == 4) { /* the module's counts anew, under its old key */
		prometheus_write(argv[2], &host, &totals);
		totals.rows[1].stat.maps = 1;
		totals.rows[1].stat.fails[XB_FAIL_FULL] = 4;
	}
	counts_maps = moment != 5;
	prometheus_look(&host);
	stock.high = 1 << 20; /* a burst between two looks */
	prometheus_write(argv[2], &host, &totals);
	return 0;
}
