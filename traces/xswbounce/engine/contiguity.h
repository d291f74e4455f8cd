/* SPDX-License-Identifier: GPL-2.0-only */
/* How much of the domain's memory is contiguous in the machine, and where buffers straddle. */
#ifndef XB_CONTIGUITY_H
#define XB_CONTIGUITY_H

#include <stdbool.h>

#include "bpf/contiguity.h"
#include "engine/host.h"

/* A walk of the P2M: all blocks of 2 MiB, or one in @stride */
struct contiguity {
	struct xb_contiguity count; /* of what was looked at */
	u64 memory_blocks;          /* 2 MiB of PFNs there are */
	u64 blocks, stride;
	double seconds;
};

/* A device's buffers that straddled, in one MiB of the domain's memory */
struct hot_range {
	char device[XB_NAME_LEN];
	u64 mib;
	u64 bounces, bytes;
};

/* Bounces since the start. */
struct straddling {
	u64 straddles, others; /* that did straddle, and that did not */
	u64 lost;              /* that did, in ranges for which there was no room */
};

/**
 * contiguity_start() - load the programs and count bounces from here on
 * @width: frames below 2^width count as low
 */
void contiguity_start(const struct host *h, int width);
void contiguity_stop(void);

void contiguity_walk(struct contiguity *c); /* now */

/**
 * contiguity_hot() - the ranges in which buffers straddled since the start, the hottest first
 * Return: their number; *@ranges is the caller's to free.
 */
int contiguity_hot(struct hot_range **ranges, struct straddling *s);
bool contiguity_counts(void); /* does the kernel tell of bounces? */

#endif /* XB_CONTIGUITY_H */
