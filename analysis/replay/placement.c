// SPDX-License-Identifier: GPL-2.0-only
/*
 * placement: does the model of upstream's scheme put each mapping of a recording where the kernel
 * put it?
 *
 *   placement RECORDING      of stock's pool
 *
 * The snapshot has the number and the machine address of each slot in use: with them every address
 * is a slot's number, where a group of 128 slots, which is contiguous under Xen, has one in use.
 * Where none has, the first mapping that the model puts into the group tells where it lies, by the
 * address of the group alone. The first mapping in an area tells where the kernel's search in it
 * began. A search begins in the area of the CPU that maps. Prints how many were placed, and how
 * many alike.
 */
#include <stdio.h>

#include "baseline.h"
#include "machine.h"
#include "recording.h"

#define GROUP  128u
#define GROUPS 1024u

struct placed {
	struct xsw_request r;
	u32 slot;
	bool held;
};

static u64 base[GROUPS]; /* machine address of each group; 0: not known */
static struct placed placed[GROUPS * GROUP];
static u32 slots, placements, alike, failures, failed_alike, unknown;
static u32 area_slots;
static bool located[GROUPS]; /* areas whose first mapping was seen */
static bool begun;

static u32 slot_of(u64 bus)
{
	u32 g;

	for (g = 0; g < slots / GROUP; g++)
		if (base[g] && bus - base[g] < GROUP * XSW_SLOT_SIZE)
			return g * GROUP + (u32)((bus - base[g]) >> XSW_SLOT_SHIFT);
	return XSW_SLOTS_NONE;
}

static void take_slot(const struct rec_event *e)
{
	u32 slot = (u32)e->phys, n = (e->size + XSW_SLOT_SIZE - 1) >> XSW_SLOT_SHIFT, k;

	if (e->phys >= slots || n > slots - slot)
		return;
	base[slot / GROUP] = e->bus - (slot % GROUP) * XSW_SLOT_SIZE;
	for (k = 0; k < n; k++)
		placed[slot + k].held = true;
	placed[slot].r.size = e->size;
}

/* All slots one by one, then those that the snapshot does not have are given back */
static void begin(struct xsw_baseline *b)
{
	struct xsw_request r = { .orig = 1ULL << 33,
				 .boundary_mask = ~0ULL,
				 .size = XSW_SLOT_SIZE };
	enum xsw_fail why;
	u32 i;

	for (i = 0; i < slots; i++)
		xsw_baseline_claim(b, &r, &why);
	for (i = 0; i < slots; i++)
		if (!placed[i].held)
			xsw_baseline_release(b, i, &r);
	begun = true;
}

/* An area has a lock and a search of its own; that of the CPU comes first */
static void go_to_area(u32 area)
{
	model_this_cpu = MODEL_CPU(area);
}

static u32 area_of_cpu(u32 cpu)
{
	return cpu & (slots / area_slots - 1);
}

/*
 * Elsewhere than the kernel: from here on as the kernel does.  Where an interrupt maps between
 * the search of another mapping and the event that tells of it, the two events stand in the other
 * order; those of two CPUs may, too.
 */
static u32 go_on(struct xsw_baseline *b, const struct xsw_request *r, u32 got, u32 kernel)
{
	enum xsw_fail why;

	if (got != XSW_SLOTS_NONE)
		xsw_baseline_release(b, got, r);
	if (kernel == XSW_SLOTS_NONE)
		return kernel;
	go_to_area(kernel / area_slots);
	xsw_baseline_locate(b, XSW_SLOTS_BUS, kernel);
	got = xsw_baseline_claim(b, r, &why);
	if (got != kernel && got != XSW_SLOTS_NONE)
		xsw_baseline_release(b, got, r);
	return got == kernel ? kernel : XSW_SLOTS_NONE;
}

/*
 * Where the kernel put it; if that group's place is not known, it may be the one the model took, if
 * the model knows where the search of that area is, or if the area is that group.
 */
