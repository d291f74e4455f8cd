// SPDX-License-Identifier: GPL-2.0-only
/*
 * What doctor says of bounces, of a pool, and of the causes why there is none, by text and as JSON:
 * from counters, memory and a Xen that are made up.
 */
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

static void test_bounces(void)
{
	told = true;
	bss.straddles = 7;
	bss.others = 3;
	examine(false);
	ok(strstr(shown, "7 buffers bounced because they straddle, 3 for other reasons"),
	   "bounces are told without tracefs, too");
	ok(strstr(shown, "card: 5 bounces") && strstr(shown, "in MiB 7") &&
		   !strstr(shown, "no room"),
	   "and where they lie");
	bss.lost = 2;
	examine(false);
	ok(strstr(shown,
		  "2 of them lie in other places, for which there was no room beside these 4096"),
	   "those that lie in too many places are told");
	examine(true);
	ok(strstr(shown, "\"straddles\":7,\"granted_straddles\":0,\"other_bounces\":3,") &&
		   strstr(shown, "\"hot_lost\":2"),
	   "as JSON, too");
	bss.lost = 0;
	more_meanwhile = 100;
	bounces_of[0] = bss.straddles = 0;
	examine(false);
	ok_shows("made 100 %", "what straddles while the ranges are read makes no share above all");
	more_meanwhile = 0;
	bounces_of[0] = 5;
	bss.straddles = 7;
	told = false;
	examine(true);
	ok(strstr(shown,
		  "\"straddles\":null,\"granted_straddles\":null,\"other_bounces\":null,\"hot\":null,\"hot_lost\":null"),
	   "what is not counted is null");
	examine(false);
	ok(strstr(shown, "This kernel does not tell of bounces"), "and that is said");
	told = true;
	ok(!followed, "the module is followed, and left");
}

static void test_places(void)
{
	range_there->mib = XB_OTHERS_MIB;
	examine(false);
	ok_shows("in memory that other domains granted", "a granted page lies in no MiB of ours");
	examine(true);
	ok_shows("\"backend\":\"swiotlb-xen\",\"granted\":true,\"mib\":null", "as JSON, too");
	*range_there = (struct xb_range_key){ .dev = XB_MODULE_DEVICE | 5 << 3, .mib = 9 };
	examine(false);
	ok_shows("0000:00:05.0 (xen_swiotlb): 5 bounces", "a device of the module");
	examine(true);
	ok_shows(
		"\"device\":\"0000:00:05.0\",\"backend\":\"xen_swiotlb\",\"granted\":false,\"mib\":9",
		"as JSON, too");
	*range_there = (struct xb_range_key){ .dev = 1, .mib = 7 };
}

static void test_shares(void)
{
	struct contiguity c;

	set_memory(100, 9, 300, 9);
	found.width = 30;
	examine(false);
	ok_shows("Below 4 GiB: 25.0 %", "the share below 4 GiB is told, whatever the width");
	found.width = 32;
	examine(true);
	ok_shows("\"below_4g_pages\":25600", "as JSON");
	ok_shows("\"load_seconds\":", "and what loading the programs took");
	ok_shows("\"look_seconds\":", "and all of the look");
	examine(false);
	ok_shows("This look took ", "in words, too");
	plan(&c, 32768, CONTIGUITY_MOST_BLOCKS);
	ok(c.stride == 8 && c.blocks == 4096, "of 64 GiB one block in 8 is looked at");
	plan(&c, 4097, CONTIGUITY_MOST_BLOCKS);
	ok(c.stride == 2 && c.blocks == 2049, "the last stride is no whole one");
	plan(&c, 4096, CONTIGUITY_MOST_BLOCKS);
	ok(c.stride == 1 && c.blocks == 4096, "of 8 GiB all");
	plan(&c, 0, CONTIGUITY_MOST_BLOCKS);
	ok(c.stride == 1 && !c.blocks, "of none nothing");
}

#define MODULE(state) "\"pool_module\":{\"state\":\"" state "\""
#define STOCK(state)  "\"pool_stock\":{\"state\":\"" state "\""
#define FROM(source)  "\"pool_from\":\"" source "\""

