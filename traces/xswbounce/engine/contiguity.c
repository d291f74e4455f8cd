// SPDX-License-Identifier: GPL-2.0-only
/* How much of the domain's memory is contiguous in the machine: loads contiguity.bpf.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "engine/contiguity.h"
#include "contiguity.skel.h"
#include "engine/probe.h"
#include "engine/start.h"
#include "say.h"

#define MOST_BLOCKS 4096 /* looked at: 8 GiB, a fraction of a second */

static struct contiguity_bpf *skel;
static bool counts;

/* The PFN behind the last page, as the zones tell it. */
static u64 end_of_memory(void)
{
	FILE *f = fopen("/proc/zoneinfo", "r");
	u64 spanned = 0, start, end = 0, n;
	char line[128];

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, " spanned %llu", &n) == 1)
			spanned = n;
		if (sscanf(line, " start_pfn: %llu", &start) == 1 && spanned &&
		    start + spanned > end)
			end = start + spanned;
	}
	if (f)
		fclose(f);
	return end;
}

/* Return: false if the programs are to be chosen anew. */
static bool load(int width)
{
	skel = contiguity_bpf__open();
	if (!skel)
		die("can't open the BPF programs");
	skel->rodata->can_cast = probe_kfunc("bpf_rdonly_cast");
	skel->bss->low_limit = 1ULL << (width - 12);
	counts = probe_use(skel->progs.bounced, true);
	if (!start_load(skel->skeleton, skel->progs.machine_init))
		return false;
	probe_run(skel->progs.m2p_init);
	if (!skel->bss->p2m)
		die("this kernel does not tell where its P2M is (xen_p2m_addr)");
	return start_attach(skel->skeleton);
}

void contiguity_start(const struct host *h, int width)
{
	if (h->kind != HOST_PV)
		die("this is %s: memory is scattered beneath its pages only in Xen PV domains",
		    host_name(h));
	while (!load(width))
		contiguity_bpf__destroy(skel);
}

void contiguity_stop(void)
{
	contiguity_bpf__destroy(skel);
}

bool contiguity_counts(void)
{
	return counts;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

void contiguity_walk(struct contiguity *c)
{
	double begun = now();

	/* the last one may be a part */
	*c = (struct contiguity){ .memory_blocks =
					  (end_of_memory() + XB_BLOCK_PAGES - 1) / XB_BLOCK_PAGES };
	c->stride = (c->memory_blocks + MOST_BLOCKS - 1) / MOST_BLOCKS;
	if (!c->stride)
		c->stride = 1;
	c->blocks = c->memory_blocks / c->stride;
	skel->bss->blocks = c->blocks;
	skel->bss->stride = c->stride;
	memset(&skel->bss->contiguity, 0, sizeof(skel->bss->contiguity));
	probe_run(skel->progs.walk);
	memcpy(&c->count, (void *)&skel->bss->contiguity, sizeof(c->count));
	c->seconds = now() - begun;
}

static int hotter(const void *a, const void *b)
{
	const struct hot_range *left = a, *right = b;

	return left->bounces > right->bounces ? -1 : left->bounces < right->bounces;
}

int contiguity_hot(struct hot_range **ranges, struct straddling *s)
{
	int fd = bpf_map__fd(skel->maps.ranges), names = bpf_map__fd(skel->maps.names), n = 0;
	struct xb_range_key key, *last = NULL;
	struct xb_range r;

	s->straddles = skel->bss->straddles;
	s->others = skel->bss->others;
	s->lost = skel->bss->lost;
	*ranges = calloc(XB_MAX_RANGES, sizeof(**ranges));
	if (!*ranges)
		die("no memory");
	while (n < XB_MAX_RANGES && !bpf_map_get_next_key(fd, last, &key)) {
		struct hot_range *h = &(*ranges)[n];

		last = &key;
		if (bpf_map_lookup_elem(fd, &key, &r))
			continue;
		if (bpf_map_lookup_elem(names, &key.dev, h->device))
			strcpy(h->device, "?");
		h->mib = key.mib;
		h->bounces = r.bounces;
		h->bytes = r.bytes;
		n++;
	}
	qsort(*ranges, n, sizeof(**ranges), hotter);
	return n;
}
