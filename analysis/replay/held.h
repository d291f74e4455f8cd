/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings that the recorded pool could not serve: what they would have held, and until when.
 *
 * Nobody knows how long a mapping that failed would have lived.  It is taken to live as long as
 * the mappings of its device did on the average.  Drivers try again, some of them a million times:
 * a failed map of the same buffer, while the first is held, is the same request, and so is the map
 * that succeeds at last.  Where the buffer's address is not known each is one of its own.
 */
#ifndef REPLAY_HELD_H
#define REPLAY_HELD_H

#include "platform.h"

#define HELD_MOST 65536u /* at once: of more the first to end ends early */

struct held {
	u64 until; /* ns */
	u64 orig;
	u64 key;    /* of the request: its buffer; 0: not known */
	u64 serial; /* of the request: an entry whose request has ended early is skipped */
	u32 id, size, slots;
	u16 device, cpu;
	u8 dir;
};

/* A heap by 'until' */
struct held_heap {
	struct held *entry;
	u32 n;
};

bool held_add(struct held_heap *h, const struct held *one); /* false: no memory; n < HELD_MOST */
struct held held_take(struct held_heap *h);                 /* the first to end; n > 0 */
void held_free(struct held_heap *h);

#endif /* REPLAY_HELD_H */
