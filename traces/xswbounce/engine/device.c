// SPDX-License-Identifier: GPL-2.0-only
/* What a device's key in a map stands for. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/device.h"
#include "engine/host.h"
#include "engine/name.h"

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
