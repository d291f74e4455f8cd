/* SPDX-License-Identifier: GPL-2.0-only */
/* What the BPF programs and the tool exchange: keys and values of their maps, switches. */
#ifndef XSWBOUNCE_H
#define XSWBOUNCE_H

#ifndef __VMLINUX_H__
typedef unsigned long long u64;
typedef unsigned int u32;
#endif

#define XB_DEVICES_BITS 8
#define XB_MAX_DEVICES  (1 << XB_DEVICES_BITS) /* devices counted at a time; more are lost */
#define XB_MAX_GUESTS   4096                   /* pairs of a device and a guest */
#define XB_NAME_LEN     32
#define XB_DRIVER_LEN   24

#define XB_STARTS_BITS 12 /* calls under way whose start time is kept, a power of two */

#define XB_HIST_SUB   8 /* linear steps in each octave of a latency histogram: 12 % */
#define XB_HIST_SLOTS (32 * XB_HIST_SUB)
#define XB_SIZE_SLOTS 32 /* octaves of a size */

#define XB_NS_BITS 44 /* start times are kept modulo this: 4.8 hours */

#define XB_CALIBRATIONS 64 /* runs whose median is the probe's own cost */

#define XB_ERROR_ADDR (~0ULL) /* DMA_MAPPING_ERROR */
#define XB_SLOT_SHIFT 11
#define XB_SEGMENT    (128ULL << XB_SLOT_SHIFT) /* stock's largest bounced mapping */

/*
 * A key that names a device, with one of these bits. Of stock's backend the rest is the number that
 * the kernel gives to the device's folder in sysfs: no other has it, before or after, though its
 * struct device may lie where another's lay. Of the module's events it is the PCI address.
 */
#define XB_STOCK_DEVICE  (1ULL << 63)
#define XB_MODULE_DEVICE (1ULL << 62)

enum xb_backend { XB_STOCK, XB_MODULE, XB_BACKENDS };

/* In the place of a device's number, of which none is so small. */
#define XB_PLACE_PAST  1 /* the counters stay, of a device whose address is another's now */
#define XB_PLACE_FREED 2

enum xb_reason {
	XB_DIRECT,
	XB_MASK,
	XB_STRADDLE,
	XB_ALIGN,
	XB_FORCED,
	XB_NR_REASONS,
};

enum xb_fail {
	XB_FAIL_NONE,
	XB_FAIL_FULL,
	XB_FAIL_FRAGMENTED,
	XB_FAIL_TOO_LARGE,
	XB_FAIL_MASK,
	XB_NR_FAILS,
};

/* What is timed, each with a histogram of its own. */
enum xb_call {
	XB_CALL_DIRECT, /* a map that did not bounce */
	XB_CALL_BOUNCED,
	XB_CALL_UNMAP, /* of a bounced mapping */
	XB_CALL_SYNC,
	XB_NR_CALLS,
};

/* What tells that a device is no longer as it was described, or that it is another one. */
struct xb_seen {
	u64 dma_mask;  /* as its driver set it; what limits its bus comes with the driver */
	u64 folder;    /* the number of its folder in sysfs; 0: it has none */
	u64 driver_at; /* the kernel's pointer: another means another driver */
};

/* A device as it was when it last bounced: its driver, and with it the mask, may change. */
struct xb_device {
	char name[XB_NAME_LEN];
	char driver[XB_DRIVER_LEN];
	u64 mask;
	u64 boundary;
	u32 min_align;
	u32 forced; /* swiotlb=force */
	struct xb_seen seen;
	u64 version; /* another one each time that it is described */
};

