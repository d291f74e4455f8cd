/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A place for each device: its number in tables that are indexed, found by a hash without a map.
 *
 * What includes this defines XB_PLACES_BITS, the power of two that there are places. A device's
 * number is one that differs by device; 0 in device_numbers: the place was never taken. The tool
 * frees the places of devices that are gone when few are left.
 */
#ifndef XB_PLACES_BPF_H
#define XB_PLACES_BPF_H

#include "bpf/device.bpf.h"

#define XB_PLACES (1 << XB_PLACES_BITS)

u64 device_numbers[XB_PLACES];

static __always_inline u32 first_place(u64 number)
{
	return number * 0x9e3779b97f4a7c15ULL >> (64 - XB_PLACES_BITS);
}

struct search {
	u64 number;
	u32 at;
	int found, freed; /* negative: none */
};

/*
 * Looked at before it is written to: other CPUs look here all the time. A place that was freed may
 * have the number behind it.
 */
static int look_at_place(u32 i, struct search *s)
{
	u32 at = (s->at + i) & (XB_PLACES - 1);
	u64 found = device_numbers[at];

	if (found == XB_PLACE_FREED && s->freed < 0)
		s->freed = at;
	if (!found && s->freed >= 0)
		return 1;
	if (!found)
		found = __sync_val_compare_and_swap(&device_numbers[at], 0, s->number);
	if (found && found != s->number)
		return 0;
	s->found = at;
	return 1;
}

/*
 * A number that is not in its first place: it is in one of the next, or takes the first free one.
 * By bpf_loop(): of a loop the verifier would follow each turn, in each program.
 */
static __noinline int search_place(u64 number)
{
	struct search s = { .number = number, .at = first_place(number), .found = -1, .freed = -1 };
	u64 found;

	/* no number has a place before: so here alone it is asked */
	if (!armed)
		return -1;
	bpf_loop(XB_PLACES, look_at_place, &s, 0);
	if (s.found < 0 && s.freed >= 0) {
		found = __sync_val_compare_and_swap(&device_numbers[s.freed & (XB_PLACES - 1)],
						    XB_PLACE_FREED, number);
		if (found == XB_PLACE_FREED || found == number)
			s.found = s.freed;
	}
	if (s.found < 0)
		__sync_fetch_and_add(&losses.devices, 1);
	return s.found;
}

/* Return: false if there is no place left, or before the programs are armed. */
static __always_inline bool place_of(u64 number, u32 *place)
{
	u32 at = first_place(number);
	int found;

	if (device_numbers[at] != number) {
		found = search_place(number);
		if (found < 0)
			return false;
		at = found;
	}
	*place = at;
	return true;
}

#endif /* XB_PLACES_BPF_H */
