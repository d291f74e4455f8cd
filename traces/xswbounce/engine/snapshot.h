/* SPDX-License-Identifier: GPL-2.0-only */
/* What was mapped before anybody traced: the module's own list. */
#ifndef XB_SNAPSHOT_H
#define XB_SNAPSHOT_H

#include "engine/events.h"

/**
 * snapshot_module() - a message of kind XB_SLOT for each mapping that holds slots of the module's
 * pool now, left behind by its driver or not; none where the module is not loaded
 *
 * A message names its device and the buffer's physical address, unlike one of the stock pool. Its
 * time is that of the map.
 */
bool snapshot_module(events_visitor visit); /* false: it does not tell */

/**
 * snapshot_module_calls() - maps and unmaps that the module has counted since it was loaded
 * @only: a device's name; NULL: all
 */
u64 snapshot_module_calls(const char *only);

#endif /* XB_SNAPSHOT_H */
