/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs that are loaded at the start, but attached for a part of the time only. */
#ifndef XB_PART_H
#define XB_PART_H

#include <stdbool.h>
#include <bpf/libbpf.h>

#define PART_MOST 12

struct part {
	struct bpf_program *programs[PART_MOST];
	struct bpf_link *links[PART_MOST];
	int n;
	bool on;
};

/**
 * part_add() - a program that will be loaded: it is not attached with the others
 */
void part_add(struct part *part, struct bpf_program *program);

/**
 * part_switch() - attach all, or none; ends with one line if one can't be
 */
void part_switch(struct part *part, bool on);

#endif /* XB_PART_H */
