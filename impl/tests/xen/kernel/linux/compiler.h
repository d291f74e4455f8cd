/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Annotations.
 */
#ifndef FAKE_LINUX_COMPILER_H
#define FAKE_LINUX_COMPILER_H

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#define __iomem
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))

#endif /* FAKE_LINUX_COMPILER_H */
