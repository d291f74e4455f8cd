/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes room in the maps of held.bpf.c, for a tool that runs for long. */
#ifndef XB_HELD_SWEEP_H
#define XB_HELD_SWEEP_H

#include <bpf/libbpf.h>

struct held_maps {
	struct bpf_map *stacks, *sites, *devices, *balance;
};

/**
 * held_sweep_maps() - where half of the stacks or of the sites are taken, forget those from which
 * nothing is live; where devices are many, those that are gone and hold nothing
 */
void held_sweep_maps(const struct held_maps *maps);

#endif /* XB_HELD_SWEEP_H */
