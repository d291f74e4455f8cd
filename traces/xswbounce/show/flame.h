/* SPDX-License-Identifier: GPL-2.0-only */
/* Folded stacks, and a flame graph of them as SVG. */
#ifndef XB_FLAME_H
#define XB_FLAME_H

#include <stdio.h>

#include "bpf/shared.h"

/**
 * flame_add() - one stack, outermost frame first, with its weight
 */
void flame_add(const char *const *frames, int n, u64 weight);

/**
 * flame_draw() - write all that was added as one SVG
 * @unit: of the weights, for the labels
 */
void flame_draw(FILE *f, const char *title, const char *unit);

#endif /* XB_FLAME_H */
