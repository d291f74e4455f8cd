// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings that begin and end: what is in use, the peaks, and the operations for the pools.
 */
#include "mapping.h"

#define ORIG_BASE (1ULL << 33) /* upstream takes a buffer at address 0 for none */

bool mapping_no_memory(struct load *l)
{
	l->failed = "no memory";
	return false;
}

void mapping_flush(struct load *l)
{
	if (l->pools && !pools_run(l->pools, l->op, l->ops, l->ids.ids))
		mapping_no_memory(l);
	l->ops = 0;
}

static inline void emit(struct load *l, const struct op *op)
{
	if (unlikely(l->ops == FOLLOW_OPS))
		mapping_flush(l);
	l->op[l->ops++] = *op;
}

static inline bool is_replayed(const struct load *l, u32 device)
{
	return l->options.of[follow_pool_of(l, device)];
}

static inline u32 slots_for(const struct load *l, u32 device, u64 orig, u32 size)
{
	u64 offset = orig & l->described[device].min_align_mask & (XSW_SLOT_SIZE - 1);

	return (u32)((offset + size + XSW_SLOT_SIZE - 1) >> XSW_SLOT_SHIFT);
}

static noinline void new_peak(struct load *l, u64 ns)
{
	u32 i;

	l->peak = (struct load_peak){ l->used, ns };
	for (i = 0; i < l->devices; i++)
		l->device[i].held_at_peak = l->device[i].held;
}

static void new_wanted(struct load *l, u64 ns)
{
	if (l->used + l->waiting > l->wanted.slots)
		l->wanted = (struct load_peak){ l->used + l->waiting, ns };
}

static void use(struct load *l, u32 device, u32 slots, u64 ns)
{
	struct load_device *d = &l->device[device];
	u32 pool = follow_pool_of(l, device);

	d->held += slots;
	d->held_max = max(d->held_max, d->held);
	l->used_by[pool] += slots;
	if (l->used_by[pool] > l->peak_by[pool].slots)
		l->peak_by[pool] = (struct load_peak){ l->used_by[pool], ns };
	if (!l->options.of[pool])
		return;
	l->used += slots;
	if (l->used > l->peak.slots)
		new_peak(l, ns);
	new_wanted(l, ns);
	if (l->used > l->point[l->now.point])
		l->point[l->now.point] = l->used;
}

static void unuse(struct load *l, u32 device, u32 slots)
{
	u32 pool = follow_pool_of(l, device);

	l->device[device].held -= slots;
	l->used_by[pool] -= slots;
	if (l->options.of[pool])
		l->used -= slots;
}

/* A mapping is in its device's queue of that direction */
static void enqueue(struct load *l, u32 device, u32 dir)
{
	struct load_device *d = &l->device[device];

	d->most.live[dir] = max(d->most.live[dir], ++d->now.live[dir]);
}

static bool is_beyond_queue(const struct load *l, u32 device, u32 dir)
{
	const struct load_options *o = &l->options;
	u32 live = l->device[device].now.live[dir];

	if (!device)
		return false;
	return (o->queue && live >= o->queue) || (o->had && live >= o->had[device].live[dir]);
}

/* One run of slots is released */
static void end_piece(struct load *l, struct load_stream *s, struct live *at, u64 ns, u32 cpu)
{
	if (!at->phantom) {
		unuse(l, at->device, at->slots);
		l->device[at->device].now.live[at->dir]--;
	}
	if (!at->phantom && is_replayed(l, at->device)) {
		struct op op = { .ns = ns,
				 .orig = at->orig,
				 .id = at->id,
				 .size = at->size,
				 .device = at->device,
				 .cpu = (u16)cpu,
				 .what = OP_RELEASE };

		emit(l, &op);
		live_give_id(&l->ids, at->id);
	}
	live_drop(&s->live, at);
}

/* A mapping ends with all its pieces */
void mapping_end(struct load *l, struct load_stream *s, struct live *at, u64 ns, u32 cpu)
{
	u64 key = at->key;
	u32 pieces = at->number, k;

	end_piece(l, s, at, ns, cpu);
	for (k = 1; k < pieces; k++) {
		at = live_find(&s->live, key + (u64)k * (l->options.split >> XSW_SLOT_SHIFT));
		if (at && at->kind == LIVE_BOUNCED && !at->number)
			end_piece(l, s, at, ns, cpu);
	}
}

