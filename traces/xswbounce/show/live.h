/* SPDX-License-Identifier: GPL-2.0-only */
/* Which slots of a pool are in use, followed event by event: of recordings of any length. */
#ifndef XB_LIVE_H
#define XB_LIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/shared.h"

struct live_place {
	u64 bus;
	u32 slots; /* 0: seen, but not in use */
	u32 used;  /* is this place of the table taken? */
};

/* Live mappings by bus address. All 0 is an empty one. */
struct live {
	struct live_place *table;
	size_t places, taken;
	u64 in_use, most, most_at;
	bool failed; /* out of memory: the numbers are not right */
};

/**
 * live_map() - a mapping takes its slots; if the address is in use, the older one is gone
 */
void live_map(struct live *l, u64 bus, u64 size, u64 ns);

/**
 * live_unmap() - it gives them back
 * @remember: the address was seen, though nothing is known to live there: see live_seen()
 */
void live_unmap(struct live *l, u64 bus, bool remember);

/**
 * live_seen() - has anything been told of this address?  What a snapshot tells later is older.
 */
bool live_seen(const struct live *l, u64 bus);

#endif /* XB_LIVE_H */
