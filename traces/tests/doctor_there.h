/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests of what doctor says: it examines counters, memory and a Xen that are made up.
 */
#ifndef DOCTOR_THERE_H
#define DOCTOR_THERE_H

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "engine/contiguity.c"
#include "commands/doctor.c"
#include "engine/xen_call.h"
#include "command_quiet.h"
#include "ok.h"
#include "screen_shown.h"
#include "start_quiet.h"

int __real_clock_gettime(clockid_t clock, struct timespec *t);

static struct contiguity_bss bss = { .p2m = 1 };
static struct contiguity_bpf programs = { .bss = &bss };
static bool told; /* the kernel has the event */

struct contiguity_bpf *contiguity_bpf__open(void)
{
	static typeof(*programs.rodata) rodata;

	programs.rodata = &rodata;
	programs.maps.names = (void *)1;
	return &programs;
}

/* What the two files call of the others. */
bool probe_use(struct bpf_program *program, bool on)
{
	(void)program;
	return on && told;
}

bool probe_kfunc(const char *name)
{
	return !name;
}

/* The domain's memory as a walk would find it: pages by order, all of them low or none. */
static u64 memory_there[XB_ORDERS];
static u64 low_there[XB_ORDERS];
static u64 highest_there;

/* The pieces of its walks */
static int pieces;
static u64 largest_piece;
static bool walked_while_counting;

void probe_run(struct bpf_program *program)
{
	int order;

	(void)program;
	if (bss.armed)
		walked_while_counting = true;
	pieces++;
	largest_piece = bss.blocks > largest_piece ? bss.blocks : largest_piece;
	if (bss.first)
		return; /* all is in the first piece */
	bss.contiguity.highest = highest_there;
	for (order = 0; order < XB_ORDERS; order++) {
		bss.contiguity.largest[order] = memory_there[order];
		bss.contiguity.low_largest[order] = low_there[order];
		bss.contiguity.pages += memory_there[order];
		bss.contiguity.low += low_there[order];
		bss.contiguity.below_4g += low_there[order];
	}
}

/* What Xen and the domain have free, in MiB, and the pools there are. */
static struct {
	bool told;
	u64 xen_low, available, stock, module, reserve, coherent;
	unsigned int module_bits; /* its pool lies below */
	const char *line;         /* Xen's command line; NULL: not told */
	int error;                /* of /dev/xen/privcmd */
} there;

void xen_heap_look(struct xen_heap *heap, unsigned int bits)
{
	(void)bits;
	memset(heap, 0, sizeof(*heap));
	heap->told = there.told;
	heap->error = there.error;
	heap->low = heap->all = there.xen_low << 20;
	heap->by_width[0].width = 32;
	heap->by_width[0].bytes = heap->low;
	heap->by_width[1].width = 52;
}

bool xen_call_open(struct xen_call *c)
{
	static char page[XEN_CALL_PAGE];

	c->page = page;
	errno = there.error;
	return !there.error;
}

void xen_call_close(struct xen_call *c)
{
	(void)c;
}

bool xen_call(const struct xen_call *c, unsigned int op, uint64_t first, uint64_t second)
{
	strcpy((char *)second, there.line ?: "<denied>");
	return op == 17 && first == 9 && second == (uintptr_t)c->page;
}

#define BOOTED_S 1000000 /* ago */

int __wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
	if (clock != CLOCK_BOOTTIME)
		return __real_clock_gettime(clock, t);
	*t = (struct timespec){ .tv_sec = BOOTED_S };
	return 0;
}

/* The defragmenter's last run; @told: it has ended, and the module has files for its width and end.
 * For the next run another width is set. */
static struct xen_extents extents_there;
static bool begins_meanwhile; /* the next run, while this one's counters are read */
static bool goes_on;          /* since then */

/* Of the defragmenter, by its files; state NULL: it is not loaded */
static struct {
	const char *state, *result;
	u64 background, hot_found, width;
} defrag_there;

static u64 module_mask = ~0ULL; /* of its devices */

static u64 defrag_number(const char *path)
{
	if (strstr(path, "/background"))
		return defrag_there.background;
	return strstr(path, "/hot_found") ? defrag_there.hot_found : defrag_there.width;
}

u64 host_number(const char *path)
{
	if (defrag_there.state && strstr(path, "/xen_swiotlb_defrag/"))
		return defrag_number(path);
	if (strstr(path, "/run_ended_s"))
		return extents_there.told && !goes_on ? BOOTED_S - extents_there.age : 0;
	if (strstr(path, "/run_width"))
		return extents_there.told ? extents_there.width : 0;
	if (strstr(path, "/xen_kept"))
		return extents_there.kept;
	if (strstr(path, "/width"))
		return extents_there.width == 32 ? 40 : 32;
	return strstr(path, "/xen_swiotlb/parameters/address_bits") ? there.module_bits : 0;
}

static unsigned long spanned_there = 1 << 18; /* pages: 1 GiB */

