/* SPDX-License-Identifier: GPL-2.0-only */
/* One cell of the matrix: what is measured, and the threads that measure it. */
#ifndef DMABENCH_CELL_H
#define DMABENCH_CELL_H

#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/sched.h>

#include "address.h"
#include "buffers.h"
#include "samples.h"

struct bench;

/* All are unsigned int: they are filled from a table of options. */
struct cell {
	unsigned int test;       /* index into tests[] */
	unsigned int size;       /* bytes of a mapping */
	unsigned int offset;     /* of the mapping in the first page */
	unsigned int dir;        /* index of a direction: to, from, both */
	unsigned int mask;       /* address bits of the device */
	unsigned int min_align;  /* the device's min_align_mask */
	unsigned int reach;      /* enum reach: which memory is mapped */
	unsigned int count;      /* timed tries of each thread */
	unsigned int warm;       /* tries before them */
	unsigned int threads;    /* threads, each on its own CPU */
	unsigned int depth;      /* mappings held by burst, ring and handoff */
	unsigned int buffers;    /* buffers each thread takes in turn */
	unsigned int max_fails;  /* a thread stops after so many failures */
	unsigned int interrupts; /* leave them on while a pair is timed */
	unsigned int walk;       /* KiB of other memory that are read before each try */
};

struct run {
	struct bench *bench;
	struct cell cell;
	enum dma_data_direction dir;
	atomic_t ready; /* threads at the start line */
	bool stop;
	bool over; /* a thread has made all its tries */
};

struct handoff;

struct worker {
	struct run *run;
	struct device *dev;
	unsigned int number, cpu;
	struct task_struct *task;
	struct completion done;
	struct buffers buffers;
	struct handoff *handoff; /* what joins a mapper and its unmapper */
	struct samples first, second, fails;
	u8 *walked; /* of cell.walk KiB */
	unsigned int tries, served, routes[ROUTES];
	unsigned int checked, wrong, reused, copied_in;
	u64 began, ended; /* ns: the first counted try, after the last */
	int error;
};

struct test {
	const char *name;
	const char *first, *second; /* what the two sample sets are called; second may be null */
	void (*measure)(struct worker *w);
	bool maps;              /* takes buffers to map */
	unsigned int per_group; /* threads that work together */
	unsigned int default_count;
	u64 (*takes)(const struct cell *c); /* bytes a thread takes besides; may be null */
	const char *(*refuses)(const struct cell *c); /* why not, or null; may be null */
};

extern const struct test test_pair, test_split, test_burst, test_ring, test_handoff, test_sync;
extern const struct test test_coherent, test_timer, test_check, test_memcpy, test_memset;

static inline bool worker_goes_on(const struct worker *w)
{
	return !READ_ONCE(w->run->stop) && w->fails.n < w->run->cell.max_fails;
}

/* Whether try number @i is counted, or one of those that warm up. */
static inline bool worker_counts(const struct worker *w, unsigned int i)
{
	return i >= w->run->cell.warm;
}

static inline unsigned int worker_total(const struct worker *w)
{
	return w->run->cell.warm + w->run->cell.count;
}

/**
 * worker_next - whether a thread makes try number @i
 *
 * Notes the time of its first counted one. Then the caches are filled with other memory where the
 * cell wants it. No thread makes more tries once another has made all of its own: what it does
 * alone is not what many do together.
 */
bool worker_next(struct worker *w, unsigned int i);

/**
 * cell_run - measure one cell
 * @bench: the device, its lock held
 * @line: 'key=value' words, changed by the call
 *
 * Sleeps until the cell is done. The result, or what was wrong, is left as a JSON object in
 * @bench->cell_result.
 * Return: 0; -EINVAL for a bad line; -EINTR when killed; another error.
 */
int cell_run(struct bench *bench, char *line);

#endif
