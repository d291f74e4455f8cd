/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers and names as people read them. */
#ifndef XB_TEXT_H
#define XB_TEXT_H

#include <stddef.h>

#include "bpf/shared.h"

/* Each answer lasts until the eighth next call of any of them. */
const char *text_bytes(u64 bytes);          /* "12.3 MiB" */
const char *text_ns(u64 ns);                /* "4.5 us" */
const char *text_mask(u64 mask);            /* "32" bits */
const char *text_domain(u32 domain);        /* "3", or "own" */
const char *text_comm(const char comm[16]); /* a program's name, which its user chose */

extern const char *const text_reasons[XB_NR_REASONS];
extern const char *const text_fails[XB_NR_FAILS];
extern const char *const text_calls[XB_NR_CALLS];

#endif /* XB_TEXT_H */
