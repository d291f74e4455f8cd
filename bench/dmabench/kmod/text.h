/* SPDX-License-Identifier: GPL-2.0-only */
/* A growing text: what a debugfs file of dmabench gives when it is read. */
#ifndef DMABENCH_TEXT_H
#define DMABENCH_TEXT_H

#include <linux/types.h>

struct text {
	char *at;
	size_t len, room;
	bool lost; /* no memory: the text is not whole */
};

/**
 * text_printf - append to a text
 * @t: the text, all zero before its first use
 *
 * Sleeps. When memory runs out, @t->lost is set and what does not fit is dropped.
 */
__printf(2, 3) void text_printf(struct text *t, const char *format, ...);

/* Empty a text, keeping its memory. */
void text_clear(struct text *t);

/* Give its memory back. */
void text_free(struct text *t);

/**
 * text_read - serve read(2) from a text
 *
 * Return: bytes copied, -EFAULT, or -ENOMEM when the text was not whole.
 */
ssize_t text_read(const struct text *t, char __user *to, size_t count, loff_t *pos);

#endif
