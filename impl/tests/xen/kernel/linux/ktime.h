/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The clock.
 */
#ifndef FAKE_LINUX_KTIME_H
#define FAKE_LINUX_KTIME_H

#include <linux/types.h>

u64 ktime_get_ns(void);

#endif /* FAKE_LINUX_KTIME_H */
