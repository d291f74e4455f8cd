/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bounce engine as its callers see it: pool, streaming mappings, coherent memory.
 *
 * One engine serves all attached devices.  Streaming calls are safe in any context and on
 * any CPU, never sleep, never allocate.  Calls marked 'process' may sleep.
 */
#ifndef XSW_ENGINE_H
#define XSW_ENGINE_H

#include "counts.h"
#include "platform.h"
#include "reason.h"

#define XSW_SLOT_SHIFT    11
#define XSW_SLOT_SIZE     (1UL << XSW_SLOT_SHIFT) /* 2 KiB, as upstream's IO_TLB_SIZE */
#define XSW_SEGMENT_ORDER 9                       /* the standard extent: 2 MiB */

enum xsw_dir {
	XSW_BIDIRECTIONAL,
	XSW_TO_DEVICE,
	XSW_FROM_DEVICE,
	XSW_DIR_NONE
}; /* as enum dma_data_direction */

/* Attributes of a mapping: the caller translates the kernel's DMA_ATTR_*. */
#define XSW_ATTR_SKIP_SYNC 0x001u /* no copy-back at unmap; the copy-in is done all the same */
#define XSW_ATTR_NO_BOUNCE 0x002u /* MMIO or REQUIRE_COHERENT: fail rather than bounce */
#define XSW_ATTR_MMIO      0x004u /* phys is a bus address already: no translation */
#define XSW_ATTR_QUIET     0x100u /* the caller expects failures: told as such */

struct xsw_engine;
struct xsw_segment;

/**
 * struct xsw_gate - what every map and unmap looks at first; read-mostly
 * Streaming slots all lie in [@low, @high], which only ever widens.
 */
struct xsw_gate {
	u64 low, high;
	bool force_all;
	bool coherent_work; /* coherent memory has work for its worker */
};

/**
 * struct xsw_dev - one attached device
 *
 * The caller owns the memory, sets the first group and calls xsw_dev_init().  Masks are
 * read at each map, so a driver may lower them later: the caller keeps them current.
 */
struct xsw_dev {
	u64 dma_mask; /* highest bus address for streaming (bus_dma_limit folded in) */
	u64 coherent_mask;
	u64 min_align_mask; /* low bits of the original address to keep, 0: none */
	u64 boundary_mask;  /* dma_get_seg_boundary(); ~0: none */
	u32 id;             /* owner shown for live mappings: domain << 16 | bus << 8 | devfn */
	bool force;         /* bounce every mapping that may bounce */
	bool skip_copy_in;  /* option: zero the slots instead of copying a FROM_DEVICE buffer in */

	struct xsw_engine *engine; /* set by xsw_dev_init(), as all below */
	u64 owner;                 /* @id as the records of its mappings have it */
	const struct xsw_gate *gate;
	struct xsw_tally __percpu *tally;
	struct xsw_dev *next; /* in the engine's list of attached devices */
	u64 promised;         /* the most that xsw_max_mapping_size() ever told */
	u64 left;             /* mappings and blocks its drivers left behind; by atomics */
};

/**
 * struct xsw_outcome - what a map did, for counters and trace events
 */
struct xsw_outcome {
	u64 bus;   /* XSW_BUS_ERROR when it failed */
	u32 slots; /* slots taken, padding included; 0 when direct */
	u8 bounce; /* enum xsw_bounce */
	u8 fail;   /* enum xsw_fail */
};

/**
 * struct xsw_live - one live (or quarantined) bounced mapping
 */
struct xsw_live {
	u32 owner; /* xsw_dev.id */
	u64 orig;  /* physical address of the caller's buffer */
	u64 bus;
	u32 size; /* bytes asked for */
	u32 slots;
	u8 dir;
	bool quarantined;
	u8 why;       /* enum xsw_bounce; XSW_BOUNCE_NONE: a coherent block */
	u64 since_ns; /* xsw_now_ns() at map */
};

/**
 * struct xsw_pool_state - the pool at one moment, for sysfs and debugfs
 */
struct xsw_pool_state {
	u64 segments, bytes, slots, used, quarantined;
	u64 largest_free; /* slots of the largest free run; a glance: not below it */
	u64 high_water;   /* most slots in use: exact or sampled, see high_water_exact */
	bool high_water_exact;
	u64 high_water_ns; /* how long ago it began */
	u64 reserve_bytes; /* kept for large maps, beside the pool */
	u64 coherent_bytes, coherent_used_bytes;
	u64 exchanges, exchanged_bytes, exchange_fails, exchange_ns; /* whole engine */
	u64 assembled_bytes; /* made contiguous out of frames of our own, likewise */
};

