/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arithmetic, warnings and the scheduler's breathing space.
 */
#ifndef FAKE_LINUX_KERNEL_H
#define FAKE_LINUX_KERNEL_H

#include <errno.h>
#include <string.h>

#include <linux/compiler.h>
#include <linux/types.h>

#define ARRAY_SIZE(a)           (sizeof(a) / sizeof((a)[0]))
#define ALIGN_DOWN(x, a)        ((x) & ~((__typeof__(x))(a)-1))
#define min_t(type, a, b)       ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define max_t(type, a, b)       ((type)(a) > (type)(b) ? (type)(a) : (type)(b))
#define WARN_ON_ONCE(condition) ((condition) ? fake_warn(#condition) : (void)0)
#define WARN_ONCE(condition, format, ...) \
	((void)(__VA_ARGS__), (condition) ? fake_warn(format) : (void)0)

void fake_warn(const char *what);
void cond_resched(void);

#endif /* FAKE_LINUX_KERNEL_H */
