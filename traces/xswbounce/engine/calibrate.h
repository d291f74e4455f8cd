/* SPDX-License-Identifier: GPL-2.0-only */
/* What timing a call costs by itself, so that latencies can be told net of it. */
#ifndef XB_CALIBRATE_H
#define XB_CALIBRATE_H

#include <bpf/libbpf.h>

#include "bpf/shared.h"

/**
 * calibrate() - time an empty function of the kernel with the programs that time the real ones
 * @start: and @end: loaded, not attached; detached again on return, to stay so
 * @samples: XB_CALIBRATIONS durations that @end fills in
 * Return: nanoseconds, the median; 0 where the kernel has no such function.
 */
u64 calibrate(struct bpf_program *start, struct bpf_program *end, u64 *samples);

#endif /* XB_CALIBRATE_H */
