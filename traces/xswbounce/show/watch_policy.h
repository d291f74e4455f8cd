/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of the things that happen are worth a file: no kernel and no disk is asked.
 *
 * A cause is a kind and whose it is: of a failure the device, its backend and the reason. It is
 * queued, so that what comes while another file is written is not forgotten. After its file it
 * rests; if it comes back soon after, twice as long, up to an hour. Occupancy is a cause when it
 * rises above the limit, and again only after it has fallen well below. What gets no file is
 * counted.
 */
#ifndef XB_WATCH_POLICY_H
#define XB_WATCH_POLICY_H

#include <stdbool.h>

#include "engine/host.h"

#define POLICY_QUEUE      16
#define POLICY_RESTS      128
#define POLICY_HYSTERESIS 5.0  /* per cent of the pool below the limit */
#define POLICY_LONGEST    3600 /* seconds */

enum cause_kind { CAUSE_FAILURE, CAUSE_OCCUPANCY, CAUSE_EXCHANGE, CAUSE_KINDS };

struct cause {
	enum cause_kind kind;
	char who[96];
	char text[256];
	unsigned long long repeated; /* while it was queued */
};

struct policy_rest {
	enum cause_kind kind;
	char who[96];
	double until, length; /* seconds; length 0: not in use */
};

struct policy {
	double occupancy; /* per cent that is a cause */
	double rest;      /* seconds, the first */
	struct cause queue[POLICY_QUEUE];
	int queued;
	struct policy_rest rests[POLICY_RESTS];
	bool high[HOST_POOLS];
	unsigned long long unwritten; /* causes that rested, or found no room in the queue */
};

void policy_happened(struct policy *p, enum cause_kind kind, const char *who, const char *text,
		     double now);

/**
 * policy_occupancy() - a look at a pool
 */
void policy_occupancy(struct policy *p, int pool, const char *backend, double per_cent, double now);

/**
 * policy_next() - the cause to be written now; its rest begins
 * Return: false if there is none.
 */
bool policy_next(struct policy *p, struct cause *next, double now);

extern const char *const policy_kinds[CAUSE_KINDS];

#endif /* XB_WATCH_POLICY_H */
