/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a recording asks of a bounce pool, and what it tells by itself: who held how much, when.
 *
 * How this works.  A first pass (load_scan()) checks the whole file, and learns how long it is,
 * where its snapshot ends and where events are missing.  load_run() then reads it again, follows
 * each mapping from its map to its unmap, and hands on a claim and a release for each that
 * bounced.  No pass keeps more than the mappings that live.
 *
 * What is not as simple:
 *  - The snapshot of what lived at the start is taken while mappings come and go.  What the stream
 *    has told of an address is later than what the snapshot says of it.  A mapping that was told
 *    before the snapshot began, was never unmapped and is not in it had ended before the unmaps
 *    were seen: a ghost, dropped where the snapshot ends.
 *  - An address that is mapped again without an unmap: the unmap is missing, the older one ends.
 *  - An unmap of an address that nothing is known of: its map was before the recording.
 *  - A map that failed is asked for again, once, however often the driver tried: see held.h.
 *  - Whose the snapshot's slots of stock are: see owners.h.
 *  - Shorter queues: a mapping beyond them is left out, until one of its device and direction ends.
 *  - Missing events: the load ends where the first are missing, unless it is told to go on.
 *  - Copies: the same recording begun again later, as a second machine's load like the first.
 */
#ifndef REPLAY_LOAD_H
#define REPLAY_LOAD_H

#include "held.h"
#include "live.h"
#include "owners.h"
#include "pools.h"
#include "recording.h"
#include "timeline.h"

#define LOAD_COPIES     8u
#define LOAD_CLASSES    23u /* of sizes: class c is up to 2^c bytes, the last one is beyond */
#define LOAD_REASONS    5u  /* direct, mask, straddle, align, forced */
#define LOAD_DIRECTIONS 4u

enum load_pool { LOAD_STOCK, LOAD_MODULE, LOAD_POOLS };

/* Bounced mappings of a device, and requests that are held, in each direction */
struct load_queues {
	u32 live[LOAD_DIRECTIONS];
};

struct load_options {
	const char *path;
	bool of[LOAD_POOLS]; /* is what bounced through this pool replayed? */
	bool across_gaps;
	bool without[LOAD_REASONS]; /* as if nothing had bounced for this reason */
	bool avoids;                /* is one of those set? */
	const char *only;           /* of these devices alone, between commas; NULL: of all */
	bool own_queues; /* no device has more mappings each way than it had, if they are split */
	const struct load_queues *had; /* [REC_DEVICES], with own_queues */
	u32 queue; /* mappings that a device has at most each way; 0: as many as it had */
	u32 split; /* bytes: larger mappings become several of this size; 0: none does */
	u32 copies;
	u64 shift;       /* ns from one copy to the next */
	bool start_once; /* what lived at the start, and what took its place, is not copied */
	u32 points;
};

/* What the first pass learned */
struct load_scan {
	u64 ns; /* of the last event that is replayed */
	u64 events, lost, gaps;
	u64 gap_ns;                 /* of the first gap */
	u64 replayed;               /* events before it, or all */
	u32 cpus;                   /* the highest number seen, plus 1 */
	u64 first_slot[LOAD_POOLS]; /* number of the first event of the snapshot, from 1; 0: none */
	u64 last_slot;
	enum rec_state state;
	u64 offset; /* of the end */
	struct owners owners;
	bool reaches[REC_DEVICES]; /* it was served by the recorded pool, within its mask */
	u64 limit[REC_DEVICES];    /* the highest address of a pool that it is to be given */
};

/* Maps to be left out: their events' numbers, from 1, rising */
struct load_ghosts {
	u32 n, room;
	u32 *number;
};

struct load_device {
	u64 maps, map_bytes, unmaps;
	u64 bounces, bounce_bytes;
	u64 by_reason[LOAD_REASONS], bytes_by_reason[LOAD_REASONS];
	u64 failed, failed_bytes;
	u64 avoided; /* bounces and failed maps, by load_options.without */
	u64 copied_in, copied_out, copied_by_syncs;
	u64 size_class[LOAD_CLASSES]; /* of bounced and failed maps */
	u32 largest;                  /* of those */
	u64 ended, lifetime;          /* bounced mappings whose map and unmap are here; ns in all */
	u64 at_start;                 /* slots */
	u64 held, held_max, held_at_peak;
	struct load_queues now, most;
	u64 allocs, frees, coherent_bytes, coherent_peak;
	u64 frees_from_before; /* what they free was allocated before the recording */
};

struct load_peak {
	u64 slots, ns;
};

struct load_stream;

struct load {
	struct load_options options;
	struct load_scan scan;
	struct load_stream *stream; /* [options.copies] */
	struct live_table ids;      /* of mappings of all copies; as a table: requests in 'held' */
	struct held_heap held;
	u64 requests;               /* that were held so far */
	u64 retries;                /* failed maps that were requests held already */
	struct load_device *device; /* [REC_DEVICES] */
	const struct rec_head *head;
	const struct rec_device *described; /* [REC_DEVICES] */
	u32 devices;

	u64 used, used_by[LOAD_POOLS]; /* slots: of what is replayed, and of each pool */
	u64 waiting;                   /* slots of failed maps, had they not failed */
	struct load_peak peak, peak_by[LOAD_POOLS], wanted;
	u64 at_start_slots;
	u64 ghosts; /* left out */
	u64 told_twice, unmaps_missing, unmaps_from_before;
	u64 coherent_bytes, coherent_peak;
	u64 events; /* carried out, of all copies */

	struct timeline timeline;
	struct timeline_at now;
	u64 *point; /* most in use in each interval */

	struct pools *pools; /* who carries out the claims; NULL: nobody */
	struct op *op;
	u32 ops;
	const struct load_ghosts *known;
	struct load_ghosts *find; /* the load ends with the snapshot, and these are found */
	const char *failed;       /* why it went no further */
};

/**
 * load_scan() - check the file; load_forget_scan() in any case
 * Return: NULL, or why it can't be replayed.  A file that was cut off can: see scan.state.
 */
const char *load_scan(const struct load_options *options, struct load_scan *scan);
void load_forget_scan(struct load_scan *scan);

/** load_find_ghosts() - those of a recording, all 0 before.  Return: NULL, or what is wrong. */
const char *load_find_ghosts(const struct load_options *options, const struct load_scan *scan,
			     struct load_ghosts *ghosts);
void load_forget_ghosts(struct load_ghosts *ghosts);

/**
 * load_open() - begin the second pass
 * Return: NULL, or what is wrong; load_close() then, too.
 */
const char *load_open(struct load *l, const struct load_options *options,
		      const struct load_scan *scan, const struct load_ghosts *ghosts);

/** load_run() - all of it.  Return: NULL, or what went wrong. */
const char *load_run(struct load *l, struct pools *pools);

u64 load_bytes(const struct load *l); /* of memory */
void load_close(struct load *l);

#endif /* REPLAY_LOAD_H */