static u32 kernel_slot(const struct rec_event *e, u32 got)
{
	u64 within = (GROUP * XSW_SLOT_SIZE) - 1;
	u32 slot = slot_of(e->bus);

	if (slot != XSW_SLOTS_NONE || got == XSW_SLOTS_NONE || base[got / GROUP] ||
	    (!located[got / area_slots] && area_slots > GROUP))
		return slot;
	base[got / GROUP] = e->bus & ~within;
	return slot_of(e->bus);
}

/* The first in its area: again, from where the kernel began.  Return: the slot the model takes */
static u32 locate(struct xsw_baseline *b, const struct xsw_request *r, u32 got, u32 kernel)
{
	u32 area = kernel / area_slots;
	enum xsw_fail why;

	if (kernel == XSW_SLOTS_NONE || located[area])
		return got;
	located[area] = true;
	if (got == XSW_SLOTS_NONE || got / area_slots != area)
		return got;
	xsw_baseline_release(b, got, r);
	xsw_baseline_locate(b, XSW_SLOTS_BUS, kernel);
	return xsw_baseline_claim(b, r, &why);
}

static void take_map(struct xsw_baseline *b, const struct rec_device *d, const struct rec_event *e)
{
	struct xsw_request r = { .orig = e->phys,
				 .min_align_mask = d->min_align_mask,
				 .boundary_mask = d->boundary_mask,
				 .size = e->size };
	u32 kernel, got;
	enum xsw_fail why;

	if (!begun)
		begin(b);
	go_to_area(area_of_cpu(e->cpu));
	got = xsw_baseline_claim(b, &r, &why);
	kernel = e->failed ? XSW_SLOTS_NONE : kernel_slot(e, got);
	got = locate(b, &r, got, kernel);
	if (!e->failed && kernel == XSW_SLOTS_NONE) {
		if (got != XSW_SLOTS_NONE)
			xsw_baseline_release(b, got, &r);
		unknown++;
		return;
	}
	failures += e->failed;
	placements += !e->failed;
	alike += got == kernel && !e->failed;
	failed_alike += got == kernel && e->failed;
	if (got != kernel)
		got = go_on(b, &r, got, kernel);
	if (got != XSW_SLOTS_NONE)
		placed[got] = (struct placed){ .r = r, .slot = got, .held = true };
}

static void take_unmap(struct xsw_baseline *b, const struct rec_event *e)
{
	u32 slot = slot_of(e->bus), n, k;
	struct placed *p;

	if (slot == XSW_SLOTS_NONE || !placed[slot].held || !placed[slot].r.size)
		return;
	if (!begun)
		begin(b);
	p = &placed[slot];
	if (p->slot == slot && p->r.orig) {
		xsw_baseline_release(b, slot, &p->r);
	} else { /* of the snapshot */
		n = (p->r.size + XSW_SLOT_SIZE - 1) >> XSW_SLOT_SHIFT;
		for (k = 0; k < n; k++)
			xsw_baseline_release(b, slot + k, &p->r);
	}
	*p = (struct placed){ 0 };
}

int main(int argc, char **argv)
{
	static struct rec_reader r;
	struct xsw_baseline *b;
	const char *wrong = argc == 2 ? rec_open(&r, argv[1]) : "name the recording";
	u32 i;

	if (wrong) {
		fprintf(stderr, "placement: %s\n", wrong);
		return 1;
	}
	slots = (u32)r.head.pool_slots;
	if (!slots || slots > GROUPS * GROUP || slots % GROUP)
		return 1;
	base[0] = r.head.pool_base;
	area_slots = slots / (r.head.areas ? r.head.areas : 1);
	if (area_slots % GROUP || area_slots & (area_slots - 1))
		return 1;
	b = xsw_baseline_open(slots, slots / area_slots);
	while (b && rec_next(&r) == REC_KIND_EVENTS)
		for (i = 0; i < r.nr_events; i++) {
			const struct rec_event *e = &r.event[i];

			if (e->call == REC_SLOT && !e->device)
				take_slot(e);
			if (e->call == REC_MAP && (e->reason || e->failed))
				take_map(b, &r.device[e->device], e);
			else if (e->call == REC_UNMAP)
				take_unmap(b, e);
		}
	printf("%u placed, %u alike; %u failed, %u alike; %u unknown\n", placements, alike,
	       failures, failed_alike, unknown);
	return 0;
}
