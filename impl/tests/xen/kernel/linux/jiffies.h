/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tick.
 */
#ifndef FAKE_LINUX_JIFFIES_H
#define FAKE_LINUX_JIFFIES_H

#define HZ                  250
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)

extern unsigned long jiffies;

#endif /* FAKE_LINUX_JIFFIES_H */
