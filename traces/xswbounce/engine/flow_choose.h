/* SPDX-License-Identifier: GPL-2.0-only */
/* Which programs of flow.bpf.c fit this kernel, and which are attached for a part of the time. */
#ifndef XB_FLOW_CHOOSE_H
#define XB_FLOW_CHOOSE_H

#include <stdbool.h>

#include "engine/flow.h"
#include "engine/part.h"

struct flow_bpf;

struct flow_chosen {
	struct part timers;             /* while latencies are taken */
	struct part counters;           /* while maps are counted */
	struct part stand_ins;          /* while calls are missed */
	struct part counters_stand_ins; /* likewise, of the counters */

	struct bpf_program *starts[PART_MOST]; /* those that only take the start of a map */
	int nr_starts;
	bool counts_maps; /* not only those that bounce */
};

/**
 * flow_choose() - choose the programs that count, before they are loaded; ends with one line if
 * none counts bounces here
 */
void flow_choose(struct flow_bpf *programs, const struct host *where,
		 const struct flow_options *wanted, struct flow_chosen *result);

#endif /* XB_FLOW_CHOOSE_H */
