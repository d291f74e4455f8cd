/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A model of a Xen machine: frames, P2M and M2P, exchange that can refuse, a DMA device.
 *
 * How this works.  A domain has pages (PFN), the machine has frames (MFN), each with an owner.
 * The CPU reads and writes pages; the device reads and writes frames, and finds the bytes
 * through the frame's owner.  An exchange gives pages other frames, so their contents are
 * lost, as on the real machine: the model scribbles over them.  A device that touches a frame
 * that is not this domain's, or above its mask, is told of and counted: that would
 * be another domain's memory.
 */
#ifndef XSW_MACHINE_H
#define XSW_MACHINE_H

#include "platform.h"
#include "hypervisor.h"

enum model_owner { MODEL_OTHER_DOMAIN, MODEL_XEN, MODEL_OURS, MODEL_GRANTED, MODEL_MMIO };

struct model_config {
	u64 pages;     /* of the domain */
	u64 frames;    /* of the machine */
	u64 first_mfn; /* the domain's own frames are scattered from here up */
	u64 low_free;  /* frames that Xen has free below 2^20 (4 GiB), from 'low_first' up */
	u64 low_first;
	u64 contiguous_pages; /* the first pages of the domain are contiguous in the machine ... */
	u64 contiguous_mfn;   /* ... from here */
	u64 seed;
};

/* Planned faults; all zero: none */
struct model_faults {
	u32 refuse_exchanges; /* the next N make-contiguous calls do nothing: no memory */
	u32 partial;          /* a call does at most N blocks; 0: all */
	u32 busy_every;       /* every Nth block has a page in use elsewhere */
	u32 highest_order;    /* above: refused (order); 0: no limit */
	u32 refuse_undos;     /* the next N undo calls do nothing */
	u32 alloc_above;      /* no block above this order from the page allocator; 0: no limit */
	u32 fail_zalloc_at;   /* the Nth xsw_zalloc() from now returns NULL; 0: none */
};

struct model_counts {
	u64 make_calls, undo_calls, blocks_made, blocks_undone, blocks_assembled;
	u64 violations; /* a device or an exchange touched what it must not */
	u64 zallocs;    /* live */
};

extern struct model_faults model_faults;
extern struct model_counts model_counts;

void model_start(const struct model_config *c);
void model_stop(void);

/* Pages of the domain used as buffers by tests: not from the page allocator's hands */
u64 model_buffer(u64 pages, bool contiguous); /* first physical address */
void model_free_buffer(u64 phys, u64 pages);
void model_grant(u64 pfn, u64 m2p_pfn); /* the page becomes another domain's, mapped here */
void model_identity(u64 pfn, u64 mfn);  /* the page becomes a device's */
void model_invalid(u64 pfn);            /* the page has no frame */
void model_set_mfn(u64 pfn, u64 mfn);   /* give an own page another free frame */

u64 model_m2p(u64 mfn);
enum model_owner model_frame_owner(u64 mfn);
u64 model_xen_low_free(void);
u64 model_used_pages(void);
bool model_consistent(void); /* P2M and M2P agree, each frame has one owner */

/* A device with a DMA mask; both return false (and count a violation) on a bad access */
bool model_dma_read(u64 mask, u64 bus, void *to, size_t n);
bool model_dma_write(u64 mask, u64 bus, const void *from, size_t n);

u64 model_random(u64 *state); /* splitmix64 */

#endif /* XSW_MACHINE_H */