struct xb_stat {
	u64 mask; /* the device's, when it was last described; never 0 once in use */
	u64 forced;
	u64 key;
	struct xb_seen seen; /* as in xb_device */
	u64 maps;            /* as long as they were counted */
	u64 map_bytes;
	u64 maps_bounced; /* of those */
	u64 bounces[8];   /* all of them, as are the following */
	u64 bounce_bytes;
	u64 copied_bytes; /* out at unmap, both ways at sync; the tool adds what went in at map */
	u64 unmaps;       /* of bounced mappings */
	u64 syncs;        /* of bounced mappings */
	u64 fails[8];
	u64 coherent;
};

/* What flow.bpf.c is to do besides counting: set before it is loaded, read once in each program. */
#define XB_WANT_GUESTS   1U
#define XB_WANT_SIZES    2U
#define XB_MAPS_BY_EVENT 4U /* direct maps are counted by the dma:* events */

/* Bounced mappings by size. */
struct xb_sizes {
	u64 octaves[XB_SIZE_SLOTS];
};

struct xb_hist_key {
	u64 dev;
	u32 call;
	u32 pad;
};

struct xb_hist {
	u64 ns; /* sum, net of the probe's own cost */
	u64 count;
	u32 slots[XB_HIST_SLOTS];
};

/* Bounces of pages granted by a guest; XB_DOMAIN_OWN: the page was not a guest's. */
#define XB_DOMAIN_OWN 0x10000U

struct xb_guest_key {
	u64 dev;
	u32 domain;
	u32 pad;
};

struct xb_guest {
	u64 bounces;
	u64 bytes;
};

#define XB_RECORD 128 /* no event of the module's is longer */

/* Where a field stands in a record; size 0: the event has no such field. */
struct xb_field {
	u32 offset;
	u32 size;
};

/* The fields of one of the module's events, as far as it has them. */
struct xb_event {
	struct xb_field domain, bus_nr, devfn, phys, dma_addr, size, dir, attrs, reason, slots, ns;
	struct xb_field for_cpu, fail, used, largest_free, op, extents, order;
	struct xb_field address_bits, exchanged, rc;
};

struct xb_events {
	struct xb_event map, unmap, sync, full, alloc, free, exchange;
};

/* Hypercalls that exchange memory. */
struct xb_exchanges {
	u64 calls;
	u64 fails;
	u64 ns;
};

/* Programs that must not miss a call, each with a second that steps in. */
enum xb_watched_program {
	XB_MAP_PAGE,
	XB_MAP_PHYS,
	XB_SWIOTLB_MAP,
	XB_POOL_MAP,
	XB_UNMAP_SINGLE,
	XB_UNMAP_PAGE,
	XB_UNMAP_PHYS,
	XB_MAX_WATCHED,
};

struct xb_watched {
	u32 id;     /* of the first program */
	u64 active; /* where the kernel counts on each CPU that it runs */
};

#define XB_MAX_CPUS 1024 /* above, a call may be lost to an interrupt, and is told as lost */

/* Events that could not be counted, by cause. */
struct xb_losses {
	u64 devices; /* calls of devices beyond XB_MAX_DEVICES */
	u64 guests;  /* bounces of pairs beyond XB_MAX_GUESTS */
	u64 memory;  /* latencies and sizes without room: the kernel had no memory for them */
	u64 starts;  /* an end without its start: not taken as a latency */
	u64 zeros;   /* latencies that read 0: a clock that does not advance */
	u64 nested;  /* programs not run: an interrupt came while the same one ran on that CPU;
		      * filled in by the tool */
};

/* Live bounced mappings and the stacks that made them. */
#define XB_STACK_DEPTH 32
#define XB_MAX_STACKS  4096
#define XB_MAX_LIVE    65536

/* Where walks of stacks have a budget: its period, 2^24 ns or 17 ms, and what stands for the stack
 * of a mapping that was made when the budget was spent. */
#define XB_BUDGET_PERIOD_SHIFT 24
#define XB_STACK_SPARED        (-1)
#define XB_STACK_LOST          (-2) /* there was no room for another stack */

