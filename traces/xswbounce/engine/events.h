/* SPDX-License-Identifier: GPL-2.0-only */
/* Single events from events.bpf.c: failures, exchanges, and the whole stream for a recording. */
#ifndef XB_EVENTS_H
#define XB_EVENTS_H

#include <stdbool.h>

#include "engine/host.h"
#include "bpf/shared.h"

struct events_options {
	bool flow; /* every map, unmap, sync, alloc, free */
	bool failures;
	bool exchanges;
	u32 failures_told; /* of each device, in a second on each CPU; 0: all */
	u32 ring_bytes;    /* 0: the default; a power of two */
};

/* One message; the larger kinds begin with it. Return: 0, or not 0 to stop reading for now. */
typedef int (*events_visitor)(const struct xb_message *m, size_t size);

void events_start(const struct host *host, const struct events_options *options,
		  events_visitor visit);
void events_follow(void); /* see whether the module came or went: some times a second */
void events_sweep(void);  /* once a minute: forget devices that are gone, if there are many */
void events_arm(void);    /* from here on there are messages */
void events_stop(void);

/**
 * events_poll() - hand what has come to the visitor, for a moment at most
 * Return: whether there may be more: it comes as fast as it is read.
 */
bool events_poll(void);

/**
 * events_drain() - the last call: nothing more is taken note of, all that has come is read
 *
 * @seconds: how long that may take; what is not read by then is lost
 *
 * Whatever the visitor says.
 */
void events_drain(double seconds);

int events_waker(void); /* a file that can be read when something has come */

/**
 * events_snapshot() - a message of kind XB_SLOT for each stock mapping that is live now
 */
void events_snapshot(void);

struct xb_pool events_pool(void); /* the stock pool's slots, walked now */
struct xb_place events_place(void);

/**
 * events_map() - how many slots of each group of 2^@shift are in use
 * @slots: of the pool; no group is left out, however many there are
 */
const unsigned short *events_map(u64 slots, unsigned int *shift);

u64 events_untold(enum xb_backend backend); /* failures beyond those wanted in a second */

/* As events_follow() found the module. */
struct events_module {
	u64 load;      /* another number is another load of it; 0: it is not there */
	bool attached; /* a device is attached to it, and its events are told */
};
struct events_module events_module(void);

bool events_device(u64 dev, struct xb_device *d);        /* false: not known, named "?" */
bool events_described(u32 version, struct xb_device *d); /* the same, as it was described once */
int events_stack(int stack, u64 addresses[XB_STACK_DEPTH]);
u32 events_missed(void); /* calls for which the kernel ran no program */
u32 events_lost(void);   /* those, and what found no room in the ring */

#endif /* XB_EVENTS_H */
