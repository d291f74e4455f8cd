/* SPDX-License-Identifier: GPL-2.0-only */
/* Which pools a recording is replayed on. */
#ifndef REPLAY_SIZES_H
#define REPLAY_SIZES_H

#include "pools.h"

#define SIZES_MOST      64u
#define SIZES_SLOTS_MAX (1u << 20) /* 2 GiB: the pool lies between 1 and 3 GiB */

struct numbers {
	u32 n;
	u32 value[SIZES_MOST];
};

struct sizes {
	bool stock, module;   /* which allocators */
	struct numbers slots; /* none: fitting ones are chosen */
	struct numbers areas; /* of stock's */
	bool any_segments;    /* stock has any number of 128 slots: before areas, and Linux 6.0 */
};

/** sizes_read() - numbers between commas, each between @least and @most.  Return: are they? */
bool sizes_read(struct numbers *to, const char *text, u32 least, u32 most);

u32 sizes_round_up(u64 n); /* to a power of two */

/**
 * sizes_choose() - sizes around @peak slots, and @today's (0: not known)
 * Stock's sizes are powers of two, as the kernel makes them; the module's pool consists of pieces
 * of 1024 slots.
 */
void sizes_choose(struct numbers *to, bool stock, u64 peak, u64 today);

/**
 * sizes_open() - the pools
 * A size that an allocator can't have, or areas of fewer than 128 slots, are left out.
 * Return: false: no memory.
 */
bool sizes_open(const struct sizes *sizes, struct pools *pools, u64 peak, u64 stock_today,
		u64 module_today);

#endif /* REPLAY_SIZES_H */