struct xb_live {
	u64 dev;
	u64 since; /* monotonic nanoseconds */
	u64 size;
	int stack;  /* XB_STACK_SPARED, XB_STACK_LOST, or its number */
	u32 domain; /* that granted the page, or XB_DOMAIN_OWN */
};

struct xb_held_losses {
	u64 stacks; /* no room for another stack */
	u64 sites;
	u64 live;    /* no room for another live mapping */
	u64 devices; /* mappings of devices beyond XB_MAX_DEVICES: in no balance */
	u64 nested;  /* as in xb_losses: filled in by the tool */
};

struct xb_site_key {
	u64 dev;
	int stack;
	u32 pad;
};

/* Every bounce of a device made by one stack. */
struct xb_site {
	u64 count;
	u64 bytes;
	u64 ns; /* in the map call */
};

/* Where a function of the kernel lies. */
struct xb_code {
	u64 at;   /* 0: not in this kernel */
	u64 size; /* of its machine code: filled in by the tool, from what the kernel shows */
	char shown[64];
};

/* Functions from which all that an interrupt does is called. */
enum xb_interrupt { XB_HARDIRQ, XB_SOFTIRQ, XB_SOFTIRQ_BEFORE, XB_INTERRUPTS };

/* Functions that treat a list of buffers by calling the function for one, where programs hang. */
enum xb_caller_of { XB_MAP_SG, XB_UNMAP_SG, XB_SYNC_SG_CPU, XB_SYNC_SG_DEVICE, XB_CALLERS };

struct xb_caller {
	struct xb_code code;
	u64 of[2];
	u64 calls; /* one of these two, which is one function by its names in two kernels */
};

/* Where the stock pool lies, and how it is cut. */
struct xb_place {
	u64 base; /* machine address of the first slot; 0: there is none */
	u32 areas;
	u32 forced; /* every mapping of stock's bounces */
};

#define XB_SNAPSHOT_STEPS 8192  /* of a snapshot at once: fewer messages than a ring holds */
#define XB_MAP_GROUPS     16384 /* in a map of the pool, a power of two */

/* The stock pool's slots, as a walk over them found it. */
struct xb_pool {
	u64 slots;
	u64 used;
	u64 runs; /* free ones; two may touch where segments meet */
	u64 largest;
};

/* Messages of events.bpf.c, one by one: what kind, and the part that all have. */
enum xb_kind {
	XB_MAP = 1,
	XB_UNMAP,
	XB_SYNC_CPU,
	XB_SYNC_DEVICE,
	XB_ALLOC,
	XB_FREE,
	XB_SLOT, /* of the snapshot: a mapping that was live at the start */
	XB_FAILURE,
	XB_EXCHANGE,
};

struct xb_message {
	u64 time; /* monotonic nanoseconds */
	u64 dev;
	u64 phys; /* of the buffer; of a slot: its number */
	u64 bus;
	u64 size;
	u64 attrs;
	u32 cpu;
	u32 lost; /* messages lost before this one, since the start */
	unsigned char kind;
	unsigned char dir;
	unsigned char reason; /* of a map; 0: it did not bounce */
	unsigned char failed; /* of a map or an allocation */
	u32 version;          /* of a map: of its device's description; 0: not told */
};

/* A mapping that failed. */
struct xb_failure {
	struct xb_message m;
	struct xb_pool pool;
	u64 mask;
	u32 fail; /* enum xb_fail */
	int stack;
	u32 pid;
	u32 walked; /* the pool's runs were looked at, soon after: some times a second at most */
	char comm[16];
};

enum xb_exchange_op { XB_MAKE, XB_UNDO };

struct xb_exchange {
	struct xb_message m; /* size: of all extents */
	u64 ns;
	u32 op;
	u32 order;
	u32 bits;
	int rc;
	u64 extents;
	u64 exchanged; /* pages done, where it is known; else ~0 */
	u32 module;
	u32 pid;
	char comm[16];
};

#endif /* XSWBOUNCE_H */
