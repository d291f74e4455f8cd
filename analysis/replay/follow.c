// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a recording's events to mappings that begin and end, and the account of them.
 */
#include <string.h>

#include "mapping.h"

#define SKIP_CPU_SYNC 0x20u      /* DMA_ATTR_SKIP_CPU_SYNC */
#define SEEN_AT_MOST  (1u << 20) /* no pool has more addresses */

enum { BIDIRECTIONAL, TO_DEVICE, FROM_DEVICE };

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
		return mapping_no_memory(l);
	at->kind = LIVE_DIRECT;
	at->number++;
	return true;
}

static inline bool is_known_ghost(const struct load *l, const struct load_stream *s)
{
	return s->ghost < l->known->n && l->known->number[s->ghost] == s->number;
}

/* Is @name one of @names, between commas? */
static bool is_named(const char *names, const char *name)
{
	size_t n = strlen(name);

	for (; names; names = strchr(names, ',') ? strchr(names, ',') + 1 : NULL)
		if (n && !strncmp(names, name, n) && (!names[n] || names[n] == ','))
			return true;
	return false;
}

/* Why a map would have bounced that failed is not told: for what its device bounces for */
static bool is_avoided(const struct load *l, const struct rec_event *e)
{
	const struct load_device *d = &l->device[e->device];
	u32 reason;

	if (l->options.only && !is_named(l->options.only, l->described[e->device].name))
		return false;
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
		d->largest = max(d->largest, e->size);
		return mapping_failed(l, s, e);
	}
	d->by_reason[e->reason]++;
	d->bytes_by_reason[e->reason] += e->size;
	if (!e->reason)
		return e->bus == REC_FAILED ? true : take_direct(l, s, e);
	d->bounces++;
	d->bounce_bytes += e->size;
	d->copied_in += e->size;
	count_size(d, e->size);
	return mapping_begin(l, s, e);
}

/* The snapshot may tell of it later: then it is older than this */
static bool remember_ended(struct load *l, struct load_stream *s, u64 bus)
{
	struct live *at;

	if (s->number >= l->scan.last_slot || s->seen >= SEEN_AT_MOST)
		return true;
	at = live_add(&s->live, live_slot(bus));
	if (!at)
		return mapping_no_memory(l);
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
		s->freed[e->device] += at->phantom == LIVE_THERE_ALREADY;
		mapping_end(l, s, at, e->ns, e->cpu);
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
	return at ? true : mapping_begin(l, s, e);
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
		return mapping_no_memory(l);
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
