/* SPDX-License-Identifier: GPL-2.0-only */
/* The counters of flow.bpf.c: by device, by guest, of exchanges. */
#ifndef XB_STAT_BPF_H
#define XB_STAT_BPF_H

#include "bpf/clock.bpf.h"
#include "bpf/histogram.bpf.h"
#include "bpf/machine.bpf.h"

#define XB_PLACES_BITS XB_DEVICES_BITS
#include "bpf/places.bpf.h"

bool timing; /* the programs that take start times are attached */

bool counting; /* of a part of the time: maps are counted now */

const volatile bool by_pool;         /* bounces are counted where the pool is asked for slots */
const volatile bool want_times;      /* the module's events tell them all the time */
const volatile bool want_copy_times; /* of unmap and sync, too */
const volatile u32 wants;            /* XB_WANT_... */

/* By which other maps and the tool know the device that has the place. */
u64 device_keys[XB_MAX_DEVICES];

/* Of each device twice: what a second program counts stands XB_MAX_DEVICES behind, see nested.bpf.h
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2 * XB_MAX_DEVICES);
	__type(key, u32);
	__type(value, struct xb_stat);
} stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, XB_MAX_DEVICES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u64);
	__type(value, struct xb_sizes);
} sizes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XB_MAX_GUESTS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct xb_guest_key);
	__type(value, struct xb_guest);
} guests SEC(".maps");

struct xb_exchanges exchanges;

static const struct xb_guest no_guest;
static const struct xb_sizes no_sizes;

/* The counters of a device on this CPU, of the first programs or the second ones; NULL: count not.
 */
static __always_inline struct xb_stat *stat_at(u64 number, bool second, u32 *place)
{
	u32 index;

	if (!place_of(number, place))
		return NULL;
	index = second ? *place + XB_MAX_DEVICES : *place;
	return bpf_map_lookup_elem(&stats, &index);
}

/*
 * By its address, of which the verifier lets no pointer be multiplied: its distance from the table.
 * When the address is another device's, that one is given another place, see settle().
 */
static __always_inline u64 device_number(struct device *dev)
{
	return (u64)dev - (u64)device_numbers;
}

/*
 * This CPU sees the device in this place for the first time, or otherwise than it was. The place
 * may be that of a device that is gone, and whose address this one has: it keeps its counters, and
 * no number leads there any more. Return: the device's place, or negative.
 */
static __noinline int settle(struct device *dev, u32 at)
{
	u64 key = device_key(dev), number = device_number(dev), known;
	int place = at & (XB_MAX_DEVICES - 1);

	known = device_keys[place];
	if (known && known != key) {
		__sync_val_compare_and_swap(&device_numbers[place], number, XB_PLACE_PAST);
		place = search_place(number);
		if (place < 0)
			return -1;
	}
	device_keys[place & (XB_MAX_DEVICES - 1)] = key;
	return place;
}

static __always_inline struct xb_stat *stat_anew(struct device *dev, bool second, u32 at)
{
	int place = settle(dev, at);
	struct xb_stat *s;
	u32 index;

	if (place < 0)
		return NULL;
	index = second ? place + XB_MAX_DEVICES : place;
	s = bpf_map_lookup_elem(&stats, &index);
	if (s)
		describe(dev, s);
	return s;
}

/* Of a mapping that was made before, whose device is the one that made it. */
static __always_inline struct xb_stat *stat_of(struct device *dev, bool second)
{
	struct xb_stat *s;
	u32 at = 0;

	s = stat_at(device_number(dev), second, &at);
	if (s && !s->mask)
		s = stat_anew(dev, second, at);
	return s;
}

/* Of a mapping that is made now: the device is looked at. */
static __always_inline struct xb_stat *stat_now(struct device *dev, bool second)
{
	struct xb_stat *s;
	u32 at = 0;

	s = stat_at(device_number(dev), second, &at);
	if (s && !(s->seen.folder == folder_of(dev) && is_set_as(dev, &s->seen)))
		s = stat_anew(dev, second, at);
	return s;
}

static __noinline int count_size(u64 key, u64 size)
{
	struct xb_sizes *s = bpf_map_lookup_elem(&sizes, &key);
	u32 slot = octave_of(size);

	if (!s) {
		bpf_map_update_elem(&sizes, &key, &no_sizes, BPF_NOEXIST);
		s = bpf_map_lookup_elem(&sizes, &key);
		if (!s) {
			__sync_fetch_and_add(&losses.memory, 1);
			return 0;
		}
	}
	barrier_var(slot);
	__sync_fetch_and_add(&s->octaves[slot & (XB_SIZE_SLOTS - 1)], 1);
	return 0;
}

static __noinline int count_guest(u64 dev, u32 domain, u64 size)
{
	struct xb_guest_key key = { .dev = dev, .domain = domain };
	struct xb_guest *g = bpf_map_lookup_elem(&guests, &key);

	if (!g) {
		bpf_map_update_elem(&guests, &key, &no_guest, BPF_NOEXIST);
		g = bpf_map_lookup_elem(&guests, &key);
		if (!g) {
			__sync_fetch_and_add(&losses.guests, 1);
			return 0;
		}
	}
	__sync_fetch_and_add(&g->bounces, 1);
	__sync_fetch_and_add(&g->bytes, size);
	return 0;
}

#endif /* XB_STAT_BPF_H */
