/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file that record writes and report reads; FORMAT.md is its description.
 *
 * Little-endian. A head, then blocks; each block carries its length and a checksum, so that a file
 * cut off at any byte reads up to its last whole block. Nothing is ever written backwards.
 */
#ifndef XB_RECORDING_H
#define XB_RECORDING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define RECORDING_MAGIC   "XSWREC\r\n"
#define RECORDING_VERSION 2
#define RECORDING_ORDER   0x01020304u /* reads so where the byte order is the writer's */
#define RECORDING_BLOCK   65536       /* a payload is never longer */

struct recording_head {
	char magic[8];
	uint32_t version;
	uint32_t order;
	uint32_t head_bytes;    /* of this head; a reader skips what it does not know */
	uint32_t event_bytes;   /* of one event */
	uint64_t start_ns;      /* monotonic; events count from it */
	uint64_t start_real_ns; /* the same instant since 1970 */
	uint64_t pool_slots;    /* of the stock pool, 2 KiB each */
	uint64_t pool_used;     /* at the start */
	uint64_t module_bytes;  /* of the module's pool; 0: it is not loaded */
	uint32_t cpus;
	uint32_t flags; /* RECORDING_ONE_DEVICE, RECORDING_IOMMU */
	char kernel[64];
	char backend[16];
	char machine[16];       /* "dom0", "domU" or "native" */
	char command_line[256]; /* the kernel's, its beginning */
	/* heads of RECORDING_HEAD_LEAST bytes end here */
	uint64_t pool_base; /* machine address of the stock pool's first slot; 0: not known */
	uint32_t areas;     /* of the stock pool; 0: not known */
	uint32_t forced;    /* RECORDING_FORCED_* */
	char xen[32];       /* its version */
	char clock[16];     /* clocksource of all times */
};

#define RECORDING_HEAD_LEAST    424u
#define RECORDING_ONE_DEVICE    1u /* no other's events are there, but every slot of the start */
#define RECORDING_IOMMU         2u /* whose code may take more slots than a size needs */
#define RECORDING_FORCED_STOCK  1u /* every mapping of stock's bounces */
#define RECORDING_FORCED_MODULE 2u

enum recording_kind {
	RECORDING_DEVICE = 1, /* one recording_device */
	RECORDING_EVENTS = 2, /* recording_events of the size that the head tells */
	RECORDING_LOST = 3,   /* one recording_lost: some events are missing here */
	RECORDING_END = 4,    /* one recording_end: the writer ended in order */
};

struct recording_block {
	uint32_t kind;
	uint32_t bytes;    /* of the payload that follows */
	uint32_t sequence; /* from 0, one more each block */
	uint32_t checksum; /* CRC-32 (as zlib's) of the three fields above and the payload */
};

struct recording_device {
	uint32_t id; /* from 1, as events name it; 0 is 'not known' */
	uint32_t min_align_mask;
	uint64_t dma_mask;
	uint64_t boundary_mask;
	char name[32];
	char driver[24];
	char backend[16]; /* whose pool it bounces through: the head's, or "xen_swiotlb" */
};

enum recording_call {
	RECORDING_MAP = 1,
	RECORDING_UNMAP = 2,
	RECORDING_SYNC_CPU = 3,
	RECORDING_SYNC_DEVICE = 4,
	RECORDING_ALLOC = 5,
	RECORDING_FREE = 6,
	RECORDING_SLOT = 7, /* live when the recording began */
};

struct recording_event {
	uint64_t ns;   /* since start_ns */
	uint64_t bus;  /* ~0: it failed */
	uint64_t phys; /* of the buffer, 0: not known; device 0: the slot's number */
	uint32_t size;
	uint32_t attrs; /* DMA_ATTR_* */
	uint16_t device;
	uint16_t cpu;
	uint8_t call;   /* enum recording_call */
	uint8_t dir;    /* enum dma_data_direction */
	uint8_t reason; /* of a bounce: 1 mask, 2 straddle, 3 align, 4 forced; 0: direct */
	uint8_t failed;
};

struct recording_lost {
	uint64_t ns; /* of the first event after the gap */
	uint64_t events;
};

struct recording_end {
	uint64_t ns;
	uint64_t events; /* written */
	uint64_t lost;
};

/* Writing. */
struct recording_writer {
	FILE *f;
	uint32_t sequence;
	int failed;      /* errno of the first write that failed: nothing is written behind it */
	uint32_t filled; /* events waiting for their block */
	uint64_t events, lost;
	struct recording_event waiting[RECORDING_BLOCK / sizeof(struct recording_event)];
};

/**
 * recording_create() - begin a file
 * Return: 0, or an errno.
 */
int recording_create(struct recording_writer *w, const char *path,
		     const struct recording_head *head);
void recording_event(struct recording_writer *w, const struct recording_event *e);
void recording_device(struct recording_writer *w, const struct recording_device *d);
void recording_lost(struct recording_writer *w, uint64_t ns, uint64_t events);

/**
 * recording_close() - write the end
 * Return: 0, or an errno: the file is not whole.
 */
int recording_close(struct recording_writer *w, uint64_t ns);

/* Reading. */
enum recording_state { RECORDING_GOOD, RECORDING_CUT, RECORDING_DAMAGED };

struct recording_reader {
	FILE *f;
	struct recording_head head;
	uint32_t sequence;
	bool ended;
	enum recording_state state; /* CUT: it ends within a block, or without RECORDING_END */
	uint64_t offset;            /* of the block where reading ended */
	uint64_t events, lost;      /* in the blocks read so far */
};

/**
 * recording_open() - read the head
 * Return: NULL, or what is wrong, in words.
 */
const char *recording_open(struct recording_reader *r, const char *path);

/**
 * recording_next() - the next whole block of a kind that is known; names in it have an end
 * @payload: at least RECORDING_BLOCK bytes
 * Return: its kind, or 0 at the end; r->state tells what kind of end.
 *
 * RECORDING_GOOD: the end is in order, nothing follows, and all that was written was read.
 */
uint32_t recording_next(struct recording_reader *r, void *payload, uint32_t *bytes);

#endif /* XB_RECORDING_H */
