/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine's own state and the parts that share it: memory, promise, coherent, devices.
 */
#ifndef XSW_STATE_H
#define XSW_STATE_H

#include "engine.h"
#include "index.h"
#include "pool.h"

#define XSW_BATCH         32 /* blocks of one hypercall */
#define XSW_STOCK_MAPPING (256u << 10)
#define XSW_LARGE_ABOVE   8 /* slots: larger maps may use the large pool */
#define XSW_COHERENT_BITS 40

struct xsw_engine {
	struct xsw_gate gate;
	struct xsw_index __rcu *index; /* streaming and large segments */
	struct xsw_pool pool[XSW_NR_KIND];

	struct xsw_index __rcu *coherent_index; /* coherent and atomic segments */
	u64 coherent_limit;
	u64 coherent_wanted; /* address bits of an allocation that found nothing, 0: none */
	u64 coherent_order;  /* ... and its order: the largest since the worker ran */
	u64 coherent_idle;   /* 1: a segment of it fell idle */

	/* all below: under the mutex */
	struct xsw_mutex mutex;
	struct xsw_dev *devices;
	u64 exchanges, exchanged_bytes, exchange_fails, exchange_ns, assembled_bytes;
};

static inline struct xsw_index __rcu **xsw_index_for(struct xsw_engine *e, enum xsw_kind kind)
{
	return kind <= XSW_KIND_LARGE ? &e->index : &e->coherent_index;
}

/* Address bits such that every address of that width is within @mask */
static inline u8 xsw_bits_within(u64 mask)
{
	return (u8)(mask == ~0ULL ? 64 : xsw_bit_length(mask + 1) - 1);
}

static inline u64 xsw_segment_bytes(const struct xsw_segment *s)
{
	return (u64)s->slots << XSW_SLOT_SHIFT;
}

/*
 * memory.c: blocks from the page allocator and Xen, and back; under the mutex, may sleep.
 * A wish for @bytes more of one kind of segment: below 2^bits, of @order, down to @least_order.
 */
struct xsw_memory_want {
	u64 bytes;
	u8 bits;
	u8 order, least_order;
	enum xsw_kind kind;
};

/* xsw_memory_get() - Return: bytes added, up to what is asked for rounded up to a block */
u64 xsw_memory_get(struct xsw_engine *e, const struct xsw_memory_want *want, struct xsw_change *c);
/* xsw_memory_put() - give back a list of segments that nothing can reach any more */
void xsw_memory_put(struct xsw_engine *e, struct xsw_segment *list, struct xsw_change *c);
/* xsw_memory_settle() - wait for a grace period, free replaced tables and arrays */
void xsw_memory_settle(struct xsw_engine *e);

/* resize.c: take @s, which is closed or lost, out of its pool and index, onto @list */
void xsw_retire(struct xsw_engine *e, struct xsw_segment *s, struct xsw_segment **list);

/* promise.c; under the mutex */
/* have a segment of the large pool within @mask, if one can be had */
void xsw_large_provide(struct xsw_engine *e, u64 mask);
/* ... for each attached device */
void xsw_large_provide_all(struct xsw_engine *e);
/* would an attached device lose what it was promised if @s went? */
bool xsw_is_promised(struct xsw_engine *e, const struct xsw_segment *s);

/* coherent.c: memory for callers that may not sleep; under the mutex */
void xsw_atomic_provide(struct xsw_engine *e, u64 mask);

/* survey.c */
void xsw_survey(const struct xsw_segment *s, struct xsw_segment_state *st);

/* live.c: calls @fn for each first slot of a mapping or block until it returns false */
bool xsw_walk_pool(struct xsw_pool *p, bool (*fn)(struct xsw_segment *, u32, void *), void *ctx);
void xsw_live_at(const struct xsw_segment *s, u32 i, struct xsw_live *live);

/* left.c */
/* @slots more (or, negative, fewer) of @s are quarantined */
static inline void xsw_left_behind(struct xsw_segment *s, u64 slots)
{
	xsw_fetch_add64(&s->quarantined, slots);
}
/* one mapping or block that was left behind has been ended by @d; any context */
void xsw_came_back(struct xsw_dev *d);
/* what @d has left behind can come back no more; under the mutex */
void xsw_settle_left(struct xsw_dev *d);

#endif /* XSW_STATE_H */
