/* SPDX-License-Identifier: GPL-2.0-only */
/* From programs that were opened and chosen to programs that run: alike for every set of them. */
#ifndef XB_START_H
#define XB_START_H

#include <bpf/libbpf.h>

/**
 * start_load() - hand the programs to the kernel, and run the one that looks at the machine
 * @init: of type syscall; run once
 *
 * Ends with one line if the kernel refuses.
 */
void start_load(struct bpf_object_skeleton *programs, struct bpf_program *init);

/**
 * start_attach() - from here on they are called; ends with one line if they can't be
 */
void start_attach(struct bpf_object_skeleton *programs);

#endif /* XB_START_H */
