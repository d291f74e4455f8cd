/* SPDX-License-Identifier: GPL-2.0-only */
/* What the doctor found, its verdict, and what to do. */
#ifndef XB_SHOW_DOCTOR_H
#define XB_SHOW_DOCTOR_H

#include "engine/contiguity.h"
#include "engine/defrag.h"
#include "engine/host.h"
#include "engine/xen_heap.h"
#include "show/room.h"

#define DOCTOR_NETWORK 3 /* the order of blocks of 32 KiB: what network memory comes in */

struct examination {
	const struct host *host;
	struct contiguity memory;
	struct xen_heap xen; /* what it has free */
	struct defrag defrag;
	bool counts; /* does the kernel tell of bounces? */
	struct straddling bounces;
	struct hot_range *hot; /* the hottest first */
	int nr_hot;
	double seconds;       /* counted for */
	double load_seconds;  /* of the programs */
	double look_seconds;  /* all that the doctor takes, but for the counting */
	unsigned int pool_mb; /* asked about */
	int width;
	struct room_answers pool;
};

enum doctor_verdict {
	DOCTOR_WELL,
	DOCTOR_QUIET,
	DOCTOR_COSTLY,
	DOCTOR_SHORT, /* too short a time, or too few bounces, to tell a rate */
};

extern const char *const doctor_verdict_names[];

double doctor_share(const struct examination *e, u64 pages);      /* % of what was looked at */
double doctor_share_from(const struct examination *e, int order); /* in blocks at least so large */
double doctor_rate(const struct examination *e);                  /* straddling buffers a second */
u64 doctor_granted(const struct examination *e); /* of these, how many in another domain's memory */
enum doctor_verdict doctor_judge(const struct examination *e);
const char *doctor_next_step(const struct examination *e, enum doctor_verdict v);

void doctor_print(const struct examination *e, enum doctor_verdict v);
void doctor_json(const struct examination *e, enum doctor_verdict v);

#endif /* XB_SHOW_DOCTOR_H */
