// SPDX-License-Identifier: GPL-2.0-only
/* The first pass over a recording: is it whole, how long is it, where does its snapshot end? */
#include "load.h"

static u32 pool_of(const struct rec_reader *r, const struct rec_event *e)
{
	return r->device[e->device].module ? LOAD_MODULE : LOAD_STOCK;
}

/*
 * A device that reaches less than 32 bits: what it was served tells that it reaches the recorded
 * pool, wherever that lay.  The pools it is replayed on are taken to lie there, too.
 */
static void find_limits(const struct rec_reader *r, struct load_scan *scan)
{
	u32 i;

	for (i = 0; i < REC_DEVICES; i++)
		scan->limit[i] = scan->reaches[i] ? ~0ULL : r->device[i].dma_mask;
}

static bool is_reached(const struct rec_reader *r, const struct rec_event *e)
{
	return e->call == REC_MAP && e->reason && !e->failed &&
	       e->bus + e->size - 1 <= r->device[e->device].dma_mask;
}

/* Return: false: no memory */
static bool look_at(const struct rec_reader *r, struct load_scan *scan)
{
	u32 i;

	for (i = 0; i < r->nr_events; i++) {
		const struct rec_event *e = &r->event[i];

		scan->replayed++;
		scan->ns = max(scan->ns, e->ns);
		scan->cpus = max(scan->cpus, e->cpu + 1u);
		if (!owners_look(&scan->owners, r->device, e))
			return false;
		scan->reaches[e->device] |= is_reached(r, e);
		if (e->call != REC_SLOT)
			continue;
		scan->last_slot = scan->replayed;
		if (!scan->first_slot[pool_of(r, e)])
			scan->first_slot[pool_of(r, e)] = scan->replayed;
	}
	return true;
}

const char *load_scan(const struct load_options *options, struct load_scan *scan)
{
	static struct rec_reader r;
	const char *wrong = rec_open(&r, options->path);
	enum rec_kind kind;

	*scan = (struct load_scan){ 0 };
	while (!wrong && (kind = rec_next(&r)) != REC_NOTHING) {
		if (kind == REC_KIND_LOST) {
			if (!scan->gaps++)
				scan->gap_ns = scan->ns;
		} else if (!scan->gaps || options->across_gaps) {
			wrong = look_at(&r, scan) ? NULL : "no memory";
		}
	}
	if (r.device)
		find_limits(&r, scan);
	scan->state = r.state;
	scan->offset = r.offset;
	scan->events = r.events;
	scan->lost = r.lost;
	if (!wrong && r.state == REC_DAMAGED)
		wrong = r.wrong;
	rec_close(&r);
	return wrong;
}

void load_forget_scan(struct load_scan *scan)
{
	owners_free(&scan->owners);
}