static void ok_pool(const char *module, const char *from, const char *stock, const char *name)
{
	examine(true);
	ok_shows(module, name);
	ok_shows(from, "  of that");
	ok_shows(stock, "  and of stock's");
}

static void ok_cause(const char *cause, const char *state, const char *why, const char *name)
{
	char wanted[100];
	const char *at;
	bool good;

	snprintf(wanted, sizeof(wanted), "\"cause_%s\":{\"state\":\"%s\",\"why\":\"", cause, state);
	examine(true);
	at = strstr(shown, wanted);
	good = at && strstr(at, why) && strstr(at, why) < strchr(at, '}');
	ok(good, name);
	if (!good)
		printf("# no '%s...%s' in\n# %s\n", wanted, why, shown);
}

static void ok_shows_xen(const char *bytes, const char *name)
{
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "\"pool_xen_bytes\":%s,", bytes);
	examine(true);
	ok_shows(wanted, name);
}

static void test_pool(void)
{
	set_memory(1024, 9, 0, 0);
	ok_pool(MODULE("yes"), FROM("own-blocks"), STOCK("unknown"), "a domain of low memory");
	ok_shows("64 MiB in blocks of order 9", "  the orders are named");
	ok_shows("\"pool_own_bytes_by_order\":[0,0,0,0,0,0,0,0,0,67108864]", "  as numbers, too");
	set_memory(1024, 6, 0, 0);
	ok_pool(MODULE("yes"), FROM("own-smaller-blocks"), STOCK("unknown"), "in smaller blocks");
	ok_shows("64 MiB in blocks of order 6", "  which are named");

	set_memory(64, 9, 4096, 0);
	there.told = true;
	there.stock = 64;
	ok_pool(MODULE("no"), FROM("none"), STOCK("no"),
		"what is low is stock's pool, and Xen has nothing");
	there.stock = 0;
	there.module = 64;
	ok_pool(MODULE("no"), FROM("none"), STOCK("no"), "or it is the module's");
	there.module = 0;
	ok_pool(MODULE("yes"), FROM("own-blocks"), STOCK("no"), "without either");

	host.pool_told = false;
	ok_pool(MODULE("possible"), FROM("own-blocks"), STOCK("no"), "or if stock's is not told");
	ok_shows("may be a part of them", "  which is said");
	host.pool_told = true;

	set_memory(2048, 9, 0, 0);
	found.pool_mb = 1500;
	there.available = 1900;
	ok_pool(MODULE("no"), FROM("none"), STOCK("unknown"),
		"it takes no more of what is available than it leaves");
	ok_shows("1.9 GiB of memory available, and the pool gets no more than is left: 950 MiB",
		 "  which is said");
	there.available = 3001;
	ok_pool(MODULE("yes"), FROM("own-blocks"), STOCK("unknown"), "it takes as much");

	set_memory(40, 9, 4096, 0);
	there.told = true;
	there.xen_low = 40;
	ok_pool(MODULE("possible"), FROM("xen"), STOCK("possible"),
		"own memory and Xen's are added up");
	ok_shows("gets one of the domain's back", "  stock gives back what it gets blocks for");
	there.xen_low = 20;
	ok_pool(MODULE("no"), FROM("none"), STOCK("no"), "together they may be too little");
	there.told = false;
	ok_pool(MODULE("unknown"), FROM("none"), STOCK("unknown"), "or it is not known");
	set_memory(40, 3, 4096, 0);
	there.told = true;
	there.xen_low = 40;
	ok_pool(MODULE("possible"), FROM("assembled"), STOCK("no"),
		"scattered memory serves the module alone");
	ok_shows("; Xen has 40 MiB free; and 24 MiB lie scattered", "  so much of it");
	ok_shows("down to order 3", "  to that order");
	there.xen_low = 100;
	ok_pool(MODULE("possible"), FROM("xen"), STOCK("possible"), "Xen has all of it");
	there.line = "memop-max-order=5,5,5,5";
	host.dom0 = true;
	ok_pool(MODULE("possible"), FROM("xen"), STOCK("no"), "but gives no blocks so large");

	set_memory(40, 9, 4096, 0);
	host.dom0 = false;
	ok_shows_xen("null", "what Xen has in it is not known where it tells nothing");
	there.told = true;
	ok_shows_xen("0", "and is nothing where it has none");
	there.xen_low = 40;
	ok_shows_xen("25165824", "or what is taken of it");
	examine(true);
	ok_shows("\"pool_unsure_bytes\":0,", "where all memory is looked at nothing is unsure");
}

