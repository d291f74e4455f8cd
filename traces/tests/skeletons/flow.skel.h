/* SPDX-License-Identifier: GPL-2.0-only */
/* What flow_sum.c uses of the skeleton of flow.bpf.c, for a test without programs. */
#ifndef XSW_TESTS_FLOW_SKEL_H
#define XSW_TESTS_FLOW_SKEL_H

#include "bpf/shared.h"

struct flow_bss {
	u64 device_numbers[XB_MAX_DEVICES];
	u64 device_keys[XB_MAX_DEVICES];
};

struct flow_bpf {
	struct {
		struct bpf_map *stats, *sizes, *hists, *guests, *devices;
	} maps;
	struct flow_bss *bss;
};

#endif
