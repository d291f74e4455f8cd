// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recording's passes: all copies of it by time, and the ghosts of its beginning.
 */
#include <stdlib.h>

#include "mapping.h"

static bool is_ghost(const struct load *l, const struct live *at)
{
	return at->kind == LIVE_BOUNCED && at->number && !at->at_start && !at->confirmed &&
	       at->told < l->scan.first_slot[follow_pool_of(l, at->device)];
}

static bool add_ghost(struct load_ghosts *g, u32 number)
{
	if (g->n == g->room) {
		u32 room = g->room ? 2 * g->room : 64;
		u32 *more = realloc(g->number, room * sizeof(*more));

		if (!more)
			return false;
		g->number = more;
		g->room = room;
	}
	g->number[g->n++] = number;
	return true;
}

static int by_number(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

/* The snapshot is complete: what was told before it began and is not in it had ended by then */
static void find_ghosts(struct load *l, const struct load_stream *s)
{
	u64 i;

	for (i = 0; i < s->live.places; i++)
		if (is_ghost(l, &s->live.table[i]) && !add_ghost(l->find, s->live.table[i].told))
			l->failed = "no memory";
	if (l->find->n)
		qsort(l->find->number, l->find->n, sizeof(u32), by_number);
}

/* Time goes on to @ns */
static inline void step_time(struct load *l, u64 ns)
{
	while (unlikely(l->held.n && l->held.entry[0].until <= ns))
		mapping_end_held(l);
	while (unlikely(timeline_is_over(&l->timeline, &l->now, ns))) {
		timeline_step(&l->timeline, &l->now);
		l->point[l->now.point] = l->used;
	}
}

/* The next block of a copy; what it describes has been checked by the first pass, and is again */
static void read_on(struct load *l, struct load_stream *s)
{
	enum rec_kind kind;

	while ((kind = rec_next(&s->reader)) == REC_KIND_LOST)
		if (!l->options.across_gaps)
			break;
	s->next = 0;
	s->over = kind != REC_KIND_EVENTS;
	if (s->reader.state == REC_DAMAGED)
		l->failed = s->reader.wrong;
	l->devices = max(l->devices, s->reader.devices);
}

static bool has_event(struct load *l, struct load_stream *s)
{
	if (!s->over && s->next == s->reader.nr_events)
		read_on(l, s);
	return !s->over;
}

static u64 next_ns(const struct load_stream *s)
{
	return s->reader.event[s->next].ns + s->shift;
}

/* The copy whose next event comes first; NULL: the first copy's time is over */
static struct load_stream *first_of(struct load *l)
{
	struct load_stream *first = NULL;
	u32 k;

	for (k = 0; k < l->options.copies; k++) {
		struct load_stream *s = &l->stream[k];

		if (has_event(l, s) && next_ns(s) <= l->scan.ns &&
		    (!first || next_ns(s) < next_ns(first)))
			first = s;
	}
	return first;
}

static void run_copies(struct load *l)
{
	struct load_stream *s;

	while ((s = first_of(l)) && !l->failed) {
		struct rec_event e = s->reader.event[s->next];

		e.ns = next_ns(s);
		s->next++;
		l->events++;
		step_time(l, e.ns);
		if (!follow_event(l, s, &e))
			return;
	}
}

static void run_one(struct load *l)
{
	struct load_stream *s = &l->stream[0];

	while (!l->failed && has_event(l, s)) {
		for (; s->next < s->reader.nr_events; s->next++) {
			const struct rec_event *e = &s->reader.event[s->next];

			step_time(l, e->ns);
			if (unlikely(!follow_event(l, s, e)))
				return;
			if (unlikely(l->find) && s->number == l->scan.last_slot)
				return find_ghosts(l, s);
		}
		l->events += s->reader.nr_events;
	}
}

const char *load_open(struct load *l, const struct load_options *options,
		      const struct load_scan *scan, const struct load_ghosts *ghosts)
{
	static const struct load_ghosts none;
	const char *wrong = NULL;
	u32 k;

	*l = (struct load){ .options = *options, .scan = *scan };
	l->known = ghosts ? ghosts : &none;
	l->timeline = timeline_for(scan->ns, options->points);
	l->now = timeline_begin(&l->timeline);
	l->stream = calloc(options->copies, sizeof(*l->stream));
	l->device = calloc(REC_DEVICES, sizeof(*l->device));
	l->point = calloc(options->points, sizeof(*l->point));
	l->op = malloc(FOLLOW_OPS * sizeof(*l->op));
	if (!l->stream || !l->device || !l->point || !l->op)
		return "no memory";
	for (k = 0; k < options->copies && !wrong; k++) {
		wrong = rec_open(&l->stream[k].reader, options->path);
		l->stream[k].shift = k * options->shift;
	}
	l->head = &l->stream[0].reader.head;
	l->described = l->stream[0].reader.device;
	return wrong;
}

const char *load_run(struct load *l, struct pools *pools)
{
	l->pools = pools;
	if (pools) {
		pools->device = l->described;
		pools->limit = l->scan.limit;
	}
	if (l->options.copies > 1)
		run_copies(l);
	else
		run_one(l);
	mapping_flush(l);
	return l->failed;
}

const char *load_find_ghosts(const struct load_options *options, const struct load_scan *scan,
			     struct load_ghosts *ghosts)
{
	struct load_options once = *options;
	const char *wrong;
	struct load l;

	if (!scan->last_slot)
		return NULL;
	once.copies = 1;
	wrong = load_open(&l, &once, scan, NULL);
	l.find = ghosts;
	if (!wrong)
		wrong = load_run(&l, NULL);
	load_close(&l);
	return wrong;
}

void load_forget_ghosts(struct load_ghosts *ghosts)
{
	free(ghosts->number);
	*ghosts = (struct load_ghosts){ 0 };
}

u64 load_bytes(const struct load *l)
{
	u64 sum = FOLLOW_OPS * sizeof(*l->op) + live_bytes(&l->ids) +
		  l->options.points * sizeof(u64) +
		  (l->held.entry ? HELD_MOST * sizeof(*l->held.entry) : 0);
	u32 k;

	for (k = 0; k < l->options.copies; k++)
		sum += sizeof(*l->stream) + live_bytes(&l->stream[k].live);
	return sum;
}

void load_close(struct load *l)
{
	u32 k;

	for (k = 0; l->stream && k < l->options.copies; k++) {
		rec_close(&l->stream[k].reader);
		live_free(&l->stream[k].live);
	}
	live_free(&l->ids);
	held_free(&l->held);
	free(l->stream);
	free(l->device);
	free(l->point);
	free(l->op);
	*l = (struct load){ 0 };
}