/* Of 512 blocks so many are looked at, and in them so many MiB found low, in whole blocks */
static void set_sample(u64 blocks, u64 low_mb)
{
	set_memory(low_mb, 9, 4096, 0);
	there.available = 1 << 20;
	most_blocks = blocks;
}

static void test_sample(void)
{
	set_sample(128, 256); /* so low memory is about 1 GiB */
	ok_pool(MODULE("yes"), FROM("own-blocks"), STOCK("unknown"), "what is much more is enough");
	ok_shows("\"stride\":4,", "  though a part of memory was looked at");
	ok_shows("about 64 MiB in blocks of order 9 (± 216 MiB)",
		 "  and what is own is an estimate");
	ok_shows("\"pool_unsure_bytes\":226492416,", "  off by (4 + 2 * sqrt(128)) * 4 * 2 MiB");
	found.pool_mb = 809;
	ok_pool(MODULE("possible"), FROM("own-blocks"), STOCK("unknown"),
		"what is hardly more may not be");
	ok_shows(
		"about 1 GiB ± 216 MiB of low frames outside of pools; but only a part of memory was "
		"looked at: --blocks 512 looks at more",
		"  which is said, and what helps");
	found.pool_mb = 808;
	ok_pool(MODULE("yes"), FROM("own-blocks"), STOCK("unknown"), "up to there it is");
	there.told = true;
	found.pool_mb = 1240;
	ok_pool(MODULE("possible"), FROM("own-blocks"), STOCK("no"), "what is less may be enough");
	found.pool_mb = 1241;
	ok_pool(MODULE("no"), FROM("none"), STOCK("no"), "if it is not too little by more");

	set_sample(16, 0);
	there.told = true;
	there.stock = 64;
	ok_pool(MODULE("possible"), FROM("none"), STOCK("no"), "a pool may have been missed");
	ok_shows("\"pool_unsure_bytes\":268435456,", "  where none is hit there may be four");
	set_sample(16, 4);
	there.told = true;
	there.stock = 64;
	ok_pool(MODULE("possible"), FROM("own-blocks"), STOCK("no"), "or hit too often");

	set_sample(128, 256);
	there.told = true;
	there.xen_low = 1;
	found.pool_mb = 800;
	ok_cause("memory", "no", "gives back", "what stock gives back is enough for sure");
	found.pool_mb = 1000;
	ok_pool(MODULE("possible"), FROM("own-blocks"), STOCK("possible"), "or not");
	ok_shows("back, which has about 1 GiB ± 216 MiB in such blocks; but only a part of memory",
		 "  which is said");
	ok_cause("memory", "unknown", "only a part of memory was looked at",
		 "  so whether Xen has too little is not known");
	found.pool_mb = 1200;
	ok_cause("memory", "unknown", "only a part of memory was looked at", "less may be enough");
	found.pool_mb = 1300;
	ok_pool(MODULE("no"), FROM("none"), STOCK("no"), "or too little for sure");
	ok_cause("memory", "yes", "1.3 GiB are wanted", "  so Xen has too little");
	most_blocks = CONTIGUITY_MOST_BLOCKS;
}

static void test_more_blocks(void)
{
	set_sample(4096, 4);
	found.pool_mb = 24;
	there.told = true;
	spanned_there = 32768 << 9;
	examine(true);
	ok_shows("--blocks 16384 looks at more", "of 64 GiB one block in 2 can be looked at");
	most_blocks = CONTIGUITY_MAX_BLOCKS;
	examine(true);
	ok_shows("only a part of memory was looked at, and more than 16384 blocks can't be",
		 "no more");
	spanned_there = 10000 << 9;
	most_blocks = CONTIGUITY_MOST_BLOCKS;
	examine(true);
	ok_shows("--blocks 10000 looks at more", "of 20 GiB all");
	spanned_there = 1 << 18;
	most_blocks = CONTIGUITY_MOST_BLOCKS;
}