/* Of zones there is one; of the defragmenter what it asked Xen for. */
FILE *__wrap_fopen(const char *path, const char *mode)
{
	static char text[512];
	int order, n = 0;

	goes_on |= strstr(path, "/xen_extents") && begins_meanwhile;
	if (strstr(path, "/xen_extents"))
		for (order = 0; order < XB_ORDERS; order++)
			n += snprintf(text + n, sizeof(text) - n, "order%d %llu %llu\n", order,
				      extents_there.taken[order], extents_there.refused[order]);
	else if (strstr(path, "xen_swiotlb_defrag/")) {
		if (!defrag_there.state)
			return NULL;
		snprintf(text, sizeof(text), "%s\n",
			 strstr(path, "/state") ? defrag_there.state : defrag_there.result);
	} else
		snprintf(text, sizeof(text), "Node 0, zone DMA32\n  spanned %lu\n  start_pfn: 0\n",
			 spanned_there);
	return fmemopen(text, strlen(text), mode);
}

u64 host_available(void)
{
	return there.available << 20;
}

int host_pools(const struct host *h, struct pool pools[HOST_POOLS])
{
	(void)h;
	pools[0].size = there.stock << 20;
	pools[1].size = there.module << 20;
	pools[1].reserve = there.reserve << 20;
	pools[1].coherent = there.coherent << 20;
	return 2;
}

const char *host_backend(const struct host *h)
{
	(void)h;
	return "swiotlb-xen";
}

/* The module's side is loaded by code with a test of its own. */
static int followed;

void module_side_leave(struct bpf_object *objects)
{
	(void)objects;
}

void module_side_follow(struct module_side *of, const struct bpf_object_skeleton *first)
{
	(void)of;
	(void)first;
	followed++;
}

void module_side_drop(struct module_side *of)
{
	(void)of;
	followed--;
}

void layout_read(struct xb_events *events)
{
	(void)events;
}

bool device_describe(struct bpf_map *devices, u64 key, struct xb_device *d)
{
	(void)devices;
	snprintf(d->name, sizeof(d->name), "0000:00:%02llx.0", key >> 3 & 0x1f);
	d->mask = module_mask;
	return true;
}

const char *host_name(const struct host *h)
{
	(void)h;
	return "Xen PV dom0";
}

void die(const char *format, ...)
{
	puts(format);
	exit(STATUS_ERROR);
}

static double counted_for = 1; /* seconds */

double command_elapsed(void)
{
	return counted_for;
}

bool command_wait(double step, double end)
{
	(void)step;
	(void)end;
	return false;
}

int bpf_map__fd(const struct bpf_map *map)
{
	return map == programs.maps.names;
}

/* The ranges in the map, of the first so many; while one is read, so many more buffers straddle. */
#define MOST_RANGES 3
static struct xb_range_key ranges_there[MOST_RANGES] = { { .dev = 1, .mib = 7 } };
static struct xb_range_key *const range_there = ranges_there;
static u64 masks_there[MOST_RANGES] = { ~0ULL };
static u64 bounces_of[MOST_RANGES] = { 5 }, more_meanwhile;
static int nr_ranges = 1;

int bpf_map_get_next_key(int fd, const void *key, void *next)
{
	const struct xb_range_key *last = key;
	int i;

	(void)fd;
	for (i = 0; last && memcmp(last, &ranges_there[i], sizeof(*last)); i++)
		;
	i += last != NULL;
	if (i >= nr_ranges)
		return -ENOENT;
	*(struct xb_range_key *)next = ranges_there[i];
	return 0;
}

int bpf_map_lookup_elem(int fd, const void *key, void *value)
{
	int i = 0;

	if (fd) {
		strcpy(value, "card");
		return 0;
	}
	while (memcmp(key, &ranges_there[i], sizeof(*ranges_there)))
		i++;
	bss.straddles += more_meanwhile;
	*(struct xb_range *)value = (struct xb_range){ .bounces = bounces_of[i] + more_meanwhile,
						       .bytes = 20480,
						       .mask = masks_there[i] };
	return 0;
}

void screen_begin(bool timestamp)
{
	(void)timestamp;
}

void screen_end(void)
{
}

static void examine(bool json)
{
	FILE *out = stdout;

	memset(shown, 0, sizeof(shown));
	command_options.json = json;
	if (json)
		stdout = fmemopen(shown, sizeof(shown), "w");
	command_doctor(0, NULL);
	if (json) {
		fclose(stdout);
		stdout = out;
	}
}

static void ok_shows(const char *what, const char *name)
{
	ok(strstr(shown, what), name);
	if (!strstr(shown, what))
		printf("# no '%s' in\n# %s\n", what, shown);
}

/* MiB of low memory and of other memory, in blocks of these orders */
static void set_memory(u64 low_mb, int low_order, u64 high_mb, int high_order)
{
	memset(memory_there, 0, sizeof(memory_there));
	memset(low_there, 0, sizeof(low_there));
	low_there[low_order] = low_mb << 8;
	memory_there[low_order] += low_mb << 8;
	memory_there[high_order] += high_mb << 8;
	memset(&there, 0, sizeof(there));
	there.available = low_mb + high_mb;
	there.module_bits = 32;
	memset(&extents_there, 0, sizeof(extents_there));
	found.pool_mb = 64;
}

static void be_pv(void)
{
	host.kind = HOST_PV;
	host.pool_told = true;
	set_memory(100, 9, 0, 0);
}

#endif /* DOCTOR_THERE_H */
