/* SPDX-License-Identifier: GPL-2.0-only */
/* What an event is to the flight recorder. */
#ifndef XB_CAUSES_H
#define XB_CAUSES_H

#include <stdbool.h>

#include "engine/host.h"
#include "show/watch_policy.h"

/**
 * causes_take() - let the policy know of a failed mapping or exchange, and of the pool it tells
 *
 * At the time of the event: it may be read much later, while a file is written.
 * Return: whether it is a failure of the module's.
 */
bool causes_take(struct policy *p, const struct host *h, const struct xb_message *m, size_t size);

#endif /* XB_CAUSES_H */
