/* SPDX-License-Identifier: GPL-2.0-only */
/* A tracing instance of our own, removed however this process ends. */
#ifndef XB_INSTANCE_H
#define XB_INSTANCE_H

#include <stdbool.h>
#include <stdio.h>

/**
 * instance_find_root() - is there a tracefs?  Asked before all else.
 */
bool instance_find_root(void);
FILE *instance_open_root(const char *event, const char *file); /* beside all instances, to read */

/**
 * instance_begin() - make it, and remove what runs that were killed had left
 * @its_events: those that may get triggers, up to NULL; ends with one line if it can't be made
 */
void instance_begin(const char *const *its_events);

/**
 * instance_trigger() - set a trigger; ends with one line if the kernel refuses it
 */
void instance_trigger(const char *event, const char *trigger);
FILE *instance_open(const char *event, const char *file, const char *mode);

void instance_end(void);

#endif /* XB_INSTANCE_H */
