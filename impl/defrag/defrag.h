/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run of the defragmenter: what bounds it, how far it is, how it ended.
 *
 * How this works.  A 64-bit device bounces only where a buffer's pages are neighbours and their
 * machine frames are not.  Two phases undo that for memory that nobody uses at the moment:
 *
 * 1. Movable memory (movable.c): each scattered block of 2 MiB is emptied, its pages get
 *    neighbouring frames, and it goes back.
 * 2. Hot memory (hot.c): drivers get their buffers from what phase 1 cannot empty.  Small blocks
 *    are taken as the page allocator hands them out, and the scattered ones of them cured.
 *
 * Frames come from Xen, one large extent for as many single frames; or, where Xen has none or must
 * keep what it has, from other pages of the domain's own.  Only frames that are ours are touched,
 * and only beneath pages that were taken from the page allocator: nobody uses them, and no device.
 */
#ifndef XSW_DEFRAG_H
#define XSW_DEFRAG_H

#include <linux/types.h>

#include "../core/platform.h"
#include "../core/reason.h"

#define XSW_BLOCK_ORDER 9 /* a block of phase 1: what Linux can empty, and Xen deals in */
#define XSW_BLOCK_PAGES (1ULL << XSW_BLOCK_ORDER)
#define XSW_LEAST_ORDER 3 /* smaller neighbourhoods are not worth an exchange in phase 1 */

/* How a run ended */
enum xsw_ending {
	XSW_ENDED_NOT,     /* none has, or one goes on */
	XSW_ENDED_DONE,    /* nothing is left that can be cured */
	XSW_ENDED_TARGET,  /* the share asked for is reached */
	XSW_ENDED_MISSED,  /* nothing is left that can be cured, and the share is not reached */
	XSW_ENDED_STOPPED, /* by the operator */
	XSW_ENDED_PRESSED, /* the domain's free memory is at its floor */
	XSW_ENDED_LOW,     /* the low memory that may be taken from Xen is taken */
	XSW_ENDED_MEMORY,  /* no memory for the run's own arrays, or an exchange's */
	XSW_ENDED_FLOOR,   /* Xen might have more, but what it is to keep could not be held */
	XSW_ENDED_PASSES,  /* phase 2 made all the passes that it may, and the last ones cured */
};

const char *xsw_ending_name(enum xsw_ending ending);

/* Why what Xen is to keep could not be held, and Xen is asked for nothing */
enum xsw_unkept {
	XSW_KEPT,            /* it is held, or Xen has no more */
	XSW_UNKEPT_MEMORY,   /* the domain has no memory to spare */
	XSW_UNKEPT_BLOCKS,   /* too few scattered blocks could be emptied */
	XSW_UNKEPT_LOW,      /* it might be more low memory than may be taken */
	XSW_UNKEPT_ORDER,    /* Xen permits no exchange so large */
	XSW_UNKEPT_REFUSED,  /* Xen refuses for another reason */
	XSW_UNKEPT_RESTORED, /* it was held, and then the domain was restored, on another Xen */
};

/**
 * struct xsw_limits - what bounds a run
 * @pages_per_second: 0: no limit
 * @held_bytes: most memory in the run's hands at a time, a block at least
 * @free_floor_bytes: memory that stays available to the domain
 * @xen_floor_blocks: free blocks of 2 MiB that Xen keeps, if it has so many; 0: it may give its
 * last
 * @low_most_bytes: most memory below 4 GiB that Xen may give; with a width it bounds all requests
 * @target_permille: share of memory in contiguous blocks of 2 MiB that is enough; 0: all there is
 * @width: only pages below 2^width, and frames below it for them; 0: any
 * @ask_xen: false: the domain's own frames only
 */
struct xsw_limits {
	u64 pages_per_second;
	u64 held_bytes;
	u64 free_floor_bytes;
	u64 xen_floor_blocks;
	u64 low_most_bytes;
	u32 target_permille;
	u8 width;
	bool ask_xen;
};

