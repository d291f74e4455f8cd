// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a failed mapping costs the host, and what is said of the pool: events.bpf.c as plain C, on
 * pools that are made up.
 */
#include <stdbool.h>

/* As the tool sets them before it loads the programs; one of them anew for some tests. */
const volatile unsigned int failures_told = 20;
const volatile bool want_flow __attribute__((section(".data"))) = false;

#include "bpf/events.bpf.c"

#include "engine/walk.h"
#include "ok.h"

#define AREAS 512
#define SLOTS 4096

static struct io_tlb_area areas[AREAS];
static struct io_tlb_slot slots[SLOTS];
static struct io_tlb_mem mem = { .defpool = { .slots = slots, .areas = areas } };
static struct device dev = { .dma_io_tlb_mem = &mem };
static u64 mask = ~0ULL;
static struct scatterlist list[3];

static u64 address_of(const char *name)
{
	return strcmp(name, "io_tlb_default_mem") ? 0 : (u64)&mem;
}

static void reset(void)
{
	memset(kernel_maps, 0, sizeof(kernel_maps));
	kernel_messages = kernel_slow = kernel_steps = 0;
	memset(failures_untold, 0, sizeof(failures_untold));
	kernel_now += 1ULL << 31;
}

static void fail(u64 size)
{
	u64 ctx[6] = { 0 };

	map_phys_end(ctx, &dev, 0x1000, size, DMA_FROM_DEVICE, 0, XB_ERROR_ADDR);
}

static struct xb_failure *told(void)
{
	return (struct xb_failure *)kernel_message;
}

static void test_storm(void)
{
	u64 steps, i;

	reset();
	mem.defpool.nslabs = SLOTS;
	mem.defpool.nareas = 2;
	fail(4096);
	ok(kernel_messages == 1 && told()->m.kind == XB_FAILURE, "a failure is told");
	ok(told()->pool.slots == SLOTS && !told()->walked, "with the pool's numbers, not walked");
	steps = kernel_steps;
	ok(steps == mem.defpool.nareas, "no slot is looked at where the mapping failed");
	for (i = 1; i < 100000; i++)
		fail(4096);
	ok(kernel_messages == failures_told, "of a storm as many as are wanted in a second");
	ok(kernel_steps == failures_told * steps, "what the others cost is to be counted");
	ok(failures_untold[XB_STOCK] == 100000 - failures_told && !failures_untold[XB_MODULE],
	   "and they are, as stock's");
	kernel_now += 1ULL << 30;
	fail(4096);
	ok(kernel_messages == failures_told + 1, "a second later there is room again");
}

/* A failure of the module's, as its event tells it. */
static void fail_module(u64 devfn, u32 reason)
{
	unsigned char record[XB_RECORD] = { 0 };

	record[0] = devfn;
	record[4] = reason;
	module_full(record);
}

/* What storms leaves the others their share. */
static void test_shares(void)
{
	struct xb_events *events = (struct xb_events *)&module_events;
	struct device other = dev;
	struct kernfs_node folder = { .id = 77 };
	u64 ctx[6] = { 0 };
	int i;

	events->full.devfn = (struct xb_field){ .offset = 0, .size = 1 };
	events->full.fail = (struct xb_field){ .offset = 4, .size = 1 };
	reset();
	for (i = 0; i < 1000; i++)
		fail(1 << 20);
	kernel_messages = 0;
	fail(4096);
	ok(kernel_messages == 1,
	   "amid a storm of what is too large: that the pool is full is told");
	for (i = 0; i < 1000; i++)
		fail(4096);
	kernel_messages = 0;
	fail_module(8, XB_FAIL_FULL);
	ok(kernel_messages == 1 && told()->m.dev == (XB_MODULE_DEVICE | 8),
	   "amid stock's storms: the module's failure is told");
	other.kobj.sd = &folder;
	kernel_messages = 0;
	map_phys_end(ctx, &other, 0x1000, 4096, DMA_FROM_DEVICE, 0, XB_ERROR_ADDR);
	ok(kernel_messages == 1, "amid a device's storm: another's failure is told");
	for (i = 0; i < 1000; i++)
		fail_module(8, XB_FAIL_FULL);
	ok(failures_untold[XB_MODULE] == 1001 - failures_told,
	   "the module's storm is counted as its own");
}

