/* SPDX-License-Identifier: GPL-2.0-only */
/* What an event is to the flight recorder. */
#ifndef XB_CAUSES_H
#define XB_CAUSES_H

#include "engine/host.h"
#include "show/watch_policy.h"

/**
 * causes_take() - let the policy know of a failed mapping or exchange, and of the pool it tells
 *
 * At the time of the event: it may be read much later, while a file is written.
 */
void causes_take(struct policy *p, const struct host *h, const struct xb_message *m, size_t size);

/**
 * causes_count() - let it know of what the module's counters have and no event has told
 *
 * What failed while no program of ours was attached to the module is in its counters alone. It must
 * be so for some looks: counts and events do not come at one instant.
 */
void causes_count(struct policy *p, double now);

/**
 * causes_follow() - see whether the module was loaded anew: its counters begin at zero
 *
 * After each events_follow(), what was told before being read: so no event of one load is taken for
 * another's.
 */
void causes_follow(void);

#endif /* XB_CAUSES_H */
