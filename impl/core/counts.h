/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is counted, per device: how it is kept (a tally on each CPU) and how it is read.
 */
#ifndef XSW_COUNTS_H
#define XSW_COUNTS_H

#include "platform.h"
#include "reason.h"

/**
 * struct xsw_counts - the counters of a device, folded by the reader
 * All are numbers of calls unless they say bytes.
 */
struct xsw_counts {
	u64 maps; /* successful streaming maps, direct and bounced */
	u64 map_bytes;
	u64 bounces[XSW_NR_BOUNCE];        /* successful bounced maps by reason; [NONE] unused */
	u64 bounce_bytes;                  /* requested bytes of the bounced maps */
	u64 copy_in_bytes, copy_out_bytes; /* what was really copied */
	u64 unmaps;
	u64 syncs;              /* sync calls that hit a bounced mapping */
	u64 fails[XSW_NR_FAIL]; /* failed maps by reason; [NONE] unused */
	u64 coherent_allocs, coherent_frees, coherent_fails;
	u64 stray_unmaps; /* unmaps and frees that named no mapping or block of the device */
	u64 late_returns; /* mappings and blocks that came back after their driver had gone */
};

/* Kept on each CPU; xsw_dev_counts() makes struct xsw_counts of it.  All members are u64. */
struct xsw_tally {
	u64 direct, direct_bytes;
	u64 bounces[XSW_NR_BOUNCE], bounce_bytes;
	u64 not_copied_bytes; /* of bounce_bytes: zeroed instead */
	u64 sync_in_bytes, copy_out_bytes;
	u64 unmaps, syncs;
	u64 fails[XSW_NR_FAIL];
	u64 coherent_allocs, coherent_frees, coherent_fails;
	u64 stray_unmaps, late_returns;
};

#endif /* XSW_COUNTS_H */
