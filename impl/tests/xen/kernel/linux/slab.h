/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arrays from the kernel's heap.
 */
#ifndef FAKE_LINUX_SLAB_H
#define FAKE_LINUX_SLAB_H

#include <linux/gfp.h>
#include <linux/types.h>

void *kvzalloc(size_t size, gfp_t gfp);
void *kvmalloc_array(size_t n, size_t size, gfp_t gfp);
void kvfree(void *p);

#endif /* FAKE_LINUX_SLAB_H */
