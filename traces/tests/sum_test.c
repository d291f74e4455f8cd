// SPDX-License-Identifier: GPL-2.0-only
/* The rows of top from places that are made up, and what happens to those of devices gone. */
#include <errno.h>
#include <string.h>
#include <bpf/libbpf.h>

#include "engine/device.h"
#include "engine/flow_sum.h"
#include "flow.skel.h"
#include "ok.h"

struct bpf_map {
	char nothing;
};

static struct bpf_map stats, sizes, hists, guests, devices;
static struct flow_bss bss;
static struct flow_bpf skel = { { &stats, &sizes, &hists, &guests, &devices }, &bss };

static struct xb_stat counted[2 * XB_MAX_DEVICES];
static u64 gone; /* the key of the device that is */
static bool due;
static int asked;     /* whether devices are gone */
static u32 watched;   /* a place that is to be freed */
static int led_to;    /* so often while it was cleared a number led to it */
static int forgotten; /* descriptions */

/* What flow_sum.c calls of the others. */
int libbpf_num_possible_cpus(void)
{
	return 1;
}

int bpf_map__lookup_elem(const struct bpf_map *map, const void *key, size_t key_size, void *value,
			 size_t value_size, __u64 flags)
{
	(void)key_size;
	(void)flags;
	if (map != &stats)
		return -ENOENT;
	memcpy(value, &counted[*(const u32 *)key], value_size);
	return 0;
}

int bpf_map__get_next_key(const struct bpf_map *map, const void *key, void *next, size_t key_size)
{
	(void)map;
	(void)key;
	(void)next;
	(void)key_size;
	return -ENOENT;
}

static void cleared(void)
{
	led_to += bss.device_numbers[watched] > XB_PLACE_PAST;
}

int bpf_map__delete_elem(const struct bpf_map *map, const void *key, size_t key_size, __u64 flags)
{
	(void)key;
	(void)key_size;
	(void)flags;
	cleared();
	forgotten += map == &devices;
	return 0;
}

int bpf_map__update_elem(const struct bpf_map *map, const void *key, size_t key_size,
			 const void *value, size_t value_size, __u64 flags)
{
	(void)map;
	(void)key_size;
	(void)flags;
	cleared();
	memcpy(&counted[*(const u32 *)key], value, value_size);
	return 0;
}

/* A description that was deleted is not found. */
bool device_describe(struct bpf_map *map, u64 key, struct xb_device *d)
{
	(void)map;
	*d = (struct xb_device){ .name = "0000:03:00.0", .seen.folder = 1 };
	return key != gone || !forgotten;
}

bool device_is_gone(u64 key, const struct xb_device *d)
{
	(void)d;
	asked++;
	return key == gone;
}

bool device_sweep_is_due(double *next)
{
	(void)next;
	return due;
}

const char *host_backend(const struct host *host)
{
	(void)host;
	return "swiotlb-xen";
}

bool flow_only_bounces(void)
{
	return false;
}

bool flow_counts_maps(void)
{
	return true;
}

void die(const char *format, ...)
{
	(void)format;
	__builtin_trap();
}

static struct flow_state state;

static void sum(void)
{
	static const struct flow_options options;

	asked = led_to = forgotten = 0;
	flow_sum(&skel, NULL, &options, &state);
}

/* So many, each with bounces of its own. */
static void take_places(int n)
{
	int at;

	for (at = 0; at < n; at++) {
		bss.device_numbers[at] = 1000 + at;
		bss.device_keys[at] = XB_STOCK_DEVICE | (1 + at);
		counted[at].bounces[XB_MASK] = 100 + at;
	}
}

static void test_two_places(void)
{
	take_places(3);
	bss.device_keys[2] = bss.device_keys[0];
	counted[XB_MAX_DEVICES + 2].bounces[XB_MASK] = 1000;
	sum();
	ok(state.nr_rows == 2, "a device that has two places has one row");
	ok(state.rows[0].stat.bounces[XB_MASK] == 100 + 102 + 1000, "with what both have counted");
	counted[XB_MAX_DEVICES + 2].bounces[XB_MASK] = 0;
}

static void test_gone(void)
{
	take_places(XB_MAX_DEVICES);
	watched = 7;
	gone = bss.device_keys[watched];
	sum();
	ok(!asked && bss.device_keys[watched] == gone, "sysfs is not asked each time");
	due = true;
	sum();
	ok(asked == XB_MAX_DEVICES, "when it is due, of each device");
	ok(state.nr_rows == XB_MAX_DEVICES && state.rows[7].stat.bounces[XB_MASK] == 107,
	   "the last counts of a device that is gone are told");
	ok(bss.device_numbers[7] == XB_PLACE_FREED && !bss.device_keys[7] &&
		   !counted[7].bounces[XB_MASK],
	   "and its place is free");
	ok(!led_to, "no number leads to it while it is cleared");
	take_places(XB_MAX_DEVICES);
	bss.device_keys[9] = gone;
	sum();
	ok(bss.device_numbers[7] == XB_PLACE_FREED && bss.device_numbers[9] == XB_PLACE_FREED,
	   "of a device that had two places both are freed");
}

int main(void)
{
	test_two_places();
	test_gone();
	return done_testing();
}