/**
 * struct xsw_progress - how far it is; read at any time, written by the run alone
 * @blocks: blocks of 2 MiB whose frames are all the domain's
 * @scattered: of them, those that were not contiguous when the run began
 * @cured: of these, those that are now; @busy: that could not be emptied
 * @passes: of phase 2; @hot_found: scattered blocks of the last one; @hot_cured: of all
 * @taken: extents that Xen gave, by order; @refused: requests for them that it had no memory for,
 *         and no others: a page that it refuses, or an order, tells nothing of its free blocks
 * @dealt_pages: pages that changed frames with others of the domain's own
 * @low_bytes: memory below 4 GiB that Xen gave
 * @kept: free blocks of 2 MiB that were held for Xen
 * @exchanges: hypercalls of that kind, @exchange_ns: what they and the remapping took
 */
struct xsw_progress {
	u64 blocks, scattered, cured, busy;
	u64 passes, hot_found, hot_cured;
	u64 taken[XSW_BLOCK_ORDER + 1];
	u64 refused[XSW_BLOCK_ORDER + 1];
	u64 dealt_pages;
	u64 low_bytes, kept;
	u64 exchanges, exchange_ns;
};

/**
 * struct xsw_defrag - one run
 * @most_order: largest order that Xen may be asked for in this run; 0: none
 * @xen_order: largest order that Xen still gives; 0: it is not asked any more
 * @forbidden: Xen does not permit the domain an exchange of this order; 0: it has not said so
 * @unkept: why it is asked for nothing, if it is to keep blocks
 * @whole_only: it is asked for blocks of 2 MiB alone, in exchange for such of neighbours
 * @on_credit: nothing is held, and it may be asked for @credit pages
 * @low_is_scarce: the machine has memory above 4 GiB, too: what lies below is for who needs it
 * @low_held: memory below 4 GiB among what is held for Xen
 * @restores: of the domain, before the run began
 * @untried: exchanges that the domain had no memory for
 * @unreturned: blocks held for Xen that it did not take back
 * @deals_refused: times that pages could not change frames; @deal_error: of the last one
 */
struct xsw_defrag {
	struct xsw_limits limits;
	struct xsw_progress progress;
	u8 most_order;
	u8 xen_order;
	u8 forbidden;
	enum xsw_unkept unkept;
	bool whole_only, on_credit;
	u64 credit;
	bool low_is_scarce;
	u64 low_held;
	u64 restores;
	u64 untried, unreturned, deals_refused;
	int deal_error;
};

/* What a run is to do */
enum xsw_job { XSW_JOB_NONE, XSW_JOB_MOVABLE, XSW_JOB_HOT, XSW_JOB_ALL };

/**
 * xsw_defrag_run() - do it; process context, takes as long as it takes
 */
enum xsw_ending xsw_defrag_run(struct xsw_defrag *d, enum xsw_job job);

/**
 * xsw_may_hold() - would @bytes more leave the domain its floor?
 */
bool xsw_may_hold(const struct xsw_defrag *d, u64 bytes);

/**
 * xsw_defrag_restored() - the domain goes on with other frames, on another Xen: called while no
 * step of a run goes on
 */
void xsw_defrag_restored(void);
bool xsw_was_restored(const struct xsw_defrag *d); /* since the run began? */

/* ---- implemented by the kernel's side, and by the tests ---- */

/**
 * xsw_go_on() - called between two steps, when the run holds nothing but what Xen is to keep
 * @pages: that it has gone through since the last call: it sleeps as the limit wants it
 * Return: false if the run is to stop.
 */
bool xsw_go_on(struct xsw_defrag *d, u64 pages);

/**
 * xsw_is_awaited() - does somebody wait for the step's end: for a stop, or for all threads to
 * freeze?
 */
bool xsw_is_awaited(void);

/**
 * xsw_rest() - let others use memory for a while, a quarter of a second or so
 * Return: false if the run is to stop.
 */
bool xsw_rest(void);

/**
 * xsw_on_each_cpu() - do @step on each CPU in turn: each has free memory of its own
 */
void xsw_on_each_cpu(void (*step)(void *), void *argument);

#endif /* XSW_DEFRAG_H */