static void test_pace(void)
{
	u64 second = 1000000000, time = 1000 * second;
	int walks = 0, i;

	ok(walk_is_due(time), "the first failure has the pool walked");
	for (i = 0; i < 1000; i++)
		walks += walk_is_due(time + 99999999 - i * 1000000);
	ok(!walks, "no other of that tenth of a second, in whatever order CPUs tell them");
	ok(walk_is_due(time + second / 10), "but the next after it");
}

static void test_worth(void)
{
	struct xb_failure f = { .m.size = 2 << XB_SLOT_SHIFT, .fail = XB_FAIL_FRAGMENTED };
	struct xb_pool now = { .largest = 1 };

	ok(walk_explains(&f, &now), "no free run was as long as the mapping, nor is one now");
	now.largest = 2;
	ok(!walk_explains(&f, &now), "one that is there now was not there then");
	f.fail = XB_FAIL_TOO_LARGE;
	ok(walk_explains(&f, &now), "of what no pool could hold runs tell nothing else");
}

/* Every program that tells what is asked of it in a system at work. */
static void test_waiting(void)
{
	static u64 entries[16] = { 0, 7 };
	u64 ctx[6] = { 0, (u64)list };

	reset();
	p2m = (u64)entries;
	p2m_size = 16;
	fail(4096);
	*(bool *)&want_flow = true;
	map_phys_end(ctx, &dev, 0x1000, 16384, DMA_FROM_DEVICE, 0, 0x555000);
	ok(((struct xb_message *)kernel_message)->reason == XB_STRADDLE,
	   "a bounce is told with its reason");
	*(bool *)&want_flow = false;
	unmap_phys(ctx, &dev, 0x1000, 4096, DMA_FROM_DEVICE, 0);
	sync_cpu(ctx, &dev, 0x1000, 4096, DMA_FROM_DEVICE);
	alloc_coherent(ctx, &dev, 4096, &(dma_addr_t){ 0x1000 }, 0, 0, &dev);
	free_coherent(ctx, &dev, 4096, &dev, 0x1000, 0);
	unmap_sg(ctx, &dev, list, 3, DMA_FROM_DEVICE, 0);
	destroy_end(ctx, 0x1000, 0);
	snapshot_done = snapshot_at = 0;
	take_snapshot(NULL);
	ok(kernel_messages > 9, "calls are told");
	ok(!kernel_slow, "none keeps later ones waiting for what takes time");
}

/* Off Xen: what was recorded as mapped is told when it is undone, by the name of each kernel. */
static void test_plain(void)
{
	const struct xb_message *m = (const struct xb_message *)kernel_message;
	u64 ctx[6] = { 0 }, whose;

	unmap_phys(ctx, &dev, 0x1000, 4096, DMA_FROM_DEVICE, 0);
	whose = m->dev;
	reset();
	unmap_single(ctx, &dev, 0x7000, 4096, DMA_TO_DEVICE, 1);
	ok(m->kind == XB_UNMAP && m->dev == whose && m->bus == 0x7000 && m->size == 4096 &&
		   m->dir == DMA_TO_DEVICE && m->attrs == 1,
	   "plain swiotlb: an unmap is told as it was made");
	old_unmap_single(ctx, &dev, 0x8000, 512, DMA_FROM_DEVICE, 0);
	ok(kernel_messages == 2 && m->kind == XB_UNMAP && m->bus == 0x8000, "as before 6.12, too");
	plain_sync_cpu(ctx, &dev, 0x7800, 64, DMA_FROM_DEVICE);
	ok(m->kind == XB_SYNC_CPU && m->bus == 0x7800, "so is a sync for the CPU");
	old_sync_device(ctx, &dev, 0x7800, 64, DMA_TO_DEVICE);
	ok(kernel_messages == 4 && m->kind == XB_SYNC_DEVICE, "and one for the device");
	unmap_single_again(ctx, &dev, 0x7000, 4096, DMA_TO_DEVICE, 0);
	pool_map_again(ctx, &dev, 0x1000, 4096);
	ok(kernel_messages == 4, "a second program tells nothing that the first has told");
}

