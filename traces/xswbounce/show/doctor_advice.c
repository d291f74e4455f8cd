// SPDX-License-Identifier: GPL-2.0-only
/*
 * The doctor's verdict, and the next step.
 *
 * The share of contiguous memory says little: the few megabytes that drivers use decide. Whom they
 * belong to, and how far the devices reach that use them, decides where and how memory is cured.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "show/doctor.h"

#define NOTABLE       10.0 /* straddling buffers a second */
#define WHOLE         98.0 /* % of memory in blocks of 32 KiB */
#define LEAST_SECONDS 0.5  /* counted for, and so many buffers, to tell a rate */
#define LEAST_BUFFERS 10

const char *const doctor_verdict_names[] = { "contiguous", "scattered", "straddling", "unknown" };

double doctor_share(const struct examination *e, u64 pages)
{
	return e->memory.count.pages ? 100.0 * pages / e->memory.count.pages : 0;
}

/* Of blocks at least so large */
double doctor_share_from(const struct examination *e, int order)
{
	u64 pages = 0;

	for (; order < XB_ORDERS; order++)
		pages += e->memory.count.largest[order];
	return doctor_share(e, pages);
}

static double rate_of(const struct examination *e, u64 buffers)
{
	return e->seconds > 0 ? buffers / e->seconds : 0;
}

double doctor_rate(const struct examination *e)
{
	return rate_of(e, e->bounces.straddles);
}

static bool rate_is_known(const struct examination *e)
{
	return e->seconds >= LEAST_SECONDS && e->bounces.straddles >= LEAST_BUFFERS;
}

enum doctor_verdict doctor_judge(const struct examination *e)
{
	if (doctor_rate(e) >= NOTABLE)
		return rate_is_known(e) ? DOCTOR_COSTLY : DOCTOR_SHORT;
	if (doctor_share_from(e, DOCTOR_NETWORK) >= WHOLE)
		return DOCTOR_WELL;
	return e->counts && e->seconds < LEAST_SECONDS ? DOCTOR_SHORT : DOCTOR_QUIET;
}

/* ---- whose buffers straddle ---- */

static bool is_granted(const struct hot_range *h)
{
	return h->mib == XB_OTHERS_MIB;
}

u64 doctor_granted(const struct examination *e)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < e->nr_hot; i++)
		if (is_granted(&e->hot[i]))
			sum += e->hot[i].bounces;
	return sum;
}

/* Xen gives frames of what it has free, the high ones first: may it give one from 2^bits on? */
static bool high_frames_may_come(const struct examination *e, int bits)
{
	int i;

	if (!e->xen.told || e->memory.count.highest > 1ULL << (bits - 12))
		return true;
	for (i = 0; i < XEN_HEAP_WIDTHS; i++)
		if ((int)e->xen.by_width[i].width > bits && e->xen.by_width[i].bytes)
			return true;
	return false;
}

static bool is_narrow(const struct examination *e, const struct hot_range *h)
{
	return h->bits <= DEFRAG_WIDEST && high_frames_may_come(e, h->bits);
}

/* Straddles in the domain's own memory, by how far their devices reach */
struct reach {
	u64 narrow, wide;
	int width; /* of the narrowest */
};

static struct reach weigh(const struct examination *e)
{
	struct reach r = { .width = DEFRAG_WIDEST };
	int i;

	for (i = 0; i < e->nr_hot; i++) {
		const struct hot_range *h = &e->hot[i];

		if (is_granted(h))
			continue;
		if (!is_narrow(e, h)) {
			r.wide += h->bounces;
			continue;
		}
		r.narrow += h->bounces;
		if (h->bits < r.width)
			r.width = h->bits < DEFRAG_NARROWEST ? DEFRAG_NARROWEST : h->bits;
	}
	/* low memory is scarce: few buffers are not worth it */
	if (rate_of(e, r.narrow) < NOTABLE && r.narrow < r.wide)
		r.narrow = 0;
	return r;
}

/* ---- the next step ---- */

static char step[640];

static void add(const char *format, ...)
{
	size_t n = strlen(step);
	va_list values;

	va_start(values, format);
	vsnprintf(step + n, sizeof(step) - n, format, values);
	va_end(values);
}

/* A width that was set stays set. */
static const char *any_width(const struct examination *e, const struct reach *r)
{
	return e->defrag.width || r->narrow ? "--width 0 " : "";
}

static void add_narrow(const struct reach *r)
{
	add("run 'xsw-defrag --width %d all' while the load is on, which takes low memory that other "
	    "domains need: the devices that reach %d bits would bounce for their mask from the high "
	    "memory that Xen gives without a width",
	    r->width, r->width);
}

static void add_wide(const struct examination *e, const struct reach *r)
{
	add("run 'xsw-defrag %sall' while the load is on", any_width(e, r));
	if (e->defrag.nothing_left)
		add(" (after the last such run nothing was left: if that was just now, the rest lies in "
		    "memory that its drivers keep: restart the driver or the interface)");
	add("; 'xsw-defrag --background on' keeps it so");
}

/* Does the defragmenter in the background what is to be done? */
static bool is_done_in_background(const struct examination *e, const struct reach *r)
{
	if (!e->defrag.background)
		return false;
	return !r->narrow || (e->defrag.width && (int)e->defrag.width <= r->width);
}

static const char *cure(const struct examination *e)
{
	struct reach r = weigh(e);

	step[0] = '\0';
	if (doctor_granted(e) * 2 > e->bounces.straddles) {
		add("these pages are another domain's: run 'xsw-defrag all' in that domain while the "
		    "load is on");
		return step;
	}
	if (e->defrag.runs) {
		add("wait for the end of the defragmenter's run ('xsw-defrag stop' ends it), then run "
		    "this again");
		return step;
	}
	if (is_done_in_background(e, &r)) {
		add("the defragmenter is at work in the background: what is left lies in memory that its "
		    "drivers keep; restart the driver or the interface, or run 'xsw-defrag all' while "
		    "the load is on");
		return step;
	}
	if (!e->defrag.loaded)
		add("load the module (modprobe xen_swiotlb_defrag) and ");
	if (r.narrow)
		add_narrow(&r);
	if (r.narrow && r.wide)
		add("; for the other devices then ");
	if (r.wide || !r.narrow)
		add_wide(e, &r);
	return step;
}

const char *doctor_next_step(const struct examination *e, enum doctor_verdict v)
{
	if (e->host->no_pool)
		return "make a pool, which the module does (modprobe xen_swiotlb) if one can be had: "
		       "without one, every mapping that would bounce fails";
	switch (v) {
	case DOCTOR_COSTLY:
		return cure(e);
	case DOCTOR_SHORT:
		return "run this again for a second or more while the load is on";
	case DOCTOR_QUIET:
		if (!e->counts)
			return "it cannot be told: this kernel does not tell of bounces";
		return "nothing now: no buffer bounces for it; run this again while the load is on";
	default:
		return "nothing: look for other reasons with 'xswbounce verdict'";
	}
}
