/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which pages are online: see linux/mm.h.
 */
#ifndef FAKE_LINUX_MEMORY_HOTPLUG_H
#define FAKE_LINUX_MEMORY_HOTPLUG_H

#include <linux/mm.h>

#endif /* FAKE_LINUX_MEMORY_HOTPLUG_H */
