/* SPDX-License-Identifier: GPL-2.0-only */
/* How much of the domain's memory is contiguous in the machine, and where buffers straddle. */
#ifndef XB_CONTIGUITY_H
#define XB_CONTIGUITY_H

#include <stdbool.h>

#include "bpf/contiguity.h"
#include "engine/host.h"

#define CONTIGUITY_MOST_BLOCKS 4096  /* looked at: 8 GiB, a fraction of a second */
#define CONTIGUITY_MAX_BLOCKS  16384 /* the kernel's longest loop */

/* A walk of the P2M: all blocks of 2 MiB, or one in @stride */
struct contiguity {
	struct xb_contiguity count; /* of what was looked at */
	u64 memory_blocks;          /* 2 MiB of PFNs there are */
	u64 blocks, stride;
	double seconds;
	double longest; /* seconds of its longest piece, for which it held a CPU */
};

/* A device's buffers that straddled, in one MiB of the domain's memory */
struct hot_range {
	char device[XB_NAME_LEN];
	bool module; /* it is attached to xen_swiotlb */
	u64 mib;     /* XB_OTHERS_MIB: another domain's page */
	int bits;    /* of the device's mask */
	u64 bounces, bytes;
};

/* Bounces since contiguity_count(), of both backends */
struct straddling {
	u64 straddles, others; /* that did straddle, and that did not */
	u64 lost;              /* that did, in ranges for which there was no room */
};

/**
 * contiguity_start() - load and attach the programs, which count nothing yet; in a PV
 * domain alone
 * @width: frames below 2^width count as low
 */
void contiguity_start(int width);
void contiguity_count(void);  /* bounces, from here on */
void contiguity_follow(void); /* from time to time: the module may come and go */
void contiguity_stop(void);

/**
 * contiguity_walk() - look at the P2M now, in pieces: each holds a CPU for some hundred
 * microseconds
 * @most: blocks of 2 MiB to look at, up to CONTIGUITY_MAX_BLOCKS
 */
void contiguity_walk(struct contiguity *c, u64 most);

/**
 * contiguity_hot() - the ranges in which buffers straddled since then, the hottest first
 * Return: their number; *@ranges is the caller's to free.
 */
int contiguity_hot(struct hot_range **ranges, struct straddling *s);
bool contiguity_counts(void); /* does the kernel tell of bounces? */

#endif /* XB_CONTIGUITY_H */
