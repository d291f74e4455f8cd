/* SPDX-License-Identifier: GPL-2.0-only */
/* Why the kernel lets this process load no BPF programs, and what still works then. */
#ifndef XB_REFUSAL_H
#define XB_REFUSAL_H

#include <stdbool.h>

/**
 * refusal() - why programs may not be loaded, in words
 * Return: NULL if they may.
 */
const char *refusal(void);

bool refusal_is_lockdown(void); /* then tracefs is closed, too */

/**
 * refusal_ends() - end with one line if the kernel has no type information (BTF), or refuses
 * @instead: what to use where there is no BTF
 */
void refusal_ends(const char *instead);

#endif /* XB_REFUSAL_H */
