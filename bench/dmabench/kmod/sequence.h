/* SPDX-License-Identifier: GPL-2.0-only */
/* A fixed sequence of requests, and where each was placed. */
#ifndef DMABENCH_SEQUENCE_H
#define DMABENCH_SEQUENCE_H

#include <linux/types.h>

#include "buffers.h"
#include "text.h"

#define SEQUENCE_IDS   65536
#define SEQUENCE_SWAPS 16

struct bench;

struct sequence {
	struct request *live; /* by identity; null until the first request */
	struct buffers source;
	struct text result;
	unsigned int line; /* of the lines read so far */
	unsigned int swaps;
	unsigned int swapped[SEQUENCE_SWAPS][2]; /* pages of the source, to be undone */
};

/**
 * sequence_line - carry out one line
 * @bench: the device, its lock held
 * @line: without its newline, changed by the call
 *
 * Sleeps. What a map got is appended to the result.
 * Return: 0, or an error after which the result names the line.
 */
int sequence_line(struct bench *bench, char *line);

/* Unmap all that is not leaked, forget the result and begin anew. */
void sequence_reset(struct bench *bench);

#endif
