// SPDX-License-Identifier: GPL-2.0-only
/* What timing a call costs by itself. */
#include <stdlib.h>
#include <bpf/bpf.h>

#include "engine/calibrate.h"
#include "bpf/shared.h"

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

u64 calibrate(struct bpf_program *start, struct bpf_program *end, u64 *samples)
{
	struct bpf_link *first = bpf_program__attach(start), *second = bpf_program__attach(end);
	u64 median = 0;
	int i;

	if (first && second) {
		/* test-running any of the two calls the function that both hang on */
		for (i = 0; i < XB_CALIBRATIONS; i++)
			bpf_prog_test_run_opts(bpf_program__fd(start), NULL);
		qsort(samples, XB_CALIBRATIONS, sizeof(*samples), compare);
		median = samples[XB_CALIBRATIONS / 2];
	}
	bpf_link__destroy(first);
	bpf_link__destroy(second);
	bpf_program__set_autoattach(start, false);
	bpf_program__set_autoattach(end, false);
	return median;
}
