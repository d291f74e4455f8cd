/* SPDX-License-Identifier: GPL-2.0-only */
/* The folder of incident files: how many are kept, over restarts too. */
#ifndef XB_INCIDENT_FILES_H
#define XB_INCIDENT_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "show/watch_policy.h"

/**
 * incident_files_make_room() - delete the oldest file if there are @most already
 *
 * The larger half of them is kept for failures: no number of other files takes these places.
 * Return: false if a file of this kind has no place.
 */
bool incident_files_make_room(const char *folder, enum cause_kind kind, int most);

/**
 * incident_files_name() - a name by time, process and kind that is not taken yet
 */
void incident_files_name(const char *folder, enum cause_kind kind, char *path, size_t size);

#endif /* XB_INCIDENT_FILES_H */
