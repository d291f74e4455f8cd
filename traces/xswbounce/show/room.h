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

void told_module(const struct room_facts *f, const struct room *r, struct told *t);
void told_stock(const struct room_facts *f, const struct room *r, struct told *t);

/* Each cause by itself, as it is now: of Xen's memory, for a pool of stock's. */
void told_permission(const struct room_facts *f, struct told *t);
void told_too_little(const struct room_facts *f, struct told *t);
void told_fragmented(const struct room_facts *f, struct told *t);

#endif /* XB_SHOW_ROOM_H */
