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
	u64 xen_low, available, stock, module;
	const char *line; /* Xen's command line; NULL: not told */
} there;

void xen_heap_look(struct xen_heap *heap, unsigned int bits)
{
	(void)bits;
	memset(heap, 0, sizeof(*heap));
	heap->told = there.told;
	heap->low = heap->all = there.xen_low << 20;
	heap->by_width[0].width = 32;
	heap->by_width[0].bytes = heap->low;
	heap->by_width[1].width = 52;
}

bool xen_call_open(struct xen_call *c)
{
	static char page[XEN_CALL_PAGE];

	c->page = page;
	return true;
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

static struct xen_extents extents_there;

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
	return strstr(path, "/width") ? extents_there.width : 0;
}

/* Of zones there is one, of 1 GiB; of the defragmenter what it asked Xen for. */
FILE *__wrap_fopen(const char *path, const char *mode)
{
	static char text[512];
	int order, n = 0;

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
		snprintf(text, sizeof(text),
			 "Node 0, zone DMA32\n  spanned 262144\n  start_pfn: 0\n");
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

	set_memory(1024, 9, 0, 0);
	most_blocks = 128;
	examine(true);
	ok_shows("\"stride\":4,", "of a part of memory");
	ok_shows("about 64 MiB in blocks of order 9", "what is sampled is an estimate");
	most_blocks = CONTIGUITY_MOST_BLOCKS;
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
	extents_there.refused[9] = 7;
	ok_cause("fragmentation", "unknown", "nobody", "larger blocks may be refused");
	extents_there.refused[6] = 5;
	ok_cause("fragmentation", "yes", "refused all 5", "but it refused such blocks");
	extents_there.taken[7] = 3;
	ok_cause("fragmentation", "unknown", "nobody", "or not all of them");
	extents_there.refused[6] = 0;
	ok_cause("fragmentation", "unknown", "nobody", "it gave them from anywhere");
	extents_there.width = 32;
	ok_cause("fragmentation", "no", "gave all 3", "it gave them below 4 GiB");
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