/* Pools that lie below 2^32, or another width, but nobody tells how low. */
static void test_pools(void)
{
	set_memory(128, 9, 4096, 9);
	there.told = true;
	there.module = 64;
	there.reserve = 2;
	ok_pool(MODULE("no"), FROM("none"), STOCK("no"),
		"the module has a reserve beside its pool");
	there.reserve = 0;
	ok_pool(MODULE("yes"), FROM("own-blocks"), STOCK("no"), "without it there is room");
	there.coherent = 8;
	ok_pool(MODULE("possible"), FROM("own-blocks"), STOCK("no"),
		"coherent memory may lie low or not");
	ok_shows("but 8 MiB of pools may be a part of them", "  which is said");
	there.coherent = 0;
	there.module = 65;
	there.module_bits = 36;
	ok_pool(MODULE("possible"), FROM("own-blocks"), STOCK("no"), "a pool for more bits, too");
	there.module = 64;
	there.module_bits = 24;
	ok_pool(MODULE("yes"), FROM("own-blocks"), STOCK("no"), "one for less does");

	found.width = 30;
	ok_pool(MODULE("yes"), FROM("own-blocks"), STOCK("no"), "where less is asked about, too");
	there.module = 65;
	there.module_bits = 32;
	ok_pool(MODULE("possible"), FROM("own-blocks"), STOCK("no"), "there one for 32 need not");
	there.module = 0;
	there.stock = 128;
	ok_pool(MODULE("possible"), FROM("own-blocks"), STOCK("no"), "nor need stock's");
	ok_shows("128 MiB of pools may be a part of them, for nobody tells how low those lie",
		 "  which is said");
	found.pool_mb = 129;
	ok_pool(MODULE("no"), FROM("none"), STOCK("no"), "more than there is with it is too much");
	ok_shows("128 MiB of low frames, some of which may be pools', and", "  which is said");
	there.xen_low = 65;
	ok_pool(MODULE("possible"), FROM("xen"), STOCK("possible"),
		"stock may give back less, too");
	ok_cause("memory", "unknown", "128 MiB of pools may be a part",
		 "so whether Xen has too little is not known");
	found.width = 32;
}

static void test_refusals(void)
{
	set_memory(40, 9, 4096, 0);
	host.dom0 = true;
	ok_pool(MODULE("unknown"), FROM("none"), STOCK("unknown"), "in dom0 Xen may refuse");
	ok_shows("Xen refuses to tell what it has free (its security policy?)", "  which is said");
	ok_cause("permission", "unknown", "refuses to tell its command line", "  of each cause");
	ok_cause("memory", "unknown", "refuses to tell what it has free", "  of the second");
	ok_cause("fragmentation", "unknown", "refuses to tell what it has free", "  of the third");
	there.error = ENOENT;
	examine(true);
	ok_shows(
		"/dev/xen/privcmd can't be opened: No such file or directory (modprobe xen-privcmd)",
		"or nobody can ask it");
	ok_cause("permission", "unknown", "/dev/xen/privcmd can't be opened", "  of each cause");
	there.error = EPERM;
	examine(true);
	ok_shows("/dev/xen/privcmd can't be opened: Operation not permitted\"",
		 "a container may not");
	ok(!strstr(shown, "run this there"), "dom0 is not sent to dom0");
	host.dom0 = false;
	examine(true);
	ok_shows("Xen tells dom0 alone what it has free (run this there)", "a domU is");
}

