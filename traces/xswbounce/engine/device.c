// SPDX-License-Identifier: GPL-2.0-only
/* What a device's key in a map stands for. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/device.h"
#include "engine/host.h"
#include "engine/name.h"

#define SWEEP_PERIOD 60.0 /* seconds: each device costs a stat in each bus's folder */

static void driver_of(const char *name, char *driver)
{
	char path[128], target[256];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", name);
	n = readlink(path, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = '\0';
	snprintf(driver, XB_DRIVER_LEN, "%.*s", XB_DRIVER_LEN - 1,
		 strrchr(target, '/') ? strrchr(target, '/') + 1 : "-");
	name_clean(driver, XB_DRIVER_LEN);
}

void device_by_name(const char *name, struct xb_device *d)
{
	char path[128];

	memset(d, 0, sizeof(*d));
	snprintf(d->name, sizeof(d->name), "%s", name);
	name_clean(d->name, sizeof(d->name));
	driver_of(d->name, d->driver);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/dma_mask_bits", d->name);
	d->mask = ~0ULL >> (64 - (host_number(path) ?: 64));
}

/* A device of the module's events is known by its address only; sysfs tells the rest. */
static void describe_module_device(u64 key, struct xb_device *d)
{
	unsigned int id = key, domain = (key & ~XB_MODULE_DEVICE) >> 16;
	char name[XB_NAME_LEN];

	snprintf(name, sizeof(name), "%04x:%02x:%02x.%x", domain, id >> 8 & 0xff, id >> 3 & 0x1f,
		 id & 7);
	device_by_name(name, d);
}

u64 device_of_module(const char *name)
{
	unsigned int domain = 0, bus = 0, slot = 0, function = 0;

	sscanf(name, "%x:%x:%x.%x", &domain, &bus, &slot, &function);
	return XB_MODULE_DEVICE | (u64)domain << 16 | bus << 8 | slot << 3 | function;
}

/* The number of its folder, wherever a bus has it; 0: none has. */
static u64 folder_of(const char *bus, const char *name)
{
	char path[400];
	struct stat st;

	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s", bus, name);
	return stat(path, &st) ? 0 : st.st_ino;
}

/* Its name is whole, and as the kernel has it: what name_clean() changes becomes '?'. */
static bool can_be_looked_for(u64 key, const struct xb_device *d)
{
	return *d->name && strlen(d->name) < sizeof(d->name) - 1 && !strchr(d->name, '?') &&
	       (device_is_module(key) || d->seen.folder);
}

bool device_is_gone(u64 key, const struct xb_device *d)
{
	bool module = device_is_module(key), there = false;
	DIR *dir = can_be_looked_for(key, d) ? opendir("/sys/bus") : NULL;
	struct dirent *entry;
	u64 folder;

	if (!dir)
		return false;
	while (!there && (entry = readdir(dir))) {
		folder = *entry->d_name == '.' ? 0 : folder_of(entry->d_name, d->name);
		there = module ? folder != 0 : (folder | XB_STOCK_DEVICE) == key;
	}
	closedir(dir);
	return !there;
}

bool device_sweep_is_due(double *next)
{
	struct timespec t;
	double now;

	clock_gettime(CLOCK_MONOTONIC, &t);
	now = t.tv_sec + t.tv_nsec / 1e9;
	if (now < *next)
		return false;
	*next = now + SWEEP_PERIOD;
	return true;
}

int devices_gone(struct bpf_map *devices, u64 gone[XB_MAX_DEVICES])
{
	u64 keys[XB_MAX_DEVICES], *previous = NULL;
	int n = 0, nr_gone = 0, i;
	struct xb_device d;

	while (n < XB_MAX_DEVICES &&
	       !bpf_map__get_next_key(devices, previous, &keys[n], sizeof(keys[n])))
		previous = &keys[n++];
	if (!device_places_are_few(n, XB_MAX_DEVICES))
		return 0;
	for (i = 0; i < n; i++)
		if (device_describe(devices, keys[i], &d) && device_is_gone(keys[i], &d))
			gone[nr_gone++] = keys[i];
	return nr_gone;
}

bool device_describe(struct bpf_map *devices, u64 key, struct xb_device *d)
{
	if (device_is_module(key)) {
		describe_module_device(key, d);
		return true;
	}
	if (!bpf_map__lookup_elem(devices, &key, sizeof(key), d, sizeof(*d), 0)) {
		name_clean(d->name, sizeof(d->name));
		name_clean(d->driver, sizeof(d->driver));
		return true;
	}
	memset(d, 0, sizeof(*d));
	strcpy(d->name, "?");
	return false;
}
