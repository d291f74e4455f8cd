/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words for a pool's room, and for the causes why stock gets none at boot. Older kernels name
 * them: "Failed to get contiguous memory for DMA from Xen! You either: don't have the permissions,
 * do not have enough free memory under 4GB, or the hypervisor memory is too fragmented!". Newer
 * ones say of the same failure "software IO TLB: FUNCTION: Failed to remap N bytes", FUNCTION
 * being swiotlb_memblock_alloc or, at first, swiotlb_init_remap.
 */
#ifndef XB_SHOW_ROOM_H
#define XB_SHOW_ROOM_H

#include "engine/room.h"

/* An answer, and in words why */
struct told {
	const char *state; /* "yes", "no", "unknown"; of a pool "possible", too */
	char why[500];
};

struct room_answers {
	struct told module, stock; /* is there room for a pool of theirs? */
	struct room room;          /* the module's */
	u64 unsure;                /* as in struct room_facts */
	/* each cause by itself, as it is now: of Xen's memory, for a pool of stock's */
	struct told permission, memory, fragmentation;
};

void room_answers(const struct room_facts *f, struct room_answers *a);

#endif /* XB_SHOW_ROOM_H */
