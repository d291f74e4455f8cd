/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading a recording of xswbounce, version 1 or 2, as its FORMAT.md defines them.
 *
 * Nothing of a file is trusted: every length, count, kind and value is checked before it is used.
 * Memory: one block, and a description of each device.
 */
#ifndef REPLAY_RECORDING_H
#define REPLAY_RECORDING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "platform.h"

#define REC_BLOCK       65536u /* a payload is never longer */
#define REC_EVENT_BYTES 40u
#define REC_EVENTS      (REC_BLOCK / REC_EVENT_BYTES)
#define REC_DEVICES     4096u      /* more is no machine */
#define REC_MAPPING     (4u << 20) /* bytes: no pool gives a longer run */
#define REC_FAILED      (~0ULL)    /* bus address of what was not mapped */

/* What the head tells; 0 or "": the version does not have it, or the writer did not know */
struct rec_head {
	u32 version;
	u64 start_ns, start_real_ns;
	u64 pool_slots, pool_used; /* of stock, when the recording began */
	u64 module_bytes;
	u32 cpus;
	bool one_device; /* no other device's events are there: `record -d` */
	u64 pool_base;   /* machine address of the stock pool's first slot */
	u32 areas;
	u32 forced; /* bit 0: all of stock's mappings bounce, bit 1: all of the module's */
	char kernel[65], backend[17], machine[17], command_line[257], xen[33], clock[17];
};

struct rec_device {
	u32 min_align_mask;
	u64 dma_mask;
	u64 boundary_mask;
	char name[33], driver[25], backend[17];
	bool told;
	bool module; /* it bounces through the pool of xen_swiotlb */
};

enum rec_call {
	REC_MAP = 1,
	REC_UNMAP,
	REC_SYNC_CPU,
	REC_SYNC_DEVICE,
	REC_ALLOC,
	REC_FREE,
	REC_SLOT, /* live when the recording began */
};

/* As version 2 has it; of version 1 only the low 12 bits of 'phys' are known */
struct rec_event {
	u64 ns, bus, phys;
	u32 size, attrs;
	u16 device, cpu;
	u8 call, dir, reason, failed;
};

enum rec_state {
	REC_WHOLE,
	REC_CUT,     /* it ends within a block, or without an end: good up to there */
	REC_DAMAGED, /* not to be trusted; 'wrong' says why */
};

enum rec_kind { REC_NOTHING, REC_KIND_EVENTS, REC_KIND_LOST };

struct rec_reader {
	FILE *f;
	struct rec_head head;
	struct rec_device *device; /* [REC_DEVICES], by id */
	u32 devices;               /* the highest id told, plus 1 */
	u32 sequence;
	bool ended;
	enum rec_state state;
	const char *wrong;
	u64 offset;       /* of the block read last */
	u64 events, lost; /* in the blocks read so far */
	/* the block read last */
	struct rec_event event[REC_EVENTS];
	u32 nr_events;
	u64 lost_here;
};

/**
 * rec_open() - read the head
 * Return: NULL, or what is wrong, in words; rec_close() then, too.
 */
const char *rec_open(struct rec_reader *r, const char *path);

/**
 * rec_next() - the next block of events, or that some are missing
 * Return: its kind; REC_NOTHING at the end: r->state tells which end, r->wrong what is damaged.
 */
enum rec_kind rec_next(struct rec_reader *r);

void rec_close(struct rec_reader *r);

#endif /* REPLAY_RECORDING_H */
