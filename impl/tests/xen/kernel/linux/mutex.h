/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mutexes: one thread runs, so all there is to check is that they pair.
 */
#ifndef FAKE_LINUX_MUTEX_H
#define FAKE_LINUX_MUTEX_H

#include <linux/types.h>

struct mutex {
	bool locked;
};

#define DEFINE_MUTEX(name) struct mutex name

void mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);

#endif /* FAKE_LINUX_MUTEX_H */
