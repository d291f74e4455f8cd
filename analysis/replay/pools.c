// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replaying requests on pools.
 *
 * Cost.  A pool carries out a whole batch before the next pool does: its bitmaps stay in the
 * cache.  Besides the allocator's own work a request takes one word of the pool's.
 */
#include <stdlib.h>

#include "machine.h"
#include "pools.h"
#include "state.h"

/* As the module keeps it, one for all devices; a run there is told by a bit of its first slot */
#define RESERVE_SLOTS 1024u
#define IN_RESERVE    (1u << 31)

static void close_pool(struct pool *p)
{
	if (p->worn)
		worn_end(p->worn);
	if (p->handle)
		p->scheme->close(p->handle);
	if (p->reserve)
		p->scheme->close(p->reserve);
	free(p->at);
	free(p->point);
}

bool pools_add(struct pools *s, const struct xsw_scheme *scheme, u32 slots, u32 areas)
{
	struct pool *more = realloc(s->pool, (s->n + 1) * sizeof(*more)), *p;

	if (!more)
		return false;
	s->pool = more;
	p = &s->pool[s->n];
	*p = (struct pool){ .scheme = scheme, .slots = slots, .areas = areas };
	p->handle = scheme->open(slots, areas);
	p->point = calloc(s->timeline.points, sizeof(*p->point));
	p->now = timeline_begin(&s->timeline);
	if (p->handle && s->worn)
		p->worn = worn_begin(scheme, p->handle, slots, s->worn);
	if (scheme == &xsw_scheme_ours)
		p->reserve = scheme->open(RESERVE_SLOTS, 1);
	if (!p->handle || !p->point || (scheme == &xsw_scheme_ours && !p->reserve)) {
		close_pool(p);
		return false;
	}
	s->n++;
	return true;
}

static bool make_room(struct pools *s, u32 ids)
{
	u32 room = s->ids ? s->ids : 1024, k, i;

	if (ids <= s->ids)
		return true;
	while (room < ids)
		room *= 2;
	for (k = 0; k < s->n; k++) {
		u32 *more = realloc(s->pool[k].at, room * sizeof(*more));

		if (!more)
			return false;
		s->pool[k].at = more;
		for (i = s->ids; i < room; i++)
			more[i] = XSW_SLOTS_NONE;
	}
	s->ids = room;
	return true;
}

static void end_interval(struct pools *s, struct pool *p)
{
	struct pool_point *point = &p->point[p->now.point];

	point->largest_free = p->scheme->largest_free(p->handle);
	timeline_step(&s->timeline, &p->now);
	p->point[p->now.point].used_max = p->used;
}

static inline struct xsw_request request_of(const struct pools *s, const struct op *o)
{
	const struct rec_device *d = &s->device[o->device];

	return (struct xsw_request){ .orig = o->orig,
				     .mask = s->limit[o->device],
				     .min_align_mask = d->min_align_mask,
				     .boundary_mask = d->boundary_mask,
				     .size = o->size };
}

static inline u32 slots_of(const struct xsw_request *r)
{
	u32 offset = (u32)(r->orig & r->min_align_mask & (XSW_SLOT_SIZE - 1));

	return (offset + r->size + XSW_SLOT_SIZE - 1) >> XSW_SLOT_SHIFT;
}

static noinline void count_failure(struct pool *p, const struct op *o, enum xsw_fail why)
{
	if (!pool_failures(p)) {
		p->first_failure_ns = o->ns;
		p->first_failure_used = p->used;
	}
	p->fails[why]++;
	p->failed_bytes += o->size;
	p->at_start_unplaced += o->what == OP_CLAIM_AT_START;
	p->point[p->now.point].failures++;
}

static void end_wear(struct pool *p)
{
	worn_end(p->worn);
	p->worn = NULL;
}

static noinline bool claim_reserve(struct pool *p, const struct op *o, const struct xsw_request *r)
{
	enum xsw_fail why;
	u32 at;

	if (!p->reserve || slots_of(r) <= XSW_LARGE_ABOVE)
		return false;
	at = p->scheme->claim(p->reserve, r, &why);
	if (at == XSW_SLOTS_NONE)
		return false;
	p->at[o->id] = at | IN_RESERVE;
	p->served++;
	p->saved += o->what == OP_CLAIM_FAILED || o->what == OP_CLAIM_AGAIN;
	p->reserve_used += slots_of(r);
	p->reserve_hiwater = max(p->reserve_hiwater, p->reserve_used);
	return true;
}

