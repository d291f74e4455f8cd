// SPDX-License-Identifier: GPL-2.0-only
/* Which stacks are kept, for how many mappings: held.bpf.c as plain C, on stacks that are made up.
 */
#include <stdbool.h>

/* As the tool sets them before it loads the programs. */
const volatile bool want_live = true, want_balance = true;

#include "bpf/held.bpf.c"

#include "ok.h"

#define MAP       0x100ULL /* what maps, whoever runs below it */
#define INTERRUPT 0x1000ULL
#define SOFTIRQ   0x2000ULL
#define OLDER     0x3000ULL
#define LONG      0x80ULL

static struct device card, disk;

static void reset(void)
{
	memset(kernel_maps, 0, sizeof(kernel_maps));
	memset(&held_losses, 0, sizeof(held_losses));
	memset(kernel_stack, 0, sizeof(kernel_stack));
	kernel_no_memory = false;
	armed = true;
}

/* A mapping made by these frames: it bounced to another address than its own. */
static void map(struct device *dev, u64 bus, int n, const u64 *frames)
{
	u64 ctx[6] = { 0 };

	memset(kernel_stack, 0, sizeof(kernel_stack));
	memcpy(kernel_stack, frames, n * sizeof(*frames));
	map_phys_end(ctx, dev, 1ULL << 40, 4096, DMA_FROM_DEVICE, 0, bus);
}

#define STACK(...) sizeof((u64[]){ __VA_ARGS__ }) / sizeof(u64), ((u64[]){ __VA_ARGS__ })

static size_t stored(void)
{
	return KERNEL_MAP(&stacks)->n;
}

static size_t sites_of(void)
{
	return KERNEL_MAP(&sites)->n;
}

static const u64 *frames_of(u64 bus)
{
	struct xb_live *l = bpf_map_lookup_elem(&live, &bus);
	struct xb_stack *s = l ? bpf_map_lookup_elem(&stacks, &l->stack) : NULL;

	return s ? s->frames : NULL;
}

static u64 address_of(const char *name)
{
	return !strcmp(name, "handle_irq_event")  ? INTERRUPT
	       : !strcmp(name, "handle_softirqs") ? SOFTIRQ
	       : !strcmp(name, "__do_softirq")    ? OLDER
						  : 0;
}

static void show(u64 address, char *shown, size_t size)
{
	snprintf(shown, size, "%llx+0x0/0x%llx", address, LONG);
}

static void test_interrupts(void)
{
	const u64 *frames;
	u64 task;

	reset();
	for (task = 1; task <= 100; task++)
		map(&card, task << 12,
		    STACK(MAP, 0x200, SOFTIRQ + 8, 0x300, task << 20, task << 24));
	ok(stored() == 1 && sites_of() == 1, "a softirq amid a hundred tasks maps from one stack");
	frames = frames_of(1 << 12);
	ok(frames && frames[0] == MAP && frames[2] == SOFTIRQ + 8 && !frames[3] && !frames[5],
	   "it ends where all softirqs begin");
	ok(frames_of(100 << 12) == frames, "and is the last one's, too");
	map(&card, 1, STACK(MAP, OLDER + LONG - 1, 0x300));
	map(&card, 2, STACK(MAP, OLDER + LONG - 1, 0x400));
	ok(stored() == 2, "so where the kernel is older");
	map(&card, 3, STACK(MAP, INTERRUPT, 0x300));
	map(&card, 4, STACK(MAP, INTERRUPT, 0x400));
	ok(stored() == 3, "and of an interrupt that needs no softirq");
	map(&card, 5, STACK(MAP, INTERRUPT + LONG, 0x300));
	map(&card, 6, STACK(MAP, INTERRUPT + LONG, 0x400));
	ok(stored() == 5, "behind that function's end another begins: tasks are told apart");
	map(&disk, 7, STACK(MAP, INTERRUPT + LONG, 0x400));
	ok(stored() == 5 && sites_of() == 6, "and devices, by one stack");
	memset(interrupts, 0, sizeof(interrupts));
	map(&card, 8, STACK(MAP, SOFTIRQ + 8, 0x300));
	map(&card, 9, STACK(MAP, SOFTIRQ + 8, 0x400));
	ok(stored() == 7, "where the kernel hides its addresses all is kept");
	ok(!held_losses.stacks && !held_losses.sites, "nothing was lost");
}

static void test_losses(void)
{
	static struct device many[XB_MAX_DEVICES + 2];
	struct xb_live *l;
	u64 i, last = XB_MAX_STACKS;

	reset();
	for (i = 0; i <= XB_MAX_STACKS; i++)
		map(&card, i, STACK(MAP, 0x10000 + i));
	l = bpf_map_lookup_elem(&live, &last);
	ok(stored() == XB_MAX_STACKS && held_losses.stacks == 1,
	   "a stack too many is lost and counted");
	ok(l && l->stack == XB_STACK_LOST, "its mapping is followed all the same");
	reset();
	for (i = 0; i < XB_MAX_DEVICES + 2; i++)
		map(&many[i], i, STACK(MAP));
	ok(KERNEL_MAP(&balance)->n == XB_MAX_DEVICES && held_losses.devices == 2,
	   "devices that are in no balance are counted");
}

static void test_pool(void)
{
	u64 ctx[6] = { 0 }, bus = 0x8000;

	reset();
	kernel_stack[0] = MAP;
	kernel_result = bus;
	pool_map_end(ctx, &card, 1ULL << 40, 4096);
	ok(sites_of() == 1 && bpf_map_lookup_elem(&live, &bus),
	   "what the IOMMU's code asks the pool for is followed");
	unmap_single(ctx, &card, bus);
	ok(!bpf_map_lookup_elem(&live, &bus), "until it is given back");
	kernel_result = XB_ERROR_ADDR;
	pool_map_end(ctx, &card, 1ULL << 40, 4096);
	ok(made == 1 && !KERNEL_MAP(&live)->n, "what it did not get is not");
}

int main(void)
{
	u32 i;

	kernel_symbol = address_of;
	kernel_show = show;
	find_interrupts(NULL);
	for (i = 0; i < XB_INTERRUPTS; i++)
		interrupts[i].size = LONG;
	test_pool();
	test_interrupts();
	test_losses();
	return done_testing();
}
