// SPDX-License-Identifier: GPL-2.0-only
/*
 * The doctor's verdict, and the next step.
 *
 * The share of contiguous memory says little: the few megabytes that drivers use decide.
 */
#include <unistd.h>

#include "show/doctor.h"

#define NOTABLE    10.0 /* straddling buffers a second */
#define WHOLE      98.0 /* % of memory in blocks of 32 KiB */
#define DEFRAG_ABI "/sys/devices/platform/xen_swiotlb_defrag/abi"

const char *const doctor_verdict_names[] = { "contiguous", "scattered", "straddling" };

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

double doctor_rate(const struct examination *e)
{
	return e->seconds > 0 ? e->bounces.straddles / e->seconds : 0;
}

enum doctor_verdict doctor_judge(const struct examination *e)
{
	if (doctor_rate(e) >= NOTABLE)
		return DOCTOR_COSTLY;
	return doctor_share_from(e, DOCTOR_NETWORK) < WHOLE ? DOCTOR_QUIET : DOCTOR_WELL;
}

const char *doctor_next_step(const struct examination *e, enum doctor_verdict v)
{
	bool loaded = !access(DEFRAG_ABI, F_OK);

	switch (v) {
	case DOCTOR_COSTLY:
		return loaded ? "run 'xsw-defrag all' while the load is on; 'xsw-defrag --background on' "
				"keeps it so"
			      : "load the module (modprobe xen_swiotlb_defrag) and run 'xsw-defrag all' "
				"while the load is on";
	case DOCTOR_QUIET:
		if (!e->counts)
			return "it cannot be told: this kernel does not tell of bounces";
		return "nothing now: no buffer bounces for it; run this again while the load is on";
	default:
		return "nothing: look for other reasons with 'xswbounce verdict'";
	}
}