static void test_permission(void)
{
	set_memory(1024, 9, 0, 0);
	host.dom0 = true;
	there.line = "dom0_mem=1G console=com1";
	ok_cause("permission", "no", "up to order 18", "dom0 may exchange all by default");
	there.line = "memop-max-order=5 dom0_mem=1G";
	ok_cause("permission", "no", "up to order 18",
		 "the first number is for ordinary domUs alone");
	there.line = "memop-max-order=5,5,5,5";
	ok_cause("permission", "yes", "up to order 5", "all four limit dom0");
	there.line = "memop-max-order=5,5,5,5 memop-max-order=,6";
	ok_cause("permission", "no", "up to order 6", "a number that is left out stays");
	there.line = "memop-max-order=0x5,5,5,5";
	ok_cause("permission", "yes", "up to order 5", "Xen takes hexadecimal numbers");
	there.line = "flask=enforcing";
	ok_cause("permission", "unknown", "flask", "a policy may refuse");
	there.line = "flask=permissive xsm=flask";
	ok_cause("permission", "no", "up to order 18", "not one that is only told");
	host.dom0 = false;
	there.line = NULL;
	ok_cause("permission", "unknown", "order 9", "a domU is not told");
	host.pci = true;
	ok_cause("permission", "unknown", "order 12", "one with a device has more by default");
	there.line = "memop-max-order=5,18,18,5";
	ok_cause("permission", "yes", "up to order 5", "if it is told, its own numbers count");
	host.pci = false;
}

static void test_memory(void)
{
	set_memory(1024, 9, 0, 0);
	ok_cause("memory", "unknown", "dom0 alone", "what Xen has is not told");
	there.told = true;
	ok_cause("memory", "yes", "Xen has 0 B free",
		 "Xen has none: what the domain has itself does not help");
	there.xen_low = 64;
	ok_cause("memory", "no", "Xen has 64 MiB free", "Xen has enough");
	there.xen_low = 1;
	ok_cause("memory", "no", "gives back", "Xen has little, but gets blocks back");
	set_memory(1024, 3, 0, 0);
	there.told = true;
	there.xen_low = 1;
	ok_cause("memory", "yes", "64 MiB are wanted", "those it gets back must be blocks");
}

static void test_fragmentation(void)
{
	set_memory(1024, 8, 0, 0);
	ok_cause("fragmentation", "unknown", "dom0 alone", "Xen's free memory is not told");
	there.told = true;
	ok_cause("fragmentation", "no", "too little for one block", "nothing is not fragmented");
	there.xen_low = 64;
	ok_cause("fragmentation", "unknown", "nobody", "Xen tells no sizes of what it has");
	extents_there = (struct xen_extents){ .told = true, .age = 20 * 60, .refused[9] = 7 };
	ok_cause("fragmentation", "unknown", "nobody", "larger blocks may be refused");
	extents_there.refused[6] = 5;
	ok_cause("fragmentation", "yes", "ended 20 minutes ago: it refused 5 requests",
		 "but it had none for such blocks");
	extents_there.taken[5] = 3000;
	ok_cause("fragmentation", "yes", "5 requests for such or less, and gave 3000 smaller ones",
		 "smaller ones it had");
	extents_there.kept = 1;
	ok_cause("fragmentation", "unknown", "nobody", "or the run held a large one");
	extents_there.kept = 0;
	extents_there.taken[7] = 3;
	ok_cause("fragmentation", "unknown", "nobody", "or it gave one");
	extents_there.taken[7] = 0;
	extents_there.width = 24;
	ok_cause("fragmentation", "unknown", "nobody", "it may have none below 2^24 alone");
	extents_there.width = 32;
	ok_cause("fragmentation", "yes", "refused 5", "none below 2^32 is what stock would find");
	there.line = "memop-max-order=5,5,5,5";
	ok_cause("fragmentation", "unknown", "nobody",
		 "a domain that may not have such blocks learns nothing of them");
	there.line = NULL;

	extents_there.refused[6] = 0;
	extents_there.taken[7] = 3;
	ok_cause("fragmentation", "no", "gave all 3", "it gave them below 4 GiB");
	extents_there.width = 0;
	ok_cause("fragmentation", "unknown", "nobody", "or from anywhere");
	extents_there.width = 33;
	ok_cause("fragmentation", "unknown", "nobody", "or above");
	extents_there.width = 24;
	ok_cause("fragmentation", "no", "ended 20 minutes ago, asked for below 2^24",
		 "the run's own width counts, whatever is set for the next");

	extents_there.age = 59;
	ok_cause("fragmentation", "no", "less than a minute ago", "how long ago is told");
	extents_there.age = 60;
	ok_cause("fragmentation", "no", "1 minute ago", "in minutes");
	extents_there.age = 3600;
	ok_cause("fragmentation", "no", "60 minutes ago", "up to an hour");
	extents_there.age = 3601;
	ok_cause("fragmentation", "unknown", "ended 60 minutes ago: run it again",
		 "then Xen's memory may be another");
	extents_there.age = 7 * 24 * 3600;
	ok_cause("fragmentation", "unknown", "ended 168 hours ago: run it again",
		 "after days, too");
	extents_there.age = 60;
	extents_there.told = false;
	ok_cause("fragmentation", "unknown", "nobody", "an older module tells too little");
	extents_there.told = begins_meanwhile = true;
	ok_cause("fragmentation", "unknown", "nobody",
		 "nor do counters of a run that has just begun");
	begins_meanwhile = goes_on = false;
	ok_cause("fragmentation", "no", "gave all 3", "those of one that has do");
}

