// SPDX-License-Identifier: GPL-2.0-only
/* Intervals of occupancy from places that are made up, some of devices that are gone. */
#include <stdarg.h>
#include <string.h>

#include "engine/occupancy.c"
#include "commands/occupancy.c"
#include "ok.h"
#include "say_counted.h"
#include "screen_shown.h"

static struct occupancy_bss bss;
static struct occupancy_bpf programs = { .bss = &bss };
static u64 gone;    /* the key of the device that is */
static bool due;    /* sysfs may be asked */
static u32 watched; /* a place that is to be freed */
static int led_to;  /* so often while it was cleared a number led to it */

/* What the two files call of the others. */
struct command_options command_options;

int bpf_map__delete_elem(const struct bpf_map *map, const void *key, size_t key_size, __u64 flags)
{
	(void)map;
	(void)key;
	(void)key_size;
	(void)flags;
	led_to += bss.device_numbers[watched] > XB_PLACE_PAST;
	return 0;
}

bool device_describe(struct bpf_map *devices, u64 key, struct xb_device *d)
{
	(void)devices;
	*d = (struct xb_device){ .driver = "e1000" };
	snprintf(d->name, sizeof(d->name), "device-%llu", key & 0xff);
	return true;
}

bool device_is_gone(u64 key, const struct xb_device *d)
{
	(void)d;
	return key == gone;
}

bool device_sweep_is_due(double *next)
{
	(void)next;
	return due;
}

void probe_run(struct bpf_program *program)
{
	(void)program;
}

u64 probe_missed(const struct bpf_object *object)
{
	return !!object;
}

u64 module_side_missed(const struct module_side *of)
{
	return !of;
}

struct bpf_program {
	const char *section;
};

const char *bpf_program__section_name(const struct bpf_program *program)
{
	return program->section;
}

static u64 module_abi;  /* the version that the module's file says */
static bool unreadable; /* its format files are */

u64 host_number(const char *path)
{
	return strcmp(path, MODULE_ABI) ? 0 : module_abi;
}

FILE *probe_open_format(const char *event)
{
	(void)event;
	return unreadable ? NULL : fopen("/dev/null", "r");
}

void layout_read(struct xb_events *events)
{
	(void)events;
}

int host_pools(const struct host *h, struct pool pools[HOST_POOLS])
{
	(void)h;
	(void)pools;
	return 0;
}

/* The module's pool holds so many slots, and one more each time that somebody looks. */
static u64 module_slots, grows;

void host_module_pool(struct pool *p)
{
	*p = (struct pool){ .size = 1 << 20, .used = module_slots << XB_SLOT_SHIFT };
	module_slots += grows;
}

const char *host_backend(const struct host *h)
{
	(void)h;
	return "swiotlb-xen";
}

void say_flush(void)
{
}

void screen_begin(bool timestamp)
{
	(void)timestamp;
}

void screen_end(void)
{
}

/* So many, each held by a device of its own at most at 10 slots of 20 that were in use. */
static void take_places(int n)
{
	int at;

	memset(&bss, 0, sizeof(bss));
	for (at = 0; at < n; at++) {
		bss.device_numbers[at] = 1000 + at;
		bss.occupancies[at] = (struct xb_occupancy){
			.key = XB_STOCK_DEVICE | (1 + at),
			.maps = 3,
			.most = { { 10, 20 } },
		};
		bss.occupancies[at].steps[20] = 3;
	}
}

static void test_two_places(void)
{
	take_places(3);
	bss.occupancies[2].key = bss.occupancies[0].key;
	bss.occupancies[2].most[0].used = 30;
	occupancy_interval(&now);
	ok(now.n == 2, "a device that has two places has one row");
	ok(now.rows[0].maps == 6 && now.rows[0].held == 20 && now.rows[0].used == 30 &&
		   now.rows[0].steps[20] == 6,
	   "with what both have counted");
}

/* How many histograms an interval shows. */
static int histograms(bool json, bool last)
{
	const char *at = shown;
	FILE *out = stdout;
	int n = 0;

	memset(shown, 0, sizeof(shown));
	command_options.json = json;
	if (json)
		stdout = fmemopen(shown, sizeof(shown), "w");
	now.n = 2; /* as many as have room here */
	show(1, last);
	if (json) {
		fclose(stdout);
		stdout = out;
	}
	for (; (at = strstr(at, json ? "histogram_slots" : "in use at its maps")); at++)
		n++;
	return n;
}

static void test_gone(void)
{
	take_places(XB_OCCUPANCY_DEVICES);
	watched = 1;
	gone = bss.occupancies[watched].key;
	occupancy_interval(&now);
	ok(!now.rows[1].gone && !histograms(false, false) && !histograms(true, false),
	   "where sysfs is not asked no device is gone, and no histogram is due");
	ok(histograms(false, true) == 2 && histograms(true, true) == 2, "at the end all are");
	due = true;
	take_places(XB_OCCUPANCY_DEVICES);
	occupancy_interval(&now);
	ok(now.n == XB_OCCUPANCY_DEVICES && now.rows[1].gone && now.rows[1].maps == 3,
	   "the last counts of a device that is gone are told");
	ok(bss.device_numbers[1] == XB_PLACE_FREED && !bss.occupancies[1].key,
	   "and its place is free");
	ok(!led_to, "no number leads to it while it is cleared");
	ok(histograms(false, false) == 1 && strstr(shown, "device-2 (e1000): slots"),
	   "its histogram is shown in this interval");
	ok(histograms(true, false) == 1, "as JSON, too");
}

/* Of an hour in which events were missed, or in which the tool came late. */
static void test_drift(void)
{
	take_places(0);
	module_slots = 30;
	bss.pools[1].used = -98;
	occupancy_interval(&now);
	ok(bss.pools[1].used == 30, "what was counted of the module's pool is set right by itself");
	occupancy_interval(&now);
	ok(now.used[1] == 30, "and the next interval begins with it");
	bss.pools[1].used = 25;
	grows = 1;
	occupancy_interval(&now);
	grows = 0;
	ok(bss.pools[1].used == 25, "not by what is only not counted yet");
}

/* The programs that are wanted, as bits. */
static unsigned int all_wanted(void)
{
	static const struct bpf_program module[] = { { "raw_tp/xsw_claim" },
						     { "raw_tp/xsw_release" },
						     { "tp/xen_swiotlb/xsw_map" },
						     { "tp/xen_swiotlb/xsw_unmap" },
						     { "tp/xen_swiotlb/xsw_full" } };
	unsigned int wanted = 0, i;

	for (i = 0; i < sizeof(module) / sizeof(module[0]); i++)
		wanted |= (unsigned int)wants(&module[i]) << i;
	return wanted;
}

static void test_events(void)
{
	module_abi = 3;
	ok(all_wanted() == 0x13 && !warnings, "the module's events of claims, and of failures");
	unreadable = true;
	ok(all_wanted() == 0x1c, "where none can be read those that need it: that is told then");
	unreadable = false;
	warnings = 0;
	module_abi = 2;
	ok(all_wanted() == 0x1c, "before version 3 those of all maps");
	ok(warnings <= 1, "which is said once");
}

int main(void)
{
	skel = &programs;
	test_events();
	test_drift();
	test_two_places();
	test_gone();
	return done_testing();
}
