/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's integer types.
 */
#ifndef FAKE_LINUX_TYPES_H
#define FAKE_LINUX_TYPES_H

#include_next <linux/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef unsigned int gfp_t;

struct page;
struct mutex;

#endif /* FAKE_LINUX_TYPES_H */
