/* SPDX-License-Identifier: GPL-2.0-only */
/* Where functions of the kernel lie: bpf/code.bpf.h. */
#ifndef XB_CODE_H
#define XB_CODE_H

#include <bpf/libbpf.h>

#include "bpf/shared.h"

/**
 * code_measure() - fill in a function's size, from what the kernel shows
 */
void code_measure(struct xb_code *code);

/**
 * code_find() - fill in @n functions
 * @find: the program that finds them, loaded
 */
void code_find(struct xb_code *codes, int n, struct bpf_program *find);

#endif /* XB_CODE_H */
