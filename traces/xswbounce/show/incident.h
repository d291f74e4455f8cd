/* SPDX-License-Identifier: GPL-2.0-only */
/* Incident files: plain text with a first line that names them and a last that proves them whole.
 */
#ifndef XB_INCIDENT_H
#define XB_INCIDENT_H

#include <stdbool.h>
#include <stdio.h>

#include "show/output.h"

struct incident {
	FILE *f;
	char path[800];
	struct output output;
};

/**
 * incident_create() - begin a file
 * Return: false if it can't be written; a warning has said why.
 */
bool incident_create(struct incident *i, const char *path);

/**
 * incident_section() - a heading
 */
void incident_section(struct incident *i, const char *title);

/**
 * incident_copy() - what a file of the kernel's says, or that it can't be read
 */
void incident_copy(struct incident *i, const char *path);

/**
 * incident_close() - seal it and give it its name
 */
bool incident_close(struct incident *i);

bool incident_is(const char *path);

/**
 * incident_print() - print a file after looking whether it is whole
 * Return: the exit status.
 */
int incident_print(const char *path);

#endif /* XB_INCIDENT_H */
