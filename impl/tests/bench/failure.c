// SPDX-License-Identifier: GPL-2.0-only
/*
 * What saying 'full' costs by the number of possible CPUs: nothing is cached that would have to be
 * drained, so only the sum of the per-CPU counters may grow with it.
 */
#include <stdlib.h>

#include "bench.h"

#define ASKED 4096u /* bytes: two slots */
#define BLOCK 2000u

/* Fill what is left with single slots, so that no run of two is free */
static void fill(struct side *s)
{
	struct xsw_request r = { .orig = 4096, .size = XSW_SLOT_SIZE, .boundary_mask = ~0ULL };
	enum xsw_fail why;
	u32 at;

	while ((at = s->scheme->claim(s->pool, &r, &why)) != XSW_SLOTS_NONE) {
		s->held[s->nr_held] = r;
		s->where[s->nr_held++] = at;
	}
}

/* A full pool but for one slot, and one run of two that is ours to release and claim again */
static u32 open_full(struct side *s, const struct xsw_request *r)
{
	enum xsw_fail why;
	u32 two;

	*s = (struct side){ .scheme = &xsw_scheme_ours };
	s->pool = s->scheme->open(POOL_SLOTS, 1);
	if (!s->pool)
		return XSW_SLOTS_NONE;
	layout_hold(s, 0, 0);
	two = s->scheme->claim(s->pool, r, &why);
	fill(s);
	s->nr_held--;
	s->scheme->release(s->pool, s->where[s->nr_held], &s->held[s->nr_held]);
	return two;
}

/* ns of one turn: release and claim the run again if @anew, then fail if @fail */
static double turns(struct side *s, const struct xsw_request *r, u32 *two, bool anew, bool fail)
{
	u64 began = xsw_now_ns();
	enum xsw_fail why;
	u32 k;

	for (k = 0; k < BLOCK; k++) {
		if (anew) {
			s->scheme->release(s->pool, *two, r);
			*two = s->scheme->claim(s->pool, r, &why);
		}
		if (fail && s->scheme->claim(s->pool, r, &why) != XSW_SLOTS_NONE)
			abort();
	}
	return (double)(xsw_now_ns() - began) / BLOCK;
}

bool failure_cost(u32 cpus, u32 rounds, struct failure *f)
{
	const struct xsw_request r = { .orig = 4096, .size = ASKED, .boundary_mask = ~0ULL };
	double known[MAX_ROUNDS], proof[MAX_ROUNDS];
	u32 before = model_nr_cpus, k, two;
	struct side s;

	model_nr_cpus = cpus;
	two = open_full(&s, &r);
	if (two == XSW_SLOTS_NONE) {
		model_nr_cpus = before;
		return false;
	}
	for (k = 0; k < rounds; k++) {
		known[k] = turns(&s, &r, &two, false, true);
		proof[k] = turns(&s, &r, &two, true, true) - turns(&s, &r, &two, true, false);
	}
	s.scheme->release(s.pool, two, &r);
	layout_drop(&s);
	s.scheme->close(s.pool);
	model_nr_cpus = before;
	*f = (struct failure){ .known = median(known, rounds), .proof = median(proof, rounds) };
	return true;
}
