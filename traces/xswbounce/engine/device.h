/* SPDX-License-Identifier: GPL-2.0-only */
/* What a device's key in a map stands for. */
#ifndef XB_DEVICE_H
#define XB_DEVICE_H

#include <stdbool.h>
#include <bpf/libbpf.h>

#include "bpf/shared.h"

/* Is it a key of the module's events?  Pointers into the kernel have the highest bit, too. */
static inline bool device_is_module(u64 key)
{
	return key & XB_MODULE_DEVICE && !(key >> 63);
}

void device_by_name(const char *name, struct xb_device *d); /* what sysfs tells of it */
u64 device_of_module(const char *name); /* the key that the module's events give it */

/**
 * device_describe() - name, driver and DMA limits
 * @devices: the map that the programs fill in for devices of the stock backend
 * Return: false if the key is not known; it is called "?" then.
 */
bool device_describe(struct bpf_map *devices, u64 key, struct xb_device *d);

/**
 * device_is_gone() - does the device of this key exist no more?
 * @d: as device_describe() gave it
 *
 * One of stock's is there while its folder in sysfs has the number that its key holds. One that has
 * no folder, or whose whole name is not known, can't be looked for: it is never gone.
 */
bool device_is_gone(u64 key, const struct xb_device *d);

/**
 * device_sweep_is_due() - may sysfs be asked again which devices are gone?  Once a minute.
 * @next: when, in seconds since the boot; at first 0
 */
bool device_sweep_is_due(double *next);

/* So many are in use of @places that those of devices that are gone are wanted again. */
static inline bool device_places_are_few(int used, int places)
{
	return used >= places - places / 4;
}

/**
 * devices_gone() - the keys of those that are gone, where the map has little room left
 * @devices: the map that the programs fill in, of at most XB_MAX_DEVICES
 * Return: how many of @gone are filled in.
 */
int devices_gone(struct bpf_map *devices, u64 gone[XB_MAX_DEVICES]);

#endif /* XB_DEVICE_H */
