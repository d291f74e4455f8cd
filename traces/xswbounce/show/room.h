/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words for a pool's room, and for the causes that the kernel names in its one message "Failed to
 * get contiguous memory for DMA from Xen".
 */
#ifndef XB_SHOW_ROOM_H
#define XB_SHOW_ROOM_H

#include "engine/room.h"

/* An answer, and in words why */
struct told {
	const char *state; /* "yes", "no", "unknown"; of a pool "possible", too */
	char why[400];
};

struct room_answers {
	struct told module, stock; /* is there room for a pool of theirs? */
	struct room room;          /* the module's */
	/* each cause by itself, as it is now: of Xen's memory, for a pool of stock's */
	struct told permission, memory, fragmentation;
};

void room_answers(const struct room_facts *f, struct room_answers *a);

#endif /* XB_SHOW_ROOM_H */
