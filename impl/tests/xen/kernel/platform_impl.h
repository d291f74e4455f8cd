/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What impl/xen needs of the engine's platform: the kernel's types, and the P2M as it is read
 * in the kernel.
 */
#ifndef FAKE_PLATFORM_IMPL_H
#define FAKE_PLATFORM_IMPL_H

#include <linux/kernel.h>
#include <linux/types.h>

/* marks for sparse, which looks at the kernel alone */
#define __percpu
#define __rcu
#define __releases(lock)

#include "../../../xen/p2m.h"

#endif /* FAKE_PLATFORM_IMPL_H */
