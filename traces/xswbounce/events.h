/* SPDX-License-Identifier: GPL-2.0-only */
/* Single events from events.bpf.c: failures, exchanges, and the whole stream for a recording. */
#ifndef XB_EVENTS_H
#define XB_EVENTS_H

#include <stdbool.h>

#include "host.h"
#include "xswbounce.h"

struct events_options {
	bool flow; /* every map, unmap, sync, alloc, free */
	bool failures;
	bool exchanges;
	u32 ring_bytes; /* 0: the default; a power of two */
};

/* One message; the larger kinds begin with it. */
typedef void (*events_visitor)(const struct xb_message *m, size_t size);

void events_start(const struct host *host, const struct events_options *options,
		  events_visitor visit);
void events_arm(void); /* from here on there are messages */
void events_stop(void);

/**
 * events_poll() - hand what has come to the visitor; wait at most @ms for something
 */
void events_poll(int ms);

int events_waker(void); /* a file that can be read when something has come */

/**
 * events_snapshot() - a message of kind XB_SLOT for each stock mapping that is live now
 */
void events_snapshot(void);

struct xb_pool events_pool(void); /* the stock pool's slots, walked now */

/**
 * events_map() - how many slots of each group of @group are in use, one byte a group
 */
void events_map(unsigned char *used, size_t groups, unsigned int group);

bool events_device(u64 dev, struct xb_device *d); /* false: not known, named "?" */
int events_stack(int stack, u64 addresses[XB_STACK_DEPTH]);
u32 events_lost(void); /* for lack of room, or as probe_missed() tells */

#endif /* XB_EVENTS_H */
