/* SPDX-License-Identifier: GPL-2.0-only */
/* Is there room for a pool, and what would it be made of? */
#ifndef XB_ROOM_H
#define XB_ROOM_H

#include <stdbool.h>

#include "bpf/contiguity.h"
#include "engine/contiguity.h"
#include "engine/host.h"
#include "engine/xen_extents.h"
#include "engine/xen_heap.h"
#include "engine/xen_order.h"

#define ROOM_STOCK_ORDER 6 /* stock's pool is made of blocks of 256 KiB, and of no smaller ones */
#define ROOM_NOT_KNOWN   (~0ULL)

/* What was found out: bytes, but for the blocks */
struct room_facts {
	u64 wanted;
	u64 own[XB_ORDERS]; /* the domain's frames below the width, by the block they lie in */
	u64 own_below_4g;
	/*
	 * By how much a sum of @own may be wrong, up or down; 0: all memory was looked at.
	 *
	 * One block of 2 MiB in each stride was looked at, and what it has below the width stands
	 * for the stride. Let k be what was found so, in blocks. Had the blocks been drawn anew,
	 * k would vary by no more than a count of single, independent hits does: by its root. Two
	 * such deviations are 2 * sqrt(k), and to it come 4, for so many may be expected where none
	 * is found (exp(-4) is 2 %). Each stands for a stride: it is
	 *
	 *     (4 + 2 * sqrt(k)) * stride * 2 MiB
	 *
	 * and a sum is too large by more in one domain of fifty at most, and too small by more in
	 * one of fifty. What lies in one piece, as a pool does, is wrong by less: in two strides,
	 * those at its ends.
	 */
	u64 unsure;
	u64 more_blocks; /* look at so many for a smaller @unsure; 0: no more can be looked at */
	u64 pools;       /* of both backends, there already, known to lie below the width */
	u64 pools_maybe; /* besides: where they lie is not known */
	bool pools_told; /* how large stock's is: else it is in @own */
	u64 available;   /* in the domain; ROOM_NOT_KNOWN */
	bool dom0;       /* Xen tells it, if anybody */
	int xen_error;   /* if it told nothing: as in struct xen_heap */
	u64 xen;         /* free below the width; ROOM_NOT_KNOWN */
	u64 xen_stock;   /* free below the width, and below 4 GiB, where stock's pool lies */
	struct xen_order order;
	struct xen_extents extents;
};

enum room_state { ROOM_YES, ROOM_POSSIBLE, ROOM_NO, ROOM_UNKNOWN };

/* Why: each has its words in show/room.c. */
enum room_why {
	ROOM_OWN,         /* of own blocks of @order and larger */
	ROOM_SAMPLED,     /* own memory may be enough or not: only a part of it was looked at */
	ROOM_POOLS,       /* so, too, for it may be a pool's, of which nobody tells where it lies */
	ROOM_WITH_XEN,    /* of own blocks, and of what Xen has free, in blocks of unknown sizes */
	ROOM_SCATTERED,   /* so, too, but own frames that lie scattered are needed */
	ROOM_XEN_ONLY,    /* Xen has all of it free */
	ROOM_GIVEN_BACK,  /* Xen has not, but what is given back for each block it can give out */
	ROOM_TOO_LITTLE,  /* own and Xen's together */
	ROOM_UNAVAILABLE, /* to the domain, which is to keep as much as the pool gets */
	ROOM_FORBIDDEN,   /* Xen refuses blocks of 256 KiB to this domain */
	ROOM_NOT_TOLD,    /* Xen's free memory */
};

struct room {
	enum room_state state;
	enum room_why why;
	u64 own[XB_ORDERS]; /* what of it would be used */
	u64 xen;
	u64 scattered; /* own frames in blocks below 256 KiB: put together by the module */
	int order;     /* the smallest order of @own that is used */
};

/**
 * room_look() - gather what is known, for @wanted bytes below 2^@width
 * @memory: as it was walked for that width; @xen: as it was asked for that width
 */
void room_look(struct room_facts *f, const struct host *h, const struct contiguity *memory,
	       const struct xen_heap *xen, u64 wanted, unsigned int width);

/* In blocks at least so large, without the pools that are known to lie there; off by @unsure */
u64 room_own(const struct room_facts *f, int order);
void room_of_module(const struct room_facts *f, struct room *r);
void room_of_stock(const struct room_facts *f, struct room *r);

#endif /* XB_ROOM_H */