/**
 * struct xsw_change - what growing, shrinking or ending the pool did
 */
struct xsw_change {
	u64 bytes;           /* added or given back */
	u64 leaked_bytes;    /* quarantined segments kept for ever, on purpose */
	u64 assembled_bytes; /* of those added, out of scattered frames of our own */
	bool grew;           /* xsw_pool_set(): grown, else shrunk */
	u64 kept_low_bytes;  /* Xen refused the undo: given to the page allocator as they are */
	u32 hypercalls;
	u8 smallest_order;             /* smallest block that had to do */
	enum xsw_exchange_result last; /* last refusal, XSW_EXCHANGE_OK if none */
	bool domain_short;             /* it ended when the domain had no more memory to spare */
};

/**
 * xsw_engine_create() - an engine without memory [process]
 * @coherent_limit: bytes of idle coherent memory kept before it is given back
 * Return: the engine, or NULL.
 */
struct xsw_engine *xsw_engine_create(u64 coherent_limit);

/**
 * xsw_engine_empty() - give all memory back; the engine stays and can grow again [process]
 * No device may be attached.  Segments with quarantined slots are leaked and told in @c.
 */
void xsw_engine_empty(struct xsw_engine *e, struct xsw_change *c);

/** xsw_engine_destroy() - xsw_engine_empty(), and the engine is gone [process] */
void xsw_engine_destroy(struct xsw_engine *e, struct xsw_change *c);

/**
 * xsw_pool_grow() - add segments below 2^bits [process]
 * Low contiguous frames the domain owns first, then exchanges of order 9 in batches, then blocks
 * assembled from scattered low frames of its own; then smaller orders, down to one page.  It
 * never takes more memory from the domain than it leaves.
 * Return: 0 if all @bytes were added, -ENOMEM with @c telling what was.
 */
int xsw_pool_grow(struct xsw_engine *e, u64 bytes, u8 bits, struct xsw_change *c);

/**
 * xsw_pool_set() - grow or shrink the pool to @bytes, as one step [process]
 * Growing is that of xsw_pool_grow().  Shrinking gives idle segments back: busy and quarantined
 * ones stay, and what max_mapping_size promised.  c->grew says which of the two it was.
 * Return: 0; -ENOMEM if it could not grow so far, -EBUSY if it stays above @bytes.
 */
int xsw_pool_set(struct xsw_engine *e, u64 bytes, u8 bits, struct xsw_change *c);

/**
 * xsw_pool_grow_for() - grow the pool for what failed, or before it fails [process]
 * @mask: of the device whose map failed
 * @why: XSW_FAIL_NONE: a look now and then; a quarter more where three quarters are in use.
 *       XSW_FAIL_FULL: the same for what lies within @mask.  XSW_FAIL_FRAGMENTED: one more
 *       segment within @mask.  For any other reason nothing is done.
 * @most: bytes above which the pool does not grow
 * @bits: width below which the pool lies
 * Return: bytes added; 0 if nothing was needed, the pool is at @most or none were to be had.
 */
u64 xsw_pool_grow_for(struct xsw_engine *e, u64 mask, enum xsw_fail why, u64 most, u8 bits,
		      struct xsw_change *c);

/** xsw_pool_state() - all of it [process] */
void xsw_pool_state(struct xsw_engine *e, struct xsw_pool_state *st);

/**
 * xsw_pool_glance() - segments, bytes, slots, used and largest_free, the rest 0
 * Any context, at a cost of a few loads a CPU and a group of segments: for the report of a map
 * that has just failed.  largest_free is an upper bound then.
 */
void xsw_pool_glance(struct xsw_engine *e, struct xsw_pool_state *st);

/**
 * struct xsw_segment_state - one segment of the streaming pool; all but bytes in slots
 */
struct xsw_segment_state {
	u64 bus, bytes, slots;
	u64 used, quarantined, largest_free;
	enum xsw_origin origin;
};

/** xsw_for_each_segment() - walk the pool's segments until @fn returns false [process] */
void xsw_for_each_segment(struct xsw_engine *e,
			  bool (*fn)(const struct xsw_segment_state *, void *), void *ctx);