/* ---- the next step ---- */

/* Straddles in a range of ours, or of another domain's, for a device of such a mask */
static void add_range(u64 bounces, u64 mib, u64 mask)
{
	ranges_there[nr_ranges] = (struct xb_range_key){ .dev = nr_ranges + 1, .mib = mib };
	bounces_of[nr_ranges] = bounces;
	masks_there[nr_ranges] = mask;
	nr_ranges++;
	bss.straddles += bounces;
}

static void no_ranges(void)
{
	nr_ranges = 0;
	bss.straddles = bss.others = 0;
	memset(&defrag_there, 0, sizeof(defrag_there));
	memset(&there, 0, sizeof(there));
	highest_there = 0;
}

static void ok_step(const char *what, const char *name)
{
	examine(false);
	ok_shows(what, name);
}

static void test_masks(void)
{
	no_ranges();
	add_range(50, 7, 0xffffffff);
	ok_step("run 'xsw-defrag --width 32 all' while the load is on, which takes low memory",
		"for a narrow device low frames are asked for");
	ok(!strstr(shown, "'xsw-defrag all'"), "not any, among which high ones come first");
	ok_shows("which reaches 32 bits", "how far it reaches is told");
	examine(true);
	ok_shows("\"mask_bits\":32", "as JSON, too");
	add_range(50, 8, ~0ULL);
	ok_step("'xsw-defrag --width 32 all'", "with a wide one beside it: low frames first");
	ok(strstr(shown, "for the other devices then run 'xsw-defrag --width 0 all'"),
	   "then any, for a width stays set");
	examine(true);
	ok_shows("\"mask_bits\":64", "of a wide device, as JSON");
	bounces_of[0] = 5;
	bss.straddles = 55;
	ok_step("run 'xsw-defrag all'", "for a few buffers no low memory is taken");
	no_ranges();
	add_range(50, 7, (1ULL << 36) - 1);
	ok_step("'xsw-defrag --width 36 all'", "a device of 36 bits wants no less than it reaches");
	no_ranges();
	add_range(50, 7, (1ULL << 44) - 1);
	ok_step("run 'xsw-defrag all'", "one of 44 bits reaches all memory");
	no_ranges();
	add_range(50, 7, 0xffffffff);
	there.told = true;
	there.xen_low = 100;
	ok_step("run 'xsw-defrag all'", "so does one of 32 where Xen has no high memory free");
	highest_there = XB_4G_FRAMES + 1;
	ok_step("'xsw-defrag --width 32 all'", "if the domain has none either");
	no_ranges();
	nr_ranges = 1;
	ranges_there[0] = (struct xb_range_key){ .dev = XB_MODULE_DEVICE | 5 << 3, .mib = 9 };
	masks_there[0] = 0;
	bounces_of[0] = bss.straddles = 50;
	ok_step("run 'xsw-defrag all'", "of a wide device of the module's all");
	module_mask = 0xffffffff;
	ok_step("'xsw-defrag --width 32 all'", "of a narrow one low frames");
	module_mask = ~0ULL;
}

static void test_granted(void)
{
	no_ranges();
	add_range(40, XB_OTHERS_MIB, ~0ULL);
	add_range(20, 7, ~0ULL);
	ok_step("these pages are another domain's: run 'xsw-defrag all' in that domain",
		"what others granted is to be cured there");
	examine(true);
	ok_shows("\"straddles\":60,\"granted_straddles\":40", "their number is told");
	bounces_of[0] = 15;
	bss.straddles = 35;
	ok_step("Next step: load the module (modprobe xen_swiotlb_defrag) and run 'xsw-defrag all'",
		"where most are our own, here");
}

