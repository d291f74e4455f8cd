/* SPDX-License-Identifier: GPL-2.0-only */
/* Who makes bounced mappings, and which of them are live: kept in the kernel by held.bpf.c. */
#ifndef XB_HELD_H
#define XB_HELD_H

#include <stdbool.h>

#include "engine/host.h"
#include "bpf/shared.h"

struct held_options {
	bool live;           /* keep the live mappings */
	bool balance;        /* and count them by device, those made before as well */
	bool time;           /* time the map calls */
	double stack_budget; /* share of each CPU that walks of stacks may take; 0: no limit */
};

/* One stack of one device. */
struct held_site {
	u64 dev;
	int stack;
	struct xb_site total;            /* since the start */
	u64 live, live_bytes, oldest_ns; /* now; only where asked for */
};

void held_start(const struct host *host, const struct held_options *options);
void held_follow(void); /* see whether the module came or went: some times a second */

/**
 * held_prune() - forget mappings of the module's that it does not list as live any more
 *
 * Where an unmap came within a program of ours, its event was not seen: before 6.7 the kernel does
 * not even count that. The module's own list is the truth.
 */
void held_prune(void);

/**
 * held_sweep() - forget stacks from which nothing is live, and devices that are gone, so that
 * there is room for new ones
 *
 * For a tool that runs for long. It looks for that once a minute at most.
 */
void held_sweep(void);

void held_stop(void);

/**
 * held_sites() - all stacks that made bounced mappings
 * @only: leave out other devices; NULL: all
 * Return: their number; *@sites is to be freed.
 */
int held_sites(const char *only, struct held_site **sites);

u64 held_total(void); /* bounced mappings made since the start */

/**
 * held_balance() - bounced mappings of a device made less those undone, since the start
 */
long long held_balance(u64 dev);

void held_device(u64 dev, struct xb_device *d);

/**
 * held_spared() - is this what stands for a stack that was not walked?
 */
bool held_spared(int stack);

/**
 * held_stack() - the addresses of a stack, innermost first
 * Return: their number.
 */
int held_stack(int stack, u64 addresses[XB_STACK_DEPTH]);

struct xb_held_losses held_losses(void);

bool held_knows(u64 bus); /* is a live mapping at this address followed? */

typedef void (*held_visitor)(u64 bus, const struct xb_live *live, void *data);
void held_each_live(held_visitor visit, void *data);

#endif /* XB_HELD_H */
