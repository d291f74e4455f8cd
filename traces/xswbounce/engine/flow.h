/* SPDX-License-Identifier: GPL-2.0-only */
/* The counters of every device, kept in the kernel by flow.bpf.c. */
#ifndef XB_FLOW_H
#define XB_FLOW_H

#include <stdbool.h>

#include "engine/host.h"
#include "bpf/shared.h"

struct flow_options {
	const char *device; /* the one to look at, by name; NULL: every one */
	bool latency;
	bool maps_only; /* of unmap and sync no latency is taken */
	bool late;      /* latency is not taken yet: flow_time begins it */
	bool guests;
	bool sizes;
	bool all_maps; /* count every map all the time */
};

/*
 * Counting every map is most of what counting costs. Where bounces are seen without it, maps are
 * counted for a part of the time, in each period at its beginning; so is what is late, while
 * flow_time() has it on.
 */
#define FLOW_PERIOD  10.0 /* seconds */
#define FLOW_COUNTED 0.5
#define FLOW_QUIET   60.0 /* without a missed call: stand-ins are detached */

/* One device: totals since the start. */
struct flow_row {
	u64 key;
	struct xb_device device;
	const char *backend;
	struct xb_stat stat;
	struct xb_sizes sizes; /* only where asked for */
	struct xb_hist hists[XB_NR_CALLS];
};

struct flow_guest {
	u64 dev; /* the device's key */
	unsigned int domain;
	char device[XB_NAME_LEN];
	struct xb_guest count;
};

struct flow_state {
	struct flow_row rows[XB_MAX_DEVICES];
	int nr_rows;
	struct flow_guest guests[XB_MAX_GUESTS];
	int nr_guests;
	struct xb_exchanges exchanges;
	struct xb_losses losses;
	double time;    /* monotonic, seconds */
	double counted; /* in which the maps of the stock backend were counted */
};

/**
 * flow_start() - load and attach what this kernel can carry; ends with one line if nothing
 */
void flow_start(const struct host *host, const struct flow_options *options);

/**
 * flow_follow() - see whether the module came or went: some times a second
 */
void flow_follow(void);

/**
 * flow_read() - the totals now; lasts until the next call with the same @state
 */
void flow_read(struct flow_state *state);

/**
 * flow_since() - turn @now into what happened since @before
 */
void flow_since(struct flow_state *now, const struct flow_state *before);

const struct flow_row *flow_row_of(const struct flow_state *state, u64 key); /* or NULL */

/**
 * flow_began_anew() - did a device come again under its old key, after its place was freed?
 *
 * Its counters have fallen: all that is counted now is new.
 */
bool flow_began_anew(const struct xb_stat *now, const struct xb_stat *before);

/* The reason with most bounces; XB_DIRECT if none bounced. */
enum xb_reason flow_main_reason(const struct xb_stat *s);
u64 flow_bounces(const struct xb_stat *s);
u64 flow_failures(const struct xb_stat *s);

/**
 * flow_time() - take latencies from now on, or no longer
 */
void flow_time(bool on);

/**
 * flow_only_bounces() - is nothing known but bounces and their bytes?  So where the kernel has no
 * type information.
 */
bool flow_only_bounces(void);

bool flow_counts_maps(void); /* false: only bounced mappings are seen */

/**
 * flow_counted() - of an interval, the seconds in which this device's maps were counted
 */
double flow_counted(const struct flow_state *since, const struct flow_row *row);
bool flow_counted_all(const struct flow_state *since, const struct flow_row *row);

u64 flow_own_ns(void); /* the probe's own cost that latencies are net of */

void flow_stop(void);

#endif /* XB_FLOW_H */
