/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads a line of 'key=value' words into a struct, by a table. */
#ifndef DMABENCH_OPTIONS_H
#define DMABENCH_OPTIONS_H

#include <linux/types.h>

#include "text.h"

struct option {
	const char *key;
	size_t offset; /* of an unsigned int in the struct that is filled */
	unsigned int min, max;
	const char *const *words; /* if set: the value is a word, its index is stored */
};

/**
 * options_read - fill a struct from a line
 * @line: the words, changed by the call
 * @table: what is known, ended by a null key
 * @to: the struct, holding the defaults
 * @error: takes one line that says what is wrong, as a JSON object
 *
 * Return: 0, or -EINVAL with @error written.
 */
int options_read(char *line, const struct option *table, void *to, struct text *error);

#endif
