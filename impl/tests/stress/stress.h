/* SPDX-License-Identifier: GPL-2.0-only */
/* What the threads of the stress test share: one engine, three devices, mappings that change hands.
 */
#ifndef XSW_TEST_STRESS_H
#define XSW_TEST_STRESS_H

#include <stdio.h>
#include <stdlib.h>

#include "machine.h"
#include "told.h"
#include "state.h"

#define WORKERS 16
#define HELD    24
#define PARCELS 32
#define DEVICES 3
#define PAGES   40 /* of a worker's buffer for one mapping */
#define LOW4G   0xffffffffULL

struct mapping {
	struct xsw_dev *dev;
	u64 phys, bus;
	u32 size, slots, offset;
	u32 owner;
	enum xsw_dir dir;
	u8 mark;
};

struct worker {
	u32 number;
	u64 seed;
	struct mapping *held[HELD];
	u64 maps, fails, handed, blocks;
};

extern struct xsw_engine *engine;
extern struct xsw_dev device[DEVICES];

__attribute__((noreturn)) void wrong(const char *what, const struct mapping *m);

static inline u32 pick(struct worker *w, u32 n)
{
	return (u32)(model_random(&w->seed) % n);
}

/* traffic.c: what drivers do in atomic context, until traffic_end() */
void traffic_start(u32 threads);
void *traffic(void *worker);
void traffic_end(void);
void traffic_finish(void); /* all threads are gone: unmap what was on its way between them */

/* manager.c: what may sleep */
struct managed {
	u64 grown, shrunk;
	u64 leaked_slots; /* that its own device left for good */
};

void manage(struct worker *w, struct managed *m);

#endif /* XSW_TEST_STRESS_H */
