// SPDX-License-Identifier: GPL-2.0-only
/* Who holds the pool: for incident files. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/events.h"
#include "engine/held.h"
#include "show/holders.h"
#include "show/older.h"
#include "engine/symbols.h"
#include "show/text.h"

#define PER_LINE 64 /* letters */

/* One letter for 16 slots or more: '.' none in use, '1' to '9' by share, '#' all. */
static char letter(unsigned int used, unsigned int group)
{
	return !used ? '.' : used >= group ? '#' : '1' + used * 9 / (group + 1);
}

static void write_map(struct incident *in)
{
	struct xb_pool p = events_pool();
	const unsigned short *used;
	unsigned int shift;
	u64 i, sum = 0;

	used = events_map(p.slots, &shift);
	for (i = 0; i << shift < p.slots; i++)
		sum += used[i];
	incident_section(in, "stock pool");
	fprintf(in->f,
		"%llu slots of 2 KiB, %llu in use; %llu free runs, the longest %llu slots\n"
		"a moment later, %llu in use, a letter for each %u slots:",
		p.slots, p.used, p.runs, p.largest, sum, 1U << shift);
	for (i = 0; i << shift < p.slots; i++) {
		if (i % PER_LINE == 0)
			fprintf(in->f, "\n%8llu ", i << shift);
		fputc(letter(used[i], 1U << shift), in->f);
	}
	fputc('\n', in->f);
}

static void write_segments(struct incident *in)
{
	incident_section(in, "pool of xen_swiotlb, a line a segment: index bus bytes used "
			     "quarantined largest_free origin");
	incident_copy(in, "/sys/kernel/debug/xen_swiotlb/segments");
}

struct holding {
	u64 dev;
	u32 domain;
	u64 count, bytes, oldest;
};

struct holdings {
	struct holding list[XB_MAX_GUESTS];
	int n;
	u64 left_out; /* mappings of pairs beyond those */
	u64 now;
};

static void add(u64 bus, const struct xb_live *live, void *data)
{
	struct holdings *h = data;
	u64 age = h->now > live->since ? h->now - live->since : 0;
	struct holding *at;

	(void)bus;
	for (at = h->list; at < h->list + h->n; at++)
		if (at->dev == live->dev && at->domain == live->domain)
			break;
	if (at == h->list + h->n) {
		if (h->n == XB_MAX_GUESTS) {
			h->left_out++;
			return;
		}
		*at = (struct holding){ .dev = live->dev, .domain = live->domain };
		h->n++;
	}
	at->count++;
	at->bytes += live->size;
	if (age > at->oldest)
		at->oldest = age;
}

static void write_devices(struct incident *in)
{
	static struct holdings h;
	struct xb_device d;
	struct timespec t;
	int i;

	clock_gettime(CLOCK_MONOTONIC, &t);
	h.n = 0;
	h.left_out = 0;
	h.now = t.tv_sec * 1000000000ULL + t.tv_nsec;
	held_each_live(add, &h);
	incident_section(in,
			 "live bounced mappings made since the watch began, by device and guest");
	for (i = 0; i < h.n; i++) {
		held_device(h.list[i].dev, &d);
		fprintf(in->f, "%-14s %-12s guest %-5s %8llu mappings %12llu bytes, oldest %s\n",
			d.name, d.driver, text_domain(h.list[i].domain), h.list[i].count,
			h.list[i].bytes, text_ns(h.list[i].oldest));
	}
	if (h.left_out)
		fprintf(in->f, "and %llu mappings of devices and guests beyond these %d pairs\n",
			h.left_out, XB_MAX_GUESTS);
}

/* What is in no line above. */
static void write_losses(struct incident *in)
{
	struct xb_held_losses lost = held_losses();

	if (lost.live)
		fprintf(in->f,
			"not followed: %llu mappings that found no room beside %d live ones\n",
			lost.live, XB_MAX_LIVE);
	if (lost.nested)
		fprintf(in->f, "not followed: %llu calls to map or unmap that no program saw\n",
			lost.nested);
	if (lost.sites || lost.stacks)
		fprintf(in->f,
			"in no stack below: up to %llu mappings, for want of room for their stacks\n",
			lost.sites + lost.stacks);
}

static int more_live(const void *a, const void *b)
{
	const struct held_site *x = a, *y = b;

	return x->live_bytes > y->live_bytes ? -1 : x->live_bytes < y->live_bytes;
}

static void write_stacks(struct incident *in)
{
	u64 addresses[XB_STACK_DEPTH];
	struct held_site *sites;
	struct xb_device d;
	int i, j, frames, n = held_sites(NULL, &sites);

	symbol_renew();
	qsort(sites, n, sizeof(*sites), more_live);
	incident_section(in, "the same, by the stack that made them");
	for (i = 0; i < n && i < 20 && sites[i].live; i++) {
		held_device(sites[i].dev, &d);
		fprintf(in->f, "%s: %llu mappings, %llu bytes, oldest %s\n", d.name, sites[i].live,
			sites[i].live_bytes, text_ns(sites[i].oldest_ns));
		if (held_spared(sites[i].stack)) {
			fputs("    (not walked: the budget for stacks was spent)\n", in->f);
			continue;
		}
		frames = held_stack(sites[i].stack, addresses);
		for (j = symbol_frames(addresses, frames); j < frames; j++)
			fprintf(in->f, "    %s\n", symbol(addresses[j]));
	}
	free(sites);
}

static void write_older(struct incident *in, const struct host *host)
{
	struct older list[OLDER_MAX];
	int i, n = older_find(host, list);

	incident_section(in, "live and older than the watch");
	for (i = 0; i < n; i++)
		older_print(in->f, &list[i]);
}

void holders_write(struct incident *in, const struct host *host)
{
	held_prune();
	write_map(in);
	if (host_has_module())
		write_segments(in);
	write_devices(in);
	write_losses(in);
	write_stacks(in);
	write_older(in, host);
}
