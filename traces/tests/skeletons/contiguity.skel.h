/* SPDX-License-Identifier: GPL-2.0-only */
/* What engine/contiguity.c uses of the skeleton of contiguity.bpf.c, for a test without programs.
 */
#ifndef XSW_TESTS_CONTIGUITY_SKEL_H
#define XSW_TESTS_CONTIGUITY_SKEL_H

#include <bpf/libbpf.h>

#include "bpf/contiguity.h"

struct contiguity_bss {
	u64 low_limit, p2m, first, blocks, stride, straddles, others, lost;
	bool armed;
	struct xb_contiguity contiguity;
};

struct contiguity_bpf {
	struct bpf_object *obj;
	struct bpf_object_skeleton *skeleton;
	struct {
		struct bpf_map *ranges, *names;
	} maps;
	struct {
		struct bpf_program *bounced, *machine_init, *m2p_init, *walk;
	} progs;
	struct contiguity_bss *bss;
	struct {
		bool can_cast;
		struct xb_events module_events;
	} * rodata;
};

struct contiguity_bpf *contiguity_bpf__open(void);

static inline void contiguity_bpf__destroy(struct contiguity_bpf *skel)
{
	(void)skel;
}

#endif
