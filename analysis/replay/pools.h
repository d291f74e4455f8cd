/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Many pools that are asked for the same runs of slots: both allocators, each size and number of
 * areas.  Each keeps what became of the requests.
 */
#ifndef REPLAY_POOLS_H
#define REPLAY_POOLS_H

#include "recording.h"
#include "slots.h"
#include "timeline.h"
#include "worn.h"

enum op_what {
	OP_CLAIM,
	OP_CLAIM_AT_START, /* it was live when the recording began */
	OP_CLAIM_FAILED,   /* the recorded pool could not serve it */
	OP_CLAIM_AGAIN,    /* nor when it was tried again: for pools that have not served it yet */
	OP_RELEASE,
};

/* What the load asks of every pool */
struct op {
	u64 ns;
	u64 orig;
	u32 id; /* of the mapping: each pool remembers where it put it */
	u32 size;
	u16 device, cpu;
	u32 what : 8;
	u32 place : 24; /* of a claim at the start: the slot where it lay, or its address in slots
			 */
};

/* A pool in an interval of the timeline */
struct pool_point {
	u32 used_max;
	u32 largest_free; /* at its end */
	u64 failures;
};

struct pool {
	const struct xsw_scheme *scheme;
	void *handle;
	u32 slots, areas;
	u32 *at;       /* first slot, by the mapping's id; XSW_SLOTS_NONE: it has none */
	void *reserve; /* the module's, beside its pool, for mappings above 16 KiB; or NULL */
	u32 used, hiwater;
	u32 reserve_used, reserve_hiwater;
	u64 hiwater_ns;
	u64 claims, served;
	u64 fails[XSW_NR_FAIL];
	u64 failed_bytes;
	u64 first_failure_ns, first_failure_used;
	u64 at_start_unplaced; /* of the failures */
	u64 saved;             /* claims served that the recorded pool failed */
	struct timeline_at now;
	struct pool_point *point;
	struct worn *worn; /* while what was live at the start is laid out */
};

struct pools {
	struct pool *pool;
	u32 n;
	u32 ids;  /* room in each 'at' */
	u32 worn; /* number of the layout in which the pools begin; 0: in the snapshot's order */
	struct timeline timeline;
	const struct rec_device *device; /* by number: how they align */
	const u64 *limit;                /* and the highest address that each is to be given */
};

/** pools_add() - another one, empty.  Return: false: no memory. */
bool pools_add(struct pools *s, const struct xsw_scheme *scheme, u32 slots, u32 areas);

/** pools_run() - each pool carries these out; ids are below @ids.  Return: false: no memory. */
bool pools_run(struct pools *s, const struct op *op, u32 n, u32 ids);

/** pools_end() - the recording has ended: the last interval is complete */
void pools_end(struct pools *s);

u64 pool_failures(const struct pool *p);
u64 pools_bytes(const struct pools *s); /* of memory, about */
void pools_free(struct pools *s);

#endif /* REPLAY_POOLS_H */
