/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The micro-benchmark's parts: layouts of held mappings, patterns of work, cells.
 */
#ifndef XSW_BENCH_H
#define XSW_BENCH_H

#include "machine.h"
#include "slots.h"

#define POOL_SLOTS  32768u /* 64 MiB, the kernel's default pool */
#define MAX_THREADS 16
#define NR_LAYOUTS  6
#define MAX_ROUNDS  100

enum pattern { PAIR, BURST, RING, RANDOM, HANDOFF, FAILING, NR_PATTERNS };
extern const char *const pattern_names[NR_PATTERNS];

/* One scheme with its pool */
struct side {
	const struct xsw_scheme *scheme;
	void *pool;
	u8 *memory;               /* of the slots; NULL: no copy */
	struct xsw_request *held; /* what the layout holds, and where */
	u32 *where;
	u32 nr_held;
	u32 held_slots;
};

struct cell {
	enum pattern pattern;
	u32 size;
	u32 percent; /* requested occupancy */
	u32 layout;
	u32 threads;
	bool copy; /* move the data too */
	bool cold; /* buffers rotate over more than the last-level cache */
};

/* What one block of work gave */
struct block {
	double ns;    /* an operation (claim and release) of one thread */
	double rate;  /* operations a second of all threads, by the wall clock */
	double share; /* served of tried */
};

u32 slots_of(u32 size);

/* Fill the side's pool to the cell's occupancy; layouts differ by mix and seed */
void layout_hold(struct side *s, u32 percent, u32 layout);
void layout_drop(struct side *s);
const char *layout_name(u32 layout);

/* Run @ops operations a thread */
struct block run_block(struct side *s, const struct cell *c, u64 ops);

/* The median of @v, which is sorted */
double median(double *v, u32 n);

/* A failing claim, ns: as known before, and proven anew by looking through the pool */
struct failure {
	double known, proof;
};

/* With @cpus possible CPUs, @rounds times.  Return: false if there is no memory. */
bool failure_cost(u32 cpus, u32 rounds, struct failure *f);

extern u8 *buffers; /* the data of copies */
#define BUFFERS_BYTES (96u << 20)

#endif /* XSW_BENCH_H */
