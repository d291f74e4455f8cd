/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes a buffer that is contiguous in PFN scattered in machine memory. */
#ifndef DMABENCH_SCATTER_H
#define DMABENCH_SCATTER_H

struct page;

/**
 * scatter_swap - let two pages swap their machine frames
 * @a, @b: pages of the caller's own, used by nobody else meanwhile
 *
 * Done again, it is undone. In a Xen PV domain only.
 * Return: 0, or an error.
 */
int scatter_swap(struct page *a, struct page *b);

#endif
