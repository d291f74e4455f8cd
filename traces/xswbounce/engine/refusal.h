/* SPDX-License-Identifier: GPL-2.0-only */
/* Why the kernel lets this process load no BPF programs that work, and what still does then. */
#ifndef XB_REFUSAL_H
#define XB_REFUSAL_H

#include <stdbool.h>

/**
 * refusal() - why programs may not be loaded, or would find none of the kernel's tables, in words
 * Return: NULL if they may, and do.
 */
const char *refusal(void);

bool refusal_is_lockdown(void); /* then tracefs is closed, too */

/**
 * refusal_ends() - end with one line if the kernel has no type information (BTF), or refuses
 * @instead: what to use where there is no BTF
 */
void refusal_ends(const char *instead);

/**
 * refusal_ends_look() - the same for what looks at memory, in the place of which the defragmenter's
 * files can be read
 * @instead: which, as what to do
 */
void refusal_ends_look(const char *instead);

#endif /* XB_REFUSAL_H */
