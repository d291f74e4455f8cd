/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of the kernel's functions. */
#ifndef XB_SYMBOLS_H
#define XB_SYMBOLS_H

#include <bpf/libbpf.h>

#include "bpf/shared.h"

/**
 * symbol_stack() - the addresses of a stack that a program took, innermost first
 * @stack: what the program was given for it; negative: none
 * Return: their number.
 */
int symbol_stack(struct bpf_map *stacks, int stack, u64 addresses[XB_STACK_DEPTH]);

/**
 * symbol() - the function an address lies in
 * Return: its name, with "[module]" behind it if it is a module's; the address if it is not known.
 */
const char *symbol(u64 address);

void symbol_renew(void); /* read the names again if a module came or went */

/**
 * symbol_frames() - leave out the innermost frames that belong to the tracing itself
 * Return: how many of the @n addresses to skip.
 */
int symbol_frames(const u64 *addresses, int n);

#endif /* XB_SYMBOLS_H */
