/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine's own state and the parts that share it: memory, reserve, coherent, devices.
 */
#ifndef XSW_STATE_H
#define XSW_STATE_H

#include "engine.h"
#include "index.h"
#include "pool.h"

#define XSW_BATCH         32 /* blocks of one hypercall */
#define XSW_STOCK_MAPPING (256u << 10)
#define XSW_RESERVE_ABOVE 8 /* slots: larger maps may use the reserve */
#define XSW_COHERENT_BITS 40

struct xsw_engine {
	struct xsw_gate gate;
	struct xsw_index *index; /* streaming pool and reserves */
	struct xsw_pool pool;

	struct xsw_pool coherent;
	struct xsw_pool atomic; /* coherent memory for callers that may not sleep */
	struct xsw_index *coherent_index;
	u64 coherent_limit;
	u64 coherent_wanted; /* address bits of an allocation that found nothing, 0: none */
	u64 coherent_idle;   /* 1: a segment of it fell idle */

	/* all below: under the mutex */
	struct xsw_mutex mutex;
	struct xsw_dev *devices;
	struct xsw_segment *reserves;
	u64 exchanges, exchanged_bytes, exchange_fails, exchange_ns, assembled_bytes;
};

/* Address bits such that every address of that width is within @mask */
static inline u8 xsw_bits_within(u64 mask)
{
	return (u8)(mask == ~0ULL ? 64 : xsw_bit_length(mask + 1) - 1);
}

static inline u64 xsw_segment_bytes(const struct xsw_segment *s)
{
	return (u64)s->slots << XSW_SLOT_SHIFT;
}

/* memory.c: blocks from the page allocator and Xen, and back; under the mutex, may sleep */
struct xsw_memory_want {
	u64 bytes;
	u8 bits;
	u8 order, least_order;
	bool reserve; /* make segments that no claim can see */
	struct xsw_pool *pool;
	struct xsw_index **index;
};

/* xsw_memory_get() - Return: bytes added, up to want->bytes rounded up to a block */
u64 xsw_memory_get(struct xsw_engine *e, const struct xsw_memory_want *want, struct xsw_change *c);
/* xsw_memory_put() - give back a list of segments that nothing can reach any more */
void xsw_memory_put(struct xsw_engine *e, struct xsw_segment *list, struct xsw_change *c);
/* xsw_memory_settle() - wait for a grace period and free replaced tables */
void xsw_memory_settle(struct xsw_engine *e);

/* resize.c */
void xsw_retire(struct xsw_segment *s, struct xsw_index **index, struct xsw_segment **list);
bool xsw_pool_has(struct xsw_pool *p, u64 mask, u32 slots, const struct xsw_segment *but);

/* reserve.c */
void xsw_reserve_get(struct xsw_dev *d);
void xsw_reserve_put(struct xsw_dev *d);
/* for maps of more than XSW_RESERVE_ABOVE slots, of a device that has a reserve */
struct xsw_run xsw_reserve_claim(struct xsw_dev *d, const struct xsw_want *w);
void xsw_reserve_release(struct xsw_segment *s);

/* coherent.c */
void xsw_coherent_reserve(struct xsw_engine *e, u64 mask);

/* live.c: calls @fn for each first slot of a live mapping until it returns false */
bool xsw_walk_segment(struct xsw_segment *s, bool (*fn)(struct xsw_segment *, u32, void *),
		      void *ctx);
bool xsw_walk_pool(struct xsw_pool *p, bool (*fn)(struct xsw_segment *, u32, void *), void *ctx);
void xsw_live_at(const struct xsw_segment *s, u32 i, struct xsw_live *live);

#endif /* XSW_STATE_H */