static struct live *fresh(struct load *l, struct load_stream *s, u64 key, const struct rec_event *e)
{
	struct live *at = live_find(&s->live, key);

	if (at && at->kind == LIVE_BOUNCED) {
		/* the module's snapshot is older than what stands before it in the file */
		if (at->at_start && e->call == REC_MAP)
			l->told_twice++;
		else
			l->unmaps_missing++;
		mapping_end(l, s, at, e->ns, e->cpu);
		at = live_find(&s->live, key);
	}
	return at ? at : live_add(&s->live, key);
}

/* Stock's snapshot tells the slot's number; before version 2, and the module's, the address alone
 */
static u32 place_of(const struct load *l, const struct rec_event *e, u64 key)
{
	return (u32)(e->device || l->head->version == 1 ? key : e->phys) & 0xffffff;
}

static bool begin_piece(struct load *l, struct load_stream *s, const struct rec_event *e, u64 key,
			u64 orig, u32 size, u32 number, bool there_already)
{
	bool at_start = e->call == REC_SLOT;
	struct owner owner = owners_find(&l->scan.owners, e);
	struct live *at = fresh(l, s, key, e);
	enum live_phantom phantom = there_already ? LIVE_THERE_ALREADY
				    : is_beyond_queue(l, owner.device, owner.dir)
					    ? LIVE_BEYOND_QUEUE
					    : LIVE_REAL;
	u32 id = 0;

	if (!at)
		return mapping_no_memory(l);
	if (!phantom && is_replayed(l, e->device)) {
		struct op op = { .ns = e->ns,
				 .orig = orig,
				 .size = size,
				 .device = e->device,
				 .cpu = e->cpu,
				 .what = at_start ? OP_CLAIM_AT_START : OP_CLAIM,
				 .place = at_start ? place_of(l, e, key) : 0 };

		op.id = id = live_take_id(&l->ids);
		if (id == ~0u)
			return mapping_no_memory(l);
		emit(l, &op);
	}
	*at = (struct live){ .key = key,
			     .orig = orig,
			     .since = e->ns,
			     .size = size,
			     .id = id,
			     .number = number,
			     .told = (u32)min(s->number, (u64)~0u),
			     .slots = (u16)slots_for(l, e->device, orig, size),
			     .device = owner.device,
			     .kind = LIVE_BOUNCED,
			     .at_start = at_start,
			     .phantom = phantom,
			     .dir = owner.dir };
	if (phantom)
		return true;
	s->largest = max(s->largest, (u64)at->slots);
	if (at_start) {
		l->at_start_slots += is_replayed(l, e->device) ? at->slots : 0;
		l->device[owner.device].at_start += at->slots;
	}
	use(l, owner.device, at->slots, e->ns);
	enqueue(l, owner.device, owner.dir);
	return true;
}

static u32 pieces_of(const struct load *l, u32 size)
{
	u32 split = l->options.split;

	return split && size > split ? (size + split - 1) / split : 1;
}

static u64 orig_of(const struct rec_event *e)
{
	/* whose it was is not known: so much is known of its place */
	if (e->call == REC_SLOT && !e->device)
		return ORIG_BASE;
	return ORIG_BASE + (e->phys & (ORIG_BASE - 1));
}

/* What a request is known by; 0: its buffer is not known (version 1 has but 12 bits of it) */
static u64 request_key(const struct load *l, const struct load_stream *s, const struct rec_event *e,
		       u64 at, u32 size)
{
	if (!e->phys || l->head->version == 1)
		return 0;
	return ((e->phys + at) * 0x9e3779b97f4a7c15ULL ^ size * 0xc2b2ae3d27d4eb4fULL ^
		(u64)e->device << 48 ^ (s->shift + 1) * 0x165667b19e3779f9ULL) |
	       1;
}

static void end_request(struct load *l, const struct held *h, u64 ns)
{
	struct op op = { .ns = ns,
			 .orig = h->orig,
			 .id = h->id,
			 .size = h->size,
			 .device = h->device,
			 .cpu = h->cpu,
			 .what = OP_RELEASE };

	l->waiting -= h->slots;
	l->device[h->device].now.live[h->dir]--;
	emit(l, &op);
	live_give_id(&l->ids, h->id);
}

