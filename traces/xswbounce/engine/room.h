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
	bool sampled;       /* what is the domain's own is estimated */
	u64 own[XB_ORDERS]; /* the domain's frames below the width, by the block they lie in */
	u64 own_below_4g;
	u64 pools;       /* of both backends, there already */
	bool pools_told; /* how large stock's is: else it is in @own */
	u64 available;   /* in the domain; ROOM_NOT_KNOWN */
	u64 xen;         /* free below the width; ROOM_NOT_KNOWN */
	u64 xen_stock;   /* free below the width, and below 4 GiB, where stock's pool lies */
	struct xen_order order;
	struct xen_extents extents;
};

enum room_state { ROOM_YES, ROOM_POSSIBLE, ROOM_NO, ROOM_UNKNOWN };

/* Why: each has its words in show/room.c. */
enum room_why {
	ROOM_OWN,         /* of own blocks of @order and larger */
	ROOM_WITH_XEN,    /* of those, and of what Xen has free, in blocks of unknown sizes */
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

u64 room_own(const struct room_facts *f, int order); /* in blocks at least so large, no pools */
void room_of_module(const struct room_facts *f, struct room *r);
void room_of_stock(const struct room_facts *f, struct room *r);

#endif /* XB_ROOM_H */
