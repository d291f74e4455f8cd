/* SPDX-License-Identifier: GPL-2.0-only */
/* From programs that were opened and chosen to programs that run: alike for every set of them. */
#ifndef XB_START_H
#define XB_START_H

#include <stdbool.h>
#include <bpf/libbpf.h>

/**
 * start_load() - load what was chosen, and run what finds the machine's addresses
 * start_attach() - attach it
 *
 * Return: false if the kernel refuses: choose again, for now each function is tried by itself. If
 * it refuses then, too, the tool ends with one line.
 */
bool start_load(struct bpf_object_skeleton *programs, struct bpf_program *init);
bool start_attach(struct bpf_object_skeleton *programs);

/**
 * start_trim() - give back the MiB that loading programs took: a tool may run for months
 */
void start_trim(void);

#endif /* XB_START_H */
