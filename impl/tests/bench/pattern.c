// SPDX-License-Identifier: GPL-2.0-only
/*
 * Patterns of claim and release, on one thread or many.
 */
#include <sched.h>
#include <stdlib.h>

#include "bench.h"

#define BURST_DEPTH  32u
#define RING_DEPTH   64u
#define RANDOM_DEPTH 128u
#define PIPE         256u /* places between the two threads of a hand-off */

const char *const pattern_names[NR_PATTERNS] = { "pair",   "burst",   "ring",
						 "random", "handoff", "failing" };

u8 *buffers;

struct worker {
	struct side *side;
	const struct cell *cell;
	u64 ops, served, tried;
	u64 began, ended;
	u64 seed;
	u32 number;
	struct xsw_request r;
	u64 next_buffer;
	struct pipe *pipe;
};

struct pipe {
	u32 place[PIPE];
	u64 head __attribute__((aligned(64)));
	u64 tail __attribute__((aligned(64)));
	u64 done;
};

static struct {
	u32 waiting;
	u32 go;
} gate;

static inline void move_data(struct worker *w, u32 at)
{
	const struct cell *c = w->cell;

	if (!c->copy)
		return;
	if (c->cold) {
		w->next_buffer += c->size < 4096 ? 4096 : c->size;
		if (w->next_buffer + c->size > BUFFERS_BYTES / c->threads)
			w->next_buffer = 0;
	}
	xsw_copy(w->side->memory + (u64)at * XSW_SLOT_SIZE,
		 buffers + w->number * (u64)(BUFFERS_BYTES / c->threads) + w->next_buffer, c->size);
}

static inline u32 claim(struct worker *w)
{
	enum xsw_fail why;
	u32 at = w->side->scheme->claim(w->side->pool, &w->r, &why);

	w->tried++;
	if (likely(at != XSW_SLOTS_NONE)) {
		w->served++;
		move_data(w, at);
	}
	return at;
}

static inline void release(struct worker *w, u32 at)
{
	if (likely(at != XSW_SLOTS_NONE))
		w->side->scheme->release(w->side->pool, at, &w->r);
}

static void run_pair(struct worker *w)
{
	u64 i;

	for (i = 0; i < w->ops; i++)
		release(w, claim(w));
}

static void run_burst(struct worker *w)
{
	u32 at[BURST_DEPTH], k;
	u64 i;

	for (i = 0; i < w->ops; i += BURST_DEPTH) {
		for (k = 0; k < BURST_DEPTH; k++)
			at[k] = claim(w);
		for (k = 0; k < BURST_DEPTH; k++)
			release(w, at[k]);
	}
}

static void run_held(struct worker *w, u32 depth, bool random)
{
	u32 at[RANDOM_DEPTH], k;
	u64 i;

	for (k = 0; k < depth; k++)
		at[k] = claim(w);
	for (i = 0; i < w->ops; i++) {
		k = (u32)((random ? model_random(&w->seed) : i) % depth);
		release(w, at[k]);
		at[k] = claim(w);
	}
	for (k = 0; k < depth; k++)
		release(w, at[k]);
}

/* One thread maps, the other unmaps */
static void run_producer(struct worker *w)
{
	struct pipe *p = w->pipe;
	u64 i;

	for (i = 0; i < w->ops; i++) {
		while (i - xsw_load_acquire(&p->tail) >= PIPE)
			sched_yield();
		p->place[i % PIPE] = claim(w);
		xsw_store_release(&p->head, i + 1);
	}
	xsw_store_release(&p->done, 1);
}

static void run_consumer(struct worker *w)
{
	struct pipe *p = w->pipe;
	u64 i = 0;

	for (;;) {
		u64 done = xsw_load_acquire(&p->done);

		while (i < xsw_load_acquire(&p->head)) {
			release(w, p->place[i % PIPE]);
			xsw_store_release(&p->tail, ++i);
		}
		if (done && i == xsw_load_acquire(&p->head))
			return;
		sched_yield();
	}
}

static void run_pattern(struct worker *w)
{
	switch (w->cell->pattern) {
	case BURST:
		run_burst(w);
		break;
	case RING:
		run_held(w, RING_DEPTH, false);
		break;
	case RANDOM:
		run_held(w, RANDOM_DEPTH, true);
		break;
	case HANDOFF:
		if (w->number % 2)
			run_consumer(w);
		else
			run_producer(w);
		break;
	default:
		run_pair(w);
	}
}

static void *work(void *arg)
{
	struct worker *w = arg;

	xsw_cpu();
	__atomic_fetch_add(&gate.waiting, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&gate.go, __ATOMIC_ACQUIRE))
		if (w->cell->threads > 1)
			sched_yield();
	w->began = xsw_now_ns();
	run_pattern(w);
	w->ended = xsw_now_ns();
	return NULL;
}

static void start_workers(struct worker *w, u32 n)
{
	pthread_t t[MAX_THREADS];
	u32 k;

	for (k = 0; k < n; k++)
		if (pthread_create(&t[k], NULL, work, &w[k]))
			abort();
	while (__atomic_load_n(&gate.waiting, __ATOMIC_SEQ_CST) < n)
		sched_yield();
	__atomic_store_n(&gate.go, 1, __ATOMIC_RELEASE);
	for (k = 0; k < n; k++)
		pthread_join(t[k], NULL);
}

struct block run_block(struct side *s, const struct cell *c, u64 ops)
{
	static struct pipe pipes[MAX_THREADS / 2];
	struct worker w[MAX_THREADS] = { 0 };
	u64 first = ~0ULL, last = 0, served = 0, tried = 0, time = 0;
	u32 k, claimers = 0;
	struct block b;

	gate.waiting = gate.go = 0;
	for (k = 0; k < c->threads; k++) {
		w[k] = (struct worker){ .side = s, .cell = c, .ops = ops, .seed = k, .number = k };
		w[k].r = (struct xsw_request){ .orig = 4096,
					       .boundary_mask = ~0ULL,
					       .size = c->size };
		w[k].pipe = &pipes[k / 2];
		pipes[k / 2] = (struct pipe){ 0 };
	}
	if (c->threads == 1)
		gate.go = 1;
	if (c->threads == 1)
		work(&w[0]);
	else
		start_workers(w, c->threads);
	for (k = 0; k < c->threads; k++) {
		first = min(first, w[k].began);
		last = max(last, w[k].ended);
		served += w[k].served;
		tried += w[k].tried;
		if (w[k].tried) {
			time += w[k].ended - w[k].began;
			claimers++;
		}
	}
	b.ns = (double)time / claimers / ops;
	b.rate = (double)ops * claimers / ((double)(last - first) / 1e9);
	b.share = tried ? (double)served / tried : 0;
	return b;
}
