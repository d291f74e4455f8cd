/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mappings that live at this moment of a recording, by bus address.
 *
 * Memory goes with what lives and not with what was: a mapping that ends leaves nothing behind.
 */
#ifndef REPLAY_LIVE_H
#define REPLAY_LIVE_H

#include "platform.h"

enum live_kind {
	LIVE_NONE,
	LIVE_DIRECT,  /* it has no slots */
	LIVE_BOUNCED, /* it holds slots of a pool */
	LIVE_COHERENT,
	LIVE_ENDED, /* no mapping: an unmap was told before the snapshot may tell of the address */
};

/* It holds nothing: the load that is asked for does not have this mapping */
enum live_phantom {
	LIVE_REAL,
	LIVE_THERE_ALREADY, /* of a copy whose start is there once */
	LIVE_BEYOND_QUEUE,  /* its device's queues are shorter */
};

struct live {
	u64 key;   /* live_slot() or live_direct() */
	u64 orig;  /* of the buffer: as many low bits as are known */
	u64 since; /* ns */
	u32 size;
	u32 id;     /* of a bounced one: dense, used again when it has ended */
	u32 number; /* direct: mappings of this address; bounced: pieces, 0 for all but the first */
	u32 told;   /* number of the event that told of it, from 1 */
	u16 slots;  /* of a bounced one */
	u16 device;
	u8 kind;        /* enum live_kind */
	u8 at_start;    /* from the snapshot */
	u8 confirmed;   /* told of as a map, and in the snapshot as well */
	u8 phantom : 4; /* enum live_phantom */
	u8 dir : 4;
};

struct live_table {
	struct live *table; /* open addressing, at most half taken */
	u64 places, taken;
	u32 *free_id;
	u32 nr_free, ids; /* ids were given out up to this one */
	u32 room;         /* in 'free_id' */
};

/* Keys: a bounced mapping is known by its first slot, a direct one by its address */
static inline u64 live_slot(u64 bus)
{
	return bus >> 11 | 1ULL << 63;
}

static inline u64 live_direct(u64 bus)
{
	return bus & ~(1ULL << 63);
}

struct live *live_find(const struct live_table *t, u64 key);

/**
 * live_add() - the place for a key that is not there
 * Return: NULL: no memory.  Any pointer into the table got before is stale then.
 */
struct live *live_add(struct live_table *t, u64 key);
void live_drop(struct live_table *t, struct live *at);

/* A dense number; ~0: no memory */
u32 live_take_id(struct live_table *t);
void live_give_id(struct live_table *t, u32 id);

u64 live_bytes(const struct live_table *t); /* of memory */
void live_free(struct live_table *t);

#endif /* REPLAY_LIVE_H */