void mapping_end_held(struct load *l)
{
	struct held h = held_take(&l->held);
	struct live *at = h.key ? live_find(&l->ids, h.key) : NULL;

	if (h.key && (!at || at->orig != h.serial))
		return;
	if (at)
		live_drop(&l->ids, at);
	end_request(l, &h, h.until);
}

/* The request was served at last: it is not held beside that */
static void end_served(struct load *l, struct load_stream *s, const struct rec_event *e, u64 at,
		       u32 size)
{
	u64 key = request_key(l, s, e, at, size);
	struct live *found = key ? live_find(&l->ids, key) : NULL;
	struct held h;

	if (!found)
		return;
	h = (struct held){ .orig = orig_of(e) + at,
			   .id = found->id,
			   .size = size,
			   .slots = found->slots,
			   .device = e->device,
			   .cpu = e->cpu,
			   .dir = e->dir };
	live_drop(&l->ids, found);
	end_request(l, &h, e->ns);
}

static bool remember_request(struct load *l, const struct held *h)
{
	struct live *at;

	if (!h->key)
		return true;
	at = live_add(&l->ids, h->key);
	if (!at)
		return false;
	at->orig = h->serial;
	at->id = h->id;
	at->slots = (u16)h->slots;
	return true;
}

/* What lived at the start of a copy is there already, and what takes its place: a ring is refilled
 */
static bool is_there_already(const struct load *l, struct load_stream *s, const struct rec_event *e)
{
	if (!l->options.start_once || s == l->stream)
		return false;
	if (e->call == REC_SLOT)
		return true;
	if (!s->freed[e->device])
		return false;
	s->freed[e->device]--;
	return true;
}

bool mapping_begin(struct load *l, struct load_stream *s, const struct rec_event *e)
{
	bool there_already = is_there_already(l, s, e);
	u32 n = pieces_of(l, e->size), k;

	for (k = 0; k < n; k++) {
		u32 at = k * l->options.split;
		u32 size = k + 1 < n ? l->options.split : e->size - at;

		if (unlikely(l->ids.taken))
			end_served(l, s, e, at, size);
		if (!begin_piece(l, s, e, live_slot(e->bus + at), orig_of(e) + at, size, k ? 0 : n,
				 there_already))
			return false;
	}
	return true;
}

/* The recorded pool could not serve it: would another? */
static bool begin_held(struct load *l, struct load_stream *s, const struct rec_event *e, u64 at,
		       u32 size)
{
	const struct load_device *d = &l->device[e->device];
	struct held h = { .until = e->ns + (d->ended ? d->lifetime / d->ended : 0),
			  .orig = orig_of(e) + at,
			  .key = request_key(l, s, e, at, size),
			  .size = size,
			  .device = e->device,
			  .cpu = e->cpu,
			  .dir = e->dir };
	struct live *known = h.key ? live_find(&l->ids, h.key) : NULL;
	struct op op = { .ns = e->ns,
			 .orig = h.orig,
			 .size = size,
			 .device = e->device,
			 .cpu = e->cpu,
			 .what = known ? OP_CLAIM_AGAIN : OP_CLAIM_FAILED };

	if (known) {
		op.id = known->id;
		l->retries++;
		emit(l, &op);
		return true;
	}
	if (is_beyond_queue(l, e->device, e->dir))
		return true;
	if (l->held.n == HELD_MOST)
		mapping_end_held(l);
	h.slots = slots_for(l, e->device, h.orig, size);
	h.serial = ++l->requests;
	op.id = h.id = live_take_id(&l->ids);
	if (h.id == ~0u || !held_add(&l->held, &h) || !remember_request(l, &h))
		return mapping_no_memory(l);
	emit(l, &op);
	l->waiting += h.slots;
	enqueue(l, e->device, e->dir);
	new_wanted(l, e->ns);
	return true;
}

bool mapping_failed(struct load *l, struct load_stream *s, const struct rec_event *e)
{
	u32 n = pieces_of(l, min(e->size, 2 * REC_MAPPING)), k;

	if (!is_replayed(l, e->device) || !e->size)
		return true;
	for (k = 0; k < n; k++) {
		u32 at = k * l->options.split;
		u32 size = k + 1 < n ? l->options.split : min(e->size, 2 * REC_MAPPING) - at;

		if (!begin_held(l, s, e, at, size))
			return false;
	}
	return true;
}
