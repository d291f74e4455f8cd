/* SPDX-License-Identifier: GPL-2.0-only */
/* Mappings held to fill the pool to a share, in a layout that a seed decides. */
#ifndef DMABENCH_HOLD_H
#define DMABENCH_HOLD_H

#include <linux/types.h>

#include "buffers.h"
#include "text.h"

struct bench;

struct hold {
	struct held *held; /* in the order of mapping */
	unsigned int n;
	struct buffers source; /* all of them map this one buffer */
	struct text result;
};

/**
 * hold_run - drop what is held, then hold anew
 * @bench: the device, its lock held
 * @line: 'key=value' words: percent, slots, seed, mix; changed by the call
 *
 * The plan depends on the line alone, so two backends are given the same. The result is left as
 * a JSON object. Sleeps.
 * Return: 0, -EINVAL for a bad line, -EINTR when killed, another error.
 */
int hold_run(struct bench *bench, char *line);

/* Unmap all that is held. */
void hold_drop(struct bench *bench);

#endif
