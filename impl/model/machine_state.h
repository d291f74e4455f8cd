/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model machine's insides, shared by its frames (machine.c) and its Xen (xen.c).
 */
#ifndef XSW_MACHINE_STATE_H
#define XSW_MACHINE_STATE_H

#include "machine.h"

struct model_frame {
	u64 pfn; /* the page of ours that shows its contents: OURS and GRANTED */
	u64 m2p; /* what the M2P says; a granted frame's is another domain's PFN */
	enum model_owner owner;
};

struct model_machine {
	struct model_config config;
	u64 seed;
	u64 ours; /* frames that are the domain's */
	struct model_frame *frame;
	u8 *page_used; /* taken from the page allocator */
	u8 *memory;    /* contents of the domain's pages */
	void *mapping;
	size_t mapping_size;
};

extern struct model_machine machine;

void model_set_frame(u64 mfn, struct model_frame f);
void model_own(u64 pfn, u64 mfn);

#endif /* XSW_MACHINE_STATE_H */
