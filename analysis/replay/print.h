/* SPDX-License-Identifier: GPL-2.0-only */
/* The result of a replay as JSON; analysis/replay/README.md says what each member means. */
#ifndef REPLAY_PRINT_H
#define REPLAY_PRINT_H

#include "load.h"

struct run_cost {
	double seconds; /* of the processor */
	u64 events, bytes, peak_kib;
};

void print_result(FILE *f, const struct load *l, const struct pools *pools,
		  const struct run_cost *cost);

#endif /* REPLAY_PRINT_H */
