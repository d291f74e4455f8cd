/* SPDX-License-Identifier: GPL-2.0-only */
/* What flow.c and flow_sum.c use of the skeleton of flow.bpf.c, for a test without programs. */
#ifndef XSW_TESTS_FLOW_SKEL_H
#define XSW_TESTS_FLOW_SKEL_H

#include <stdbool.h>
#include <bpf/libbpf.h>

#include "bpf/shared.h"

struct flow_bss {
	u64 device_numbers[XB_MAX_DEVICES];
	u64 device_keys[XB_MAX_DEVICES];
	struct xb_caller callers[XB_CALLERS];
	struct xb_watched watched[XB_MAX_WATCHED];
	struct xb_exchanges exchanges;
	struct xb_losses losses;
	u64 calibrated[XB_CALIBRATIONS];
	u64 own_ns, rescued;
	u32 pool_grows;
	bool armed, counting, timing;
};

struct flow_bpf {
	struct {
		struct bpf_map *stats, *sizes, *hists, *guests, *devices;
	} maps;
	struct flow_bss *bss;
	struct bpf_object_skeleton *skeleton;
	struct bpf_object *obj;
	struct {
		struct bpf_program *map_page_end, *map_phys_end, *swiotlb_map_end, *pool_map_end,
			*unmap_single_start, *old_unmap_single_start, *read_cpu_offsets,
			*find_watched, *calibrate_start, *calibrate_end, *machine_init,
			*find_callers, *look_at_callers, *look_at_pool;
	} progs;
	struct {
		bool by_pool, can_cast, want_times, want_copy_times;
		u32 wants;
		struct xb_events module_events;
	} * rodata;
};

struct flow_bpf *flow_bpf__open(void);
void flow_bpf__destroy(struct flow_bpf *skel);

#endif