/* So that a reader knows which of a device's descriptions a map is of. */
static void test_versions(void)
{
	const struct xb_message *m = (const struct xb_message *)kernel_message;
	u64 ctx[6] = { 0 }, before = mask;
	struct xb_device *d;
	u64 before_that;
	u32 first;

	reset();
	*(bool *)&want_flow = true;
	map_end(ctx, &dev, 0x1000, 4096, DMA_TO_DEVICE, 0, 0x1000);
	before_that = first = m->version;
	map_end(ctx, &dev, 0x1000, 4096, DMA_TO_DEVICE, 0, 0x1000);
	ok(first && m->version == first, "a map tells of which description its device is");
	mask >>= 1;
	map_end(ctx, &dev, 0x1000, 4096, DMA_TO_DEVICE, 0, 0x1000);
	ok(m->version && m->version != first, "of another, when its driver has narrowed the mask");
	d = bpf_map_lookup_elem(&descriptions, &before_that);
	ok(d && d->mask == before, "and the one before is kept");
	mask = before;
	*(bool *)&want_flow = false;
}

static void test_pool(void)
{
	u64 i;

	reset();
	mem.defpool.nareas = AREAS;
	for (i = 0; i < AREAS; i++)
		areas[i].used = 8;
	fail(4096);
	ok(told()->pool.used == SLOTS && told()->fail == XB_FAIL_FULL,
	   "all areas are summed, of a host with hundreds of CPUs, too");
	mem.can_grow = true;
	find_pool(NULL);
	ok(pool_grows, "a pool that can grow is told as one");
	kernel_lacks = "mem->can_grow";
	find_pool(NULL);
	ok(!pool_grows, "not where kernels have none");
	kernel_lacks = NULL;
	mem.can_grow = false;
	find_pool(NULL);
	ok(!pool_grows, "nor where it is fixed, as Xen's");
}

/* A coherent allocation that failed has no address. */
static void test_no_memory(void)
{
	const struct xb_message *m = (const struct xb_message *)kernel_message;
	dma_addr_t bus = 0x1000;
	u64 ctx[6] = { 0 };

	reset();
	alloc_coherent(ctx, &dev, 4096, &bus, 0, 0, NULL);
	ok(kernel_messages == 1 && m->kind == XB_ALLOC && m->bus == XB_ERROR_ADDR && m->failed,
	   "an allocation that fails is told as one");
	alloc_coherent(ctx, &dev, 4096, &bus, 0, 0, &dev);
	ok(kernel_messages == 2 && m->bus == 0x1000 && !m->failed, "the next one is not");
}

/*
 * Pools of many mappings, of one slot each and then two that are free. Is each slot drawn where it
 * lies, and no other?
 */
static bool draws(u64 nr)
{
	unsigned int shift = walk_map_shift(nr);
	struct io_tlb_slot *many = calloc(nr + 1, sizeof(*many));
	unsigned short *wanted = calloc(XB_MAP_GROUPS, sizeof(*wanted));
	bool good = nr <= (u64)XB_MAP_GROUPS << shift;
	u64 i;

	for (i = 0; i < nr; i++) {
		many[i].list = i % 3 ? 3 - i % 3 : 0;
		if (i + 1 == nr && many[i].list)
			many[i].list = 1;
		if (good)
			wanted[i >> shift] += !many[i].list;
	}
	mem.defpool.slots = many;
	mem.defpool.nslabs = nr;
	memset(map_groups, 0, sizeof(map_groups));
	map_shift = shift;
	draw_map(NULL);
	good = good && !memcmp(map_groups, wanted, sizeof(map_groups));
	mem.defpool.slots = slots;
	mem.defpool.nslabs = SLOTS;
	free(many);
	free(wanted);
	return good;
}

static void test_map(void)
{
	ok(walk_map_shift(SLOTS) == 4 && draws(SLOTS), "a map of a small pool: 16 slots a letter");
	ok(draws(32768), "of one of 64 MiB");
	ok(walk_map_shift(16 * XB_MAP_GROUPS) == 4 && draws(16 * XB_MAP_GROUPS),
	   "of the largest that has room so: 87,382 mappings");
	ok(draws(16 * XB_MAP_GROUPS + 128), "of one that is a segment larger");
	ok(draws(4 << 20), "of one of 8 GiB: 1,398,102 mappings, whole");
	ok(draws((4 << 20) + 128), "and a segment: its end is not drawn at the beginning");
}

int main(void)
{
	u64 i;

	for (i = 0; i < SLOTS; i++)
		slots[i] = (struct io_tlb_slot){ .alloc_size = 4096 };
	dev.dma_mask = &mask;
	kernel_symbol = address_of;
	armed = true;
	find_pool(NULL);
	test_storm();
	test_shares();
	test_pace();
	test_worth();
	test_waiting();
	test_plain();
	test_versions();
	test_pool();
	test_no_memory();
	test_map();
	return done_testing();
}
