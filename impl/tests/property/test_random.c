// SPDX-License-Identifier: GPL-2.0-only
/*
 * Millions of random operations against the naive model: fixed seeds, and a fresh one.
 *
 *   random.t [OPERATIONS [SEED]]     250000 operations a seed; with a seed, only that one
 */
#include <stdio.h>
#include <stdlib.h>

#include "subject.h"

static void run(u64 seed, u64 ops, u32 number)
{
	static struct subject s;
	struct source from = { .seed = seed };

	printf("# seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	subject_start(&s, &from);
	while (s.ops < ops)
		subject_operate(&s);
	subject_stop(&s);
	printf("ok %u - seed %llu: %llu operations, %llu maps, %llu bounced, %llu failed truly, "
	       "%llu by the large pool, %llu left behind\n",
	       number, (unsigned long long)seed, (unsigned long long)s.ops,
	       (unsigned long long)s.maps, (unsigned long long)s.bounces,
	       (unsigned long long)s.fails, (unsigned long long)s.large_served,
	       (unsigned long long)s.lefts);
}

int main(int argc, char **argv)
{
	u64 ops = argc > 1 ? strtoull(argv[1], NULL, 0) : 250000;
	u32 n;

	if (argc > 2) {
		printf("1..1\n");
		run(strtoull(argv[2], NULL, 0), ops, 1);
		return 0;
	}
	printf("1..4\n");
	for (n = 1; n <= 3; n++)
		run(n, ops, n);
	run(xsw_now_ns(), ops, 4);
	return 0;
}
