/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions of the kernel that call the one for a single buffer, or have it inline: callers.bpf.h.
 */
#ifndef XB_CALLERS_H
#define XB_CALLERS_H

#include <stdbool.h>
#include <bpf/libbpf.h>

#include "bpf/shared.h"

/**
 * callers_look() - fill in which of them call
 * @find, @look: the two programs, loaded
 */
void callers_look(struct xb_caller *callers, struct bpf_program *find, struct bpf_program *look);

/**
 * callers_warn() - say, once, what is not seen for that; of unmaps, which have another hook,
 * nothing
 * @syncs: they are looked at, too, and not only maps
 */
void callers_warn(const struct xb_caller *callers, bool syncs);

#endif /* XB_CALLERS_H */
