/* SPDX-License-Identifier: GPL-2.0-only */
/* What engine/occupancy.c uses of the skeleton of occupancy.bpf.c, for a test without programs. */
#ifndef XSW_TESTS_OCCUPANCY_SKEL_H
#define XSW_TESTS_OCCUPANCY_SKEL_H

#include <bpf/libbpf.h>

#include "bpf/occupancy.h"

struct occupancy_bss {
	struct xb_occupancy occupancies[XB_OCCUPANCY_DEVICES];
	struct xb_occupied pools[XB_OCCUPANCY_POOLS];
	u64 device_numbers[XB_OCCUPANCY_DEVICES];
	u64 seen_used;
	u32 parity, pool_grows;
	struct xb_losses losses;
	bool armed;
};

struct occupancy_bpf {
	struct bpf_object_skeleton *skeleton;
	struct bpf_object *obj;
	struct {
		struct bpf_map *devices;
	} maps;
	struct {
		struct bpf_program *claimed, *map_page_end, *map_phys_end, *swiotlb_map_end,
			*map_page_start, *map_phys_start, *swiotlb_map_start, *calibrate_start,
			*calibrate_end, *old_unmap_single, *unmap_single, *machine_init,
			*find_counters, *look_at_use;
	} progs;
	struct occupancy_bss *bss;
	struct {
		bool can_cast;
		struct xb_events module_events;
	} * rodata;
};

static inline struct occupancy_bpf *occupancy_bpf__open(void)
{
	return NULL;
}

static inline void occupancy_bpf__destroy(struct occupancy_bpf *skel)
{
	(void)skel;
}

#endif
