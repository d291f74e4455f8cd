/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of the kernel's functions. */
#ifndef XB_SYMBOLS_H
#define XB_SYMBOLS_H

#include "xswbounce.h"

/**
 * symbol() - the function an address lies in
 * Return: its name, with "[module]" behind it if it is a module's; "?" if not known.
 */
const char *symbol(u64 address);

/**
 * symbol_frames() - leave out the innermost frames that belong to the tracing itself
 * Return: how many of the @n addresses to skip.
 */
int symbol_frames(const u64 *addresses, int n);

#endif /* XB_SYMBOLS_H */
