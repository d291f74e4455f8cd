// SPDX-License-Identifier: GPL-2.0-only
/* What the doctor found, in words. */
#include <stdio.h>
#include <string.h>

#include "show/doctor.h"
#include "show/screen.h"
#include "show/text.h"

#define PAGE  4096ULL
#define SHOWN 8 /* hot ranges */

static const char *sample(const struct examination *e)
{
	static char words[64];

	if (e->memory.stride == 1)
		return "all of it";
	snprintf(words, sizeof(words), "one block of 2 MiB in %llu: an estimate", e->memory.stride);
	return words;
}

static void print_memory(const struct examination *e)
{
	int order;

	screen_line(
		"%s of this domain's memory looked at (%s), by the largest contiguous block it lies in:",
		text_bytes(e->memory.count.pages * PAGE), sample(e));
	for (order = 0; order < XB_ORDERS; order++)
		screen_line("  order %d, %8s  %5.1f %%", order, text_bytes(PAGE << order),
			    doctor_share(e, e->memory.count.largest[order]));
	screen_line("Below 4 GiB: %.1f %%.", doctor_share(e, e->memory.count.below_4g));
	if (e->width != 32)
		screen_line("Below 2^%d: %.1f %%.", e->width, doctor_share(e, e->memory.count.low));
}

static void print_xen(const struct examination *e)
{
	int i;

	if (!e->xen.told)
		return;
	screen_line("Xen has %s free, %s of it below 2^%d; sizes of blocks it tells nobody.",
		    text_bytes(e->xen.all), text_bytes(e->xen.low), e->width);
	for (i = 0; i < XEN_HEAP_WIDTHS; i++)
		if (e->xen.by_width[i].bytes)
			screen_line("  below 2^%u%s: %s", e->xen.by_width[i].width,
				    i ? " and above what stands before" : "",
				    text_bytes(e->xen.by_width[i].bytes));
}

static const char *place(const struct hot_range *h)
{
	static char words[48];

	if (h->mib == XB_OTHERS_MIB)
		return "memory that other domains granted";
	snprintf(words, sizeof(words), "MiB %llu", h->mib);
	return words;
}

static const char *reach(const struct hot_range *h)
{
	static char words[40];

	words[0] = '\0';
	if (h->bits < 64)
		snprintf(words, sizeof(words), ", which reaches %d bits", h->bits);
	return words;
}

static void print_bounces(const struct examination *e)
{
	u64 sum = 0;
	int i;

	if (!e->counts) {
		screen_line("This kernel does not tell of bounces (no event swiotlb_bounced).");
		return;
	}
	screen_line("In %.1f s %llu buffers bounced because they straddle, %llu for other reasons.",
		    e->seconds, e->bounces.straddles, e->bounces.others);
	for (i = 0; i < e->nr_hot && i < SHOWN; i++) {
		sum += e->hot[i].bounces;
		screen_line("  %s%s%s: %llu bounces, %s, in %s", e->hot[i].device,
			    e->hot[i].module ? " (xen_swiotlb)" : "", reach(&e->hot[i]),
			    e->hot[i].bounces, text_bytes(e->hot[i].bytes), place(&e->hot[i]));
	}
	if (e->nr_hot)
		screen_line(
			"  These %d of %d places made %.0f %% of them: they decide, not the share of all.",
			i, e->nr_hot, 100.0 * sum / e->bounces.straddles);
	if (e->bounces.lost)
		screen_line(
			"  %llu of them lie in other places, for which there was no room beside these "
			"%d.",
			e->bounces.lost, XB_MAX_RANGES);
}

static void print_told(const char *what, const struct told *t)
{
	screen_line("  %s: %s: %s.", what, strcmp(t->state, "unknown") ? t->state : "not known",
		    t->why);
}

void doctor_print(const struct examination *e, enum doctor_verdict v)
{
	switch (v) {
	case DOCTOR_COSTLY:
		screen_line(
			"Memory is scattered, and it costs: %.0f buffers a second bounce because "
			"they straddle pages that are no neighbours in the machine.",
			doctor_rate(e));
		break;
	case DOCTOR_QUIET:
		screen_line("Memory is scattered (%.1f %% in blocks of 32 KiB and more)%s.",
			    doctor_share_from(e, DOCTOR_NETWORK),
			    e->counts && !e->host->no_pool ? ", but hardly a buffer bounces for it"
							   : "");
		break;
	case DOCTOR_SHORT:
		screen_line(
			"Too short to tell: %llu buffers straddled in %.2f s; memory is %.1f %% in "
			"blocks of 32 KiB and more.",
			e->bounces.straddles, e->seconds, doctor_share_from(e, DOCTOR_NETWORK));
		break;
	default:
		screen_line("Memory is contiguous: %.1f %% of it in blocks of 32 KiB and more.",
			    doctor_share_from(e, DOCTOR_NETWORK));
	}
	screen_line("Next step: %s.", doctor_next_step(e, v));
	if (e->host->no_pool)
		screen_line("This kernel has no pool: nothing can bounce, and a mapping that must "
			    "fails.");
	print_memory(e);
	print_bounces(e);
	print_xen(e);
	screen_line("Another pool of %u MiB below 2^%d:", e->pool_mb, e->width);
	print_told("the module xen_swiotlb", &e->pool.module);
	print_told("the kernel's swiotlb-xen", &e->pool.stock);
	screen_line(
		"If the kernel says 'Failed to get contiguous memory for DMA from Xen', or 'Failed to remap "
		"N bytes' (newer kernels), the causes are, as far as can be read now:");
	print_told("permission", &e->pool.permission);
	print_told("too little free memory of Xen's", &e->pool.memory);
	print_told("fragmentation of Xen's memory", &e->pool.fragmentation);
	screen_line(
		"This look took %.2f s beside the counting: %.2f s to load the programs, %.2f s to "
		"walk the P2M, in pieces of at most %.1f ms.",
		e->look_seconds, e->load_seconds, e->memory.seconds, 1000 * e->memory.longest);
}