static void test_defrag(void)
{
	no_ranges();
	add_range(50, 7, ~0ULL);
	defrag_there.state = "idle";
	defrag_there.result = "none";
	ok_step("Next step: run 'xsw-defrag all' while the load is on; 'xsw-defrag --background on'",
		"a module that is there is not loaded");
	defrag_there.state = "hot";
	ok_step("Next step: wait for the end of the defragmenter's run ('xsw-defrag stop' ends it)",
		"while it runs there is nothing to start");
	defrag_there.state = "background";
	defrag_there.background = 1;
	ok_step("Next step: the defragmenter is at work in the background: what is left lies in memory "
		"that its drivers keep",
		"a run in the background is none to wait for");
	defrag_there.state = "idle";
	ok_step("restart the driver or the interface, or run 'xsw-defrag all' while the load is on",
		"nor is its pause");
	masks_there[0] = 0xffffffff;
	ok_step("'xsw-defrag --width 32 all'", "it does not what a narrow device needs");
	defrag_there.width = 32;
	ok_step("the defragmenter is at work in the background", "but with a width");
	masks_there[0] = ~0ULL;
	defrag_there.background = 0;
	ok_step("run 'xsw-defrag --width 0 all'", "a width that was left is taken away");
	defrag_there.width = 0;
	defrag_there.result = "done";
	ok_step("after the last such run nothing was left", "how the last run ended is told");
	defrag_there.hot_found = 1;
	examine(false);
	ok(!strstr(shown, "nothing was left"), "not if its last pass still found something");
}

/* ---- when, and how long ---- */

static void test_time(void)
{
	set_memory(1024, 9, 0, 0);
	no_ranges();
	add_range(1, 7, ~0ULL);
	counted_for = 0.05;
	examine(false);
	ok_shows("Too short to tell: 1 buffers straddled in 0.05 s", "one buffer is no rate");
	ok_shows("Next step: run this again for a second or more", "which is what to do");
	examine(true);
	ok_shows("\"verdict\":\"unknown\"", "as JSON, too");
	add_range(49, 8, ~0ULL);
	ok_step("Too short to tell", "nor are many in a twentieth of a second");
	counted_for = 0.5;
	ok_step("and it costs: 100 buffers a second", "half a second is enough");
	bss.straddles = 9;
	ok_step("Too short to tell", "for ten buffers");
	counted_for = 1;
	no_ranges();
	walked_while_counting = bss.armed = false;
	pieces = largest_piece = 0;
	examine(true);
	ok(!walked_while_counting && bss.armed, "what bounces during the walk is not counted");
	ok(pieces == 1 + 512 / XB_PIECE && largest_piece == XB_PIECE,
	   "the walk lets others run between its pieces");
	ok_shows("\"walk_longest_seconds\":", "the longest is told");
	ok_step(", in pieces of at most ", "in words, too");
}

static void test_no_pool(void)
{
	host.no_pool = true;
	no_ranges();
	set_memory(1024, 3, 0, 0);
	examine(false);
	ok_shows("This kernel has no pool: nothing can bounce", "a kernel without a pool is told");
	ok_shows("Next step: make a pool, which the module does (modprobe xen_swiotlb)",
		 "and what to do");
	ok_shows("the module xen_swiotlb: ", "whether it can have one");
	examine(true);
	ok_shows("\"no_pool\":true", "as JSON");
	ok_shows("\"cause_memory\":{\"state\":", "with the causes");
	host.no_pool = false;
	examine(true);
	ok_shows("\"no_pool\":false", "which others have");
}

int main(void)
{
	host.kind = HOST_PV;
	host.pool_told = true;
	set_memory(100, 9, 0, 0);
	test_bounces();
	test_places();
	test_shares();
	test_pool();
	test_sample();
	test_more_blocks();
	test_pools();
	test_refusals();
	test_permission();
	test_memory();
	test_fragmentation();
	test_masks();
	test_granted();
	test_defrag();
	test_time();
	test_no_pool();
	return done_testing();
}