/**
 * xsw_high_water_begin() - begin the high-water mark anew, from what is in use now [process]
 * @exact: count at every claim and release (one shared atomic each); else it is sampled, at most
 * once a tick, when a claim has to search
 */
void xsw_high_water_begin(struct xsw_engine *e, bool exact);

/** xsw_force_all() - switch: bounce every mapping of every device that may bounce */
void xsw_force_all(struct xsw_engine *e, bool on);

/** xsw_dev_init() - attach @d; provides what max_mapping_size promises [process] */
int xsw_dev_init(struct xsw_engine *e, struct xsw_dev *d);

/**
 * xsw_dev_prepare() - have memory of use within @mask, before the driver sets it [process]
 * @bits: width below which the pool lies, where @mask does not ask for less
 *
 * Called from dma_supported(), which is not told which of its masks a driver means.  So nothing
 * of @d changes; the memory is there whichever mask it becomes.
 * Return: is there a segment of 64 KiB or more within @mask, and 256 KiB in all?
 */
bool xsw_dev_prepare(struct xsw_dev *d, u64 mask, u8 bits, struct xsw_change *c);

/**
 * xsw_dev_abandon() - the driver of @d is gone: quarantine what it left behind [process]
 *
 * Each live mapping and coherent block is quarantined and told (XSW_TOLD_LEFT).  @d goes on
 * working: an unmap or free that comes late ends a mapping as ever, and the last one tells
 * XSW_TOLD_BACK.  May be called again.
 * Return: mappings and blocks left, those of earlier calls too.
 */
u64 xsw_dev_abandon(struct xsw_dev *d);

/** xsw_dev_left() - mappings and blocks that @d's drivers left behind and did not return */
u64 xsw_dev_left(const struct xsw_dev *d);

/**
 * xsw_dev_exit() - detach @d [process]
 * No call for @d may be under way any more.  What is left stays quarantined for good.
 */
void xsw_dev_exit(struct xsw_dev *d);

/** xsw_dev_counts() - fold the device's per-CPU counters into @sum */
void xsw_dev_counts(struct xsw_dev *d, struct xsw_counts *sum);

/**
 * xsw_max_mapping_size() - bytes that a map is guaranteed, at any occupancy; any context
 *
 * The largest segment for large maps within the streaming mask; where none could be had the
 * largest of the pool's, at most stock's 256 KiB.  Less what alignment and boundary may cost.
 * A request of several entries that make this many bytes in all, each of more than 16 KiB, is
 * served in whole.
 */
size_t xsw_max_mapping_size(struct xsw_dev *d);

/* xsw_map() and xsw_unmap(): map.h */

/**
 * xsw_sync_for_cpu() / xsw_sync_for_device() - copy part of a bounced mapping
 * @bus may lie anywhere inside the mapping.  Return: true if it was bounced.
 */
bool xsw_sync_for_cpu(struct xsw_dev *d, u64 bus, size_t size, enum xsw_dir dir);
bool xsw_sync_for_device(struct xsw_dev *d, u64 bus, size_t size, enum xsw_dir dir);

/** xsw_for_each_live() - walk live and quarantined mappings; a snapshot, not atomic [process] */
void xsw_for_each_live(struct xsw_engine *e, bool (*fn)(const struct xsw_live *, void *),
		       void *ctx);

/**
 * xsw_coherent_alloc() - zeroed memory, contiguous in PFN and MFN, within the coherent mask
 * @atomic: the caller may not sleep: served from what is there, or NULL
 * CPU and bus address are naturally aligned to the order of @size.
 * @from: where it came from, for trace events
 * Return: CPU address, *@bus and *@from, or NULL.
 */
void *xsw_coherent_alloc(struct xsw_dev *d, size_t size, bool atomic, u64 *bus,
			 enum xsw_coherent_source *from);

/**
 * xsw_coherent_free() - any context; never exchanges in its caller
 * Return: false if @bus is not memory of this engine.
 */
bool xsw_coherent_free(struct xsw_dev *d, size_t size, void *va, u64 bus);

/**
 * xsw_coherent_work() - refill the reserve, give back what is above the limit [process]
 * The caller runs it from a worker; xsw_coherent_wants_work() says when, from any context: after
 * each allocation and free.
 */
void xsw_coherent_work(struct xsw_engine *e);

static __always_inline bool xsw_coherent_wants_work(const struct xsw_dev *d)
{
	return READ_ONCE(d->gate->coherent_work);
}

#endif /* XSW_ENGINE_H */
