/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs that step in where the kernel leaves one out: see nested.bpf.h. */
#ifndef XB_NESTED_H
#define XB_NESTED_H

#include <bpf/libbpf.h>

#include "bpf/shared.h"

/**
 * nested_watch() - let the second programs know when the first are running; where this kernel
 * does not tell, they never step in, and what is lost is told as lost
 * @firsts: loaded, or not used; NULL: this tool has none
 */
void nested_watch(struct xb_watched watched[XB_MAX_WATCHED],
		  struct bpf_program *const firsts[XB_MAX_WATCHED],
		  struct bpf_program *read_offsets, struct bpf_program *find);

/**
 * nested_lost() - calls that neither a first program nor its second has counted
 * @starts: programs that only take the time of a start: what they miss is told by its end
 * @most: the most that was told before, at first 0
 *
 * It never falls: the counts are not read at one instant.
 */
u64 nested_lost(const struct bpf_object *programs, const u64 *rescued,
		struct bpf_program *const *starts, int nr_starts, u64 *most);

#endif /* XB_NESTED_H */
