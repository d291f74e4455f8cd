/* SPDX-License-Identifier: GPL-2.0-only */
/* Bounces by device as tracefs counts them, for kernels that no program of ours fits. */
#ifndef XB_TRACEFS_H
#define XB_TRACEFS_H

#include "engine/flow.h"

/**
 * tracefs_start() - begin to count; ends with one line if this kernel can't, and says what is
 * not seen this way
 */
void tracefs_start(const struct host *host, const char *why);

void tracefs_follow(void); /* see whether the module came: some times a second */

/**
 * tracefs_read() - the rows of the devices that bounced since the start
 * @only: a device's name; NULL: every one
 *
 * Of a row's counters only bounces and their bytes are known, and of the module what failed; what
 * was copied is what went in at the map.
 */
void tracefs_read(struct flow_state *state, const char *only);

void tracefs_stop(void);

#endif /* XB_TRACEFS_H */
