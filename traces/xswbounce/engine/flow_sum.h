/* SPDX-License-Identifier: GPL-2.0-only */
/* Sums what flow.bpf.c has counted on each CPU: a row a device, and the guests. */
#ifndef XB_FLOW_SUM_H
#define XB_FLOW_SUM_H

#include "engine/flow.h"

struct flow_bpf;

/**
 * flow_sum() - the rows and guests of @state, from the maps of @programs
 */
void flow_sum(struct flow_bpf *programs, const struct host *where,
	      const struct flow_options *wanted, struct flow_state *state);

#endif /* XB_FLOW_SUM_H */