static inline void claim(struct pools *s, struct pool *p, const struct op *o)
{
	struct xsw_request r = request_of(s, o);
	enum xsw_fail why = XSW_FAIL_NONE;
	u32 at = p->scheme->claim(p->handle, &r, &why);

	if (unlikely(p->worn) && at == XSW_SLOTS_NONE) {
		end_wear(p); /* it wants a place of another kind */
		at = p->scheme->claim(p->handle, &r, &why);
	}
	p->claims++;
	if (unlikely(at == XSW_SLOTS_NONE) && claim_reserve(p, o, &r))
		return;
	p->at[o->id] = at;
	if (unlikely(at == XSW_SLOTS_NONE)) {
		count_failure(p, o, why);
		return;
	}
	p->served++;
	p->saved += o->what == OP_CLAIM_FAILED || o->what == OP_CLAIM_AGAIN;
	p->used += slots_of(&r);
	if (p->used > p->hiwater) {
		p->hiwater = p->used;
		p->hiwater_ns = o->ns;
	}
	if (p->used > p->point[p->now.point].used_max)
		p->point[p->now.point].used_max = p->used;
}

static inline void release(struct pools *s, struct pool *p, const struct op *o)
{
	struct xsw_request r = request_of(s, o);
	u32 at = p->at[o->id];

	if (unlikely(at == XSW_SLOTS_NONE))
		return;
	p->at[o->id] = XSW_SLOTS_NONE;
	if (unlikely(at & IN_RESERVE)) {
		p->scheme->release(p->reserve, at & ~IN_RESERVE, &r);
		p->reserve_used -= slots_of(&r);
		return;
	}
	p->scheme->release(p->handle, at, &r);
	p->used -= slots_of(&r);
}

/* The model's CPUs are fewer than some machines have; an area is found by the true number */
static inline void be_cpu(const struct pool *p, u32 cpu)
{
	model_this_cpu = MODEL_CPU(p->scheme == &xsw_scheme_ours ? cpu % MODEL_CPUS : cpu);
}

/* The first operation after those of the start finds the pool as it will be */
static noinline void wear(struct pools *s, struct pool *p, const struct op *o)
{
	struct xsw_request r = request_of(s, o);

	if (o->what != OP_CLAIM_AT_START || !worn_open(p->worn, o->place, slots_of(&r)))
		end_wear(p);
}

bool pools_run(struct pools *s, const struct op *op, u32 n, u32 ids)
{
	size_t mine = model_this_cpu;
	u32 k, i;

	if (!make_room(s, ids))
		return false;
	for (k = 0; k < s->n; k++) {
		struct pool *p = &s->pool[k];

		for (i = 0; i < n; i++) {
			while (unlikely(timeline_is_over(&s->timeline, &p->now, op[i].ns)))
				end_interval(s, p);
			be_cpu(p, op[i].cpu);
			if (unlikely(p->worn))
				wear(s, p, &op[i]);
			if (op[i].what == OP_RELEASE)
				release(s, p, &op[i]);
			else if (op[i].what != OP_CLAIM_AGAIN || p->at[op[i].id] == XSW_SLOTS_NONE)
				claim(s, p, &op[i]);
		}
	}
	model_this_cpu = mine;
	return true;
}

void pools_end(struct pools *s)
{
	u32 k;

	for (k = 0; k < s->n; k++) {
		struct pool *p = &s->pool[k];

		while (p->now.point + 1 < s->timeline.points)
			end_interval(s, p);
		p->point[p->now.point].largest_free = p->scheme->largest_free(p->handle);
	}
}

u64 pool_failures(const struct pool *p)
{
	return p->claims - p->served;
}

/* Upstream's scheme has 24 bytes a slot; ours a bitmap and a record a slot */
u64 pools_bytes(const struct pools *s)
{
	u64 sum = 0;
	u32 k;

	for (k = 0; k < s->n; k++)
		sum += s->ids * sizeof(u32) + s->timeline.points * sizeof(struct pool_point) +
		       (s->pool[k].slots + (s->pool[k].reserve ? RESERVE_SLOTS : 0)) * 32ULL;
	return sum;
}

void pools_free(struct pools *s)
{
	u32 k;

	for (k = 0; k < s->n; k++) {
		close_pool(&s->pool[k]);
	}
	free(s->pool);
	*s = (struct pools){ 0 };
}
