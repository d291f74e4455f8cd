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
#include "engine/device.h"
#include "engine/module_side.h"
#include "engine/probe.h"
#include "engine/start.h"
#include "say.h"

static struct contiguity_bpf *skel;
static bool counts;

MODULE_SIDE(side, contiguity, skel, NULL);

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
	module_side_leave(skel->obj);
	counts = probe_use(skel->progs.bounced, true);
	if (!start_load(skel->skeleton, skel->progs.machine_init))
		return false;
	probe_run(skel->progs.m2p_init);
	if (!skel->bss->p2m)
		die("this kernel does not tell where its P2M is (xen_p2m_addr): it is built without "
		    "CONFIG_KALLSYMS_ALL, or for no Xen PV domain");
	return start_attach(skel->skeleton);
}

void contiguity_start(int width)
{
	while (!load(width))
		contiguity_bpf__destroy(skel);
	contiguity_follow();
}

void contiguity_count(void)
{
	skel->bss->armed = true;
}

void contiguity_follow(void)
{
	module_side_follow(&side, skel->skeleton);
}

void contiguity_stop(void)
{
	module_side_drop(&side);
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

/* The last stride may be a part: where it has no memory nothing is counted. */
static void plan(struct contiguity *c, u64 memory_blocks, u64 most)
{
	*c = (struct contiguity){ .memory_blocks = memory_blocks };
	c->stride = (memory_blocks + most - 1) / most;
	if (!c->stride)
		c->stride = 1;
	c->blocks = (memory_blocks + c->stride - 1) / c->stride;
}

/* Nothing else runs on its CPU until a call of the program returns. */
static void walk_piece(struct contiguity *c, u64 first)
{
	u64 left = c->blocks - first;
	double begun = now(), took;

	skel->bss->first = first;
	skel->bss->blocks = left < XB_PIECE ? left : XB_PIECE;
	probe_run(skel->progs.walk);
	took = now() - begun;
	if (took > c->longest)
		c->longest = took;
}

void contiguity_walk(struct contiguity *c, u64 most)
{
	double begun = now();
	u64 first;

	/* the last block may be a part */
	plan(c, (end_of_memory() + XB_BLOCK_PAGES - 1) / XB_BLOCK_PAGES, most);
	skel->bss->stride = c->stride;
	memset(&skel->bss->contiguity, 0, sizeof(skel->bss->contiguity));
	for (first = 0; first < c->blocks; first += XB_PIECE)
		walk_piece(c, first);
	memcpy(&c->count, (void *)&skel->bss->contiguity, sizeof(c->count));
	c->seconds = now() - begun;
}

static int hotter(const void *a, const void *b)
{
	const struct hot_range *left = a, *right = b;

	return left->bounces > right->bounces ? -1 : left->bounces < right->bounces;
}

static int bits_of(u64 mask)
{
	return mask ? 64 - __builtin_clzll(mask) : 0;
}

/* @mask: the device's, of which the module's events tell nothing */
static void describe(int names, u64 dev, u64 mask, struct hot_range *h)
{
	struct xb_device d;

	h->bits = bits_of(mask);
	h->module = device_is_module(dev);
	if (h->module) {
		device_describe(NULL, dev, &d);
		strcpy(h->device, d.name);
		h->bits = bits_of(d.mask);
	} else if (bpf_map_lookup_elem(names, &dev, h->device)) {
		strcpy(h->device, "?");
	}
}

int contiguity_hot(struct hot_range **ranges, struct straddling *s)
{
	int fd = bpf_map__fd(skel->maps.ranges), names = bpf_map__fd(skel->maps.names), n = 0;
	struct xb_range_key key, *last = NULL;
	struct xb_range r = {};

	*ranges = calloc(XB_MAX_RANGES, sizeof(**ranges));
	if (!*ranges)
		die("no memory");
	while (n < XB_MAX_RANGES && !bpf_map_get_next_key(fd, last, &key)) {
		struct hot_range *h = &(*ranges)[n];

		last = &key;
		if (bpf_map_lookup_elem(fd, &key, &r))
			continue;
		describe(names, key.dev, r.mask, h);
		h->mib = key.mib;
		h->bounces = r.bounces;
		h->bytes = r.bytes;
		n++;
	}
	/* after the ranges: a bounce counts here first, so these are no fewer */
	s->lost = skel->bss->lost;
	s->straddles = skel->bss->straddles;
	s->others = skel->bss->others;
	qsort(*ranges, n, sizeof(**ranges), hotter);
	return n;
}
