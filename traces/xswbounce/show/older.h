/* SPDX-License-Identifier: GPL-2.0-only */
/* What holds slots, but was mapped before the programs of held.bpf.c were there to see it. */
#ifndef XB_OLDER_H
#define XB_OLDER_H

#include <stdio.h>

#include "engine/host.h"

#define OLDER_MAX (XB_MAX_DEVICES + 1)

struct older {
	const char *backend;
	struct xb_device device; /* of the stock pool: not known, no name */
	u64 count;               /* mappings; stock: not known, 0 */
	u64 bytes;               /* stock: in whole slots */
	u64 oldest_ns;           /* age; stock: not known, 0 */
	bool or_lost;            /* some of it may be younger, and was not followed */
};

/**
 * older_find() - what the pools hold now less what is known to be live: of the stock pool as a
 * whole, of the module's by device
 * Return: how many of @list are filled in.
 */
int older_find(const struct host *host, struct older list[OLDER_MAX]);

void older_print(FILE *f, const struct older *o); /* one line */
void older_json(const struct older *o);           /* an object in an array */

#endif /* XB_OLDER_H */
