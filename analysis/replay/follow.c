// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a recording's events to claims and releases, and the account of them.
 */
#include "follow.h"

#define SKIP_CPU_SYNC 0x20u        /* DMA_ATTR_SKIP_CPU_SYNC */
#define ORIG_BASE     (1ULL << 33) /* upstream takes a buffer at address 0 for none */
#define SEEN_AT_MOST  (1u << 20)   /* no pool has more addresses */

enum { BIDIRECTIONAL, TO_DEVICE, FROM_DEVICE };

static bool out_of_memory(struct load *l)
{
	l->failed = "no memory";
	return false;
}

void follow_flush(struct load *l)
{
	if (l->pools && !pools_run(l->pools, l->op, l->ops, l->ids.ids))
		out_of_memory(l);
	l->ops = 0;
}

static inline void emit(struct load *l, const struct op *op)
{
	if (unlikely(l->ops == FOLLOW_OPS))
		follow_flush(l);
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

/* One run of slots is released */
static void end_piece(struct load *l, struct load_stream *s, struct live *at, u64 ns, u32 cpu)
{
	unuse(l, at->device, at->slots);
	if (is_replayed(l, at->device)) {
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
static void end_mapping(struct load *l, struct load_stream *s, struct live *at, u64 ns, u32 cpu)
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
		end_mapping(l, s, at, e->ns, e->cpu);
		at = live_find(&s->live, key);
	}
	return at ? at : live_add(&s->live, key);
}

static bool begin_piece(struct load *l, struct load_stream *s, const struct rec_event *e, u64 key,
			u64 orig, u32 size, u32 number)
{
	bool at_start = e->call == REC_SLOT;
	struct live *at = fresh(l, s, key, e);
	u32 id = 0;

	if (!at)
		return out_of_memory(l);
	if (is_replayed(l, e->device)) {
		struct op op = { .ns = e->ns,
				 .orig = orig,
				 .size = size,
				 .device = e->device,
				 .cpu = e->cpu,
				 .what = at_start ? OP_CLAIM_AT_START : OP_CLAIM };

		op.id = id = live_take_id(&l->ids);
		if (id == ~0u)
			return out_of_memory(l);
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
			     .device = e->device,
			     .kind = LIVE_BOUNCED,
			     .at_start = at_start };
	s->largest = max(s->largest, (u64)at->slots);
	if (at_start) {
		l->at_start_slots += is_replayed(l, e->device) ? at->slots : 0;
		l->device[e->device].at_start += at->slots;
	}
	use(l, e->device, at->slots, e->ns);
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

static bool begin_mapping(struct load *l, struct load_stream *s, const struct rec_event *e)
{
	u32 n = pieces_of(l, e->size), k;

	for (k = 0; k < n; k++) {
		u32 at = k * l->options.split;
		u32 size = k + 1 < n ? l->options.split : e->size - at;

		if (!begin_piece(l, s, e, live_slot(e->bus + at), orig_of(e) + at, size, k ? 0 : n))
			return false;
	}
	return true;
}

void follow_end_held(struct load *l)
{
	struct held h = held_take(&l->held);
	struct op op = { .ns = h.until,
			 .orig = h.orig,
			 .id = h.id,
			 .size = h.size,
			 .device = h.device,
			 .cpu = h.cpu,
			 .what = OP_RELEASE };

	l->waiting -= h.slots;
	emit(l, &op);
	live_give_id(&l->ids, h.id);
}

/* The recorded pool could not serve it: would another? */
static bool begin_held(struct load *l, const struct rec_event *e, u64 orig, u32 size)
{
	const struct load_device *d = &l->device[e->device];
	struct held h = { .until = e->ns + (d->ended ? d->lifetime / d->ended : 0),
			  .orig = orig,
			  .size = size,
			  .slots = slots_for(l, e->device, orig, size),
			  .device = e->device,
			  .cpu = e->cpu };
	struct op op = { .ns = e->ns,
			 .orig = orig,
			 .size = size,
			 .device = e->device,
			 .cpu = e->cpu,
			 .what = OP_CLAIM_FAILED };

	if (l->held.n == HELD_MOST)
		follow_end_held(l);
	op.id = h.id = live_take_id(&l->ids);
	if (h.id == ~0u || !held_add(&l->held, &h))
		return out_of_memory(l);
	emit(l, &op);
	l->waiting += h.slots;
	new_wanted(l, e->ns);
	return true;
}

static bool take_failed(struct load *l, const struct rec_event *e)
{
	u32 n = pieces_of(l, min(e->size, 2 * REC_MAPPING)), k;

	if (!is_replayed(l, e->device) || !e->size)
		return true;
	for (k = 0; k < n; k++) {
		u32 at = k * l->options.split;
		u32 size = k + 1 < n ? l->options.split : min(e->size, 2 * REC_MAPPING) - at;

		if (!begin_held(l, e, orig_of(e) + at, size))
			return false;
	}
	return true;
}

static void count_size(struct load_device *d, u32 size)
{
	u32 class = 0;

	while (class + 1 < LOAD_CLASSES && size > 1u << class)
		class ++;
	d->size_class[class]++;
	d->largest = max(d->largest, size);
}

static bool take_direct(struct load *l, struct load_stream *s, const struct rec_event *e)
{
	u64 key = live_direct(e->bus);
	struct live *at = live_find(&s->live, key);

	if (!at)
		at = live_add(&s->live, key);
	if (!at)
		return out_of_memory(l);
	at->kind = LIVE_DIRECT;
	at->number++;
	return true;
}

static inline bool is_known_ghost(const struct load *l, const struct load_stream *s)
{
	return s->ghost < l->known->n && l->known->number[s->ghost] == s->number;
}

/* Why a map would have bounced that failed is not told: for what its device bounces for */
static bool is_avoided(const struct load *l, const struct rec_event *e)
{
	const struct load_device *d = &l->device[e->device];
	u32 reason;

	if (!e->failed)
		return l->options.without[e->reason];
	for (reason = 1; reason < LOAD_REASONS; reason++)
		if (d->by_reason[reason] && !l->options.without[reason])
			return false;
	return d->avoided;
}

static bool take_map(struct load *l, struct load_stream *s, const struct rec_event *e)
{
	struct load_device *d = &l->device[e->device];

	if (unlikely(is_known_ghost(l, s))) {
		s->ghost++;
		l->ghosts++;
		return true;
	}
	d->maps++;
	d->map_bytes += e->size;
	if (unlikely(l->options.avoids) && is_avoided(l, e)) {
		d->avoided++;
		return e->failed ? true : take_direct(l, s, e);
	}
	if (e->failed) {
		d->failed++;
		d->failed_bytes += e->size;
		count_size(d, e->size);
		return take_failed(l, e);
	}
	d->by_reason[e->reason]++;
	d->bytes_by_reason[e->reason] += e->size;
	if (!e->reason)
		return e->bus == REC_FAILED ? true : take_direct(l, s, e);
	d->bounces++;
	d->bounce_bytes += e->size;
	d->copied_in += e->size;
	count_size(d, e->size);
	return begin_mapping(l, s, e);
}

/* The snapshot may tell of it later: then it is older than this */
static bool remember_ended(struct load *l, struct load_stream *s, u64 bus)
{
	struct live *at;

	if (s->number >= l->scan.last_slot || s->seen >= SEEN_AT_MOST)
		return true;
	at = live_add(&s->live, live_slot(bus));
	if (!at)
		return out_of_memory(l);
	s->seen++;
	return true;
}

static void count_ended(struct load_device *d, const struct live *at, const struct rec_event *e)
{
	if (at->at_start)
		return;
	d->ended++;
	d->lifetime += e->ns > at->since ? e->ns - at->since : 0;
}

static bool take_unmap(struct load *l, struct load_stream *s, const struct rec_event *e)
{
	struct load_device *d = &l->device[e->device];
	struct live *at = live_find(&s->live, live_slot(e->bus));

	d->unmaps++;
	if (at && at->kind == LIVE_BOUNCED) {
		if (e->dir != TO_DEVICE && !(e->attrs & SKIP_CPU_SYNC))
			d->copied_out += min(e->size, (u32)REC_MAPPING);
		count_ended(d, at, e);
		end_mapping(l, s, at, e->ns, e->cpu);
		return remember_ended(l, s, e->bus);
	}
	at = live_find(&s->live, live_direct(e->bus));
	if (at && at->kind == LIVE_DIRECT) {
		if (!--at->number)
			live_drop(&s->live, at);
		return true;
	}
	l->unmaps_from_before++;
	return live_find(&s->live, live_slot(e->bus)) ? true : remember_ended(l, s, e->bus);
}

static bool take_slot(struct load *l, struct load_stream *s, const struct rec_event *e)
{
	struct live *at = live_find(&s->live, live_slot(e->bus));

	if (at && at->kind == LIVE_BOUNCED)
		at->confirmed = 1;
	return at ? true : begin_mapping(l, s, e);
}

/* A part of a mapping may be synced: the mapping begins at or before that */
static void take_sync(struct load *l, struct load_stream *s, const struct rec_event *e)
{
	struct load_device *d = &l->device[e->device];
	bool copies = e->call == REC_SYNC_CPU ? e->dir != TO_DEVICE : e->dir != FROM_DEVICE;
	u64 key = live_slot(e->bus), back;
	const struct live *at;

	if (!copies || live_find(&s->live, live_direct(e->bus)))
		return;
	for (back = 0; back < s->largest; back++) {
		at = live_find(&s->live, key - back);
		if (!at || at->kind != LIVE_BOUNCED)
			continue;
		if (at->slots > back)
			d->copied_by_syncs += min(e->size, at->size);
		return;
	}
}

static bool take_alloc(struct load *l, struct load_stream *s, const struct rec_event *e)
{
	struct load_device *d = &l->device[e->device];
	u64 key = live_direct(e->bus);
	struct live *at;

	if (e->bus == REC_FAILED)
		return true;
	d->allocs++;
	at = live_find(&s->live, key);
	if (!at)
		at = live_add(&s->live, key);
	if (!at)
		return out_of_memory(l);
	*at = (struct live){ .key = key, .size = e->size, .kind = LIVE_COHERENT };
	d->coherent_bytes += e->size;
	l->coherent_bytes += e->size;
	d->coherent_peak = max(d->coherent_peak, d->coherent_bytes);
	l->coherent_peak = max(l->coherent_peak, l->coherent_bytes);
	return true;
}

static void take_free(struct load *l, struct load_stream *s, const struct rec_event *e)
{
	struct load_device *d = &l->device[e->device];
	struct live *at = live_find(&s->live, live_direct(e->bus));

	d->frees++;
	if (!at || at->kind != LIVE_COHERENT) {
		d->frees_from_before++;
		return;
	}
	d->coherent_bytes -= min(d->coherent_bytes, (u64)at->size);
	l->coherent_bytes -= min(l->coherent_bytes, (u64)at->size);
	live_drop(&s->live, at);
}

/* What ended before the snapshot was complete need not be remembered any longer */
static void forget_ended(struct load_stream *s)
{
	bool moved = s->seen;
	u64 i;

	while (moved) { /* a drop moves others: look again until there is none */
		moved = false;
		for (i = 0; i < s->live.places; i++)
			if (s->live.table[i].kind == LIVE_ENDED) {
				live_drop(&s->live, &s->live.table[i]);
				moved = true;
			}
	}
	s->seen = 0;
}

bool follow_event(struct load *l, struct load_stream *s, const struct rec_event *e)
{
	bool good = true;

	s->number++;
	switch (e->call) {
	case REC_MAP:
		good = take_map(l, s, e);
		break;
	case REC_UNMAP:
		good = take_unmap(l, s, e);
		break;
	case REC_SYNC_CPU:
	case REC_SYNC_DEVICE:
		take_sync(l, s, e);
		break;
	case REC_ALLOC:
		good = take_alloc(l, s, e);
		break;
	case REC_FREE:
		take_free(l, s, e);
		break;
	case REC_SLOT:
		good = take_slot(l, s, e);
		break;
	}
	if (unlikely(s->number == l->scan.last_slot) && !l->find)
		forget_ended(s);
	return good;
}
