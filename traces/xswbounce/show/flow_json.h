/* SPDX-License-Identifier: GPL-2.0-only */
/* The counters of flow.h as JSON, the same in every subcommand. */
#ifndef XB_FLOW_JSON_H
#define XB_FLOW_JSON_H

#include "engine/flow.h"

void json_flow_row(const struct flow_state *state,
		   const struct flow_row *row);      /* members of an object already open */
void json_flow_rest(const struct flow_state *state); /* exchanges and what was lost */
void json_flow_guests(const struct flow_state *state);

#endif /* XB_FLOW_JSON_H */
