// SPDX-License-Identifier: GPL-2.0-only
/* A growing text in kernel memory. */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "text.h"

#define TEXT_STEP 16384

static bool text_grow(struct text *t, size_t need)
{
	size_t room = t->room;
	char *at;

	while (room < t->len + need)
		room = room ? 2 * room : TEXT_STEP;
	at = kvmalloc(room, GFP_KERNEL);
	if (!at)
		return false;
	if (t->len)
		memcpy(at, t->at, t->len);
	kvfree(t->at);
	t->at = at;
	t->room = room;
	return true;
}

void text_printf(struct text *t, const char *format, ...)
{
	va_list args;
	size_t need;

	va_start(args, format);
	need = vsnprintf(NULL, 0, format, args) + 1;
	va_end(args);
	if (t->lost || (t->len + need > t->room && !text_grow(t, need))) {
		t->lost = true;
		return;
	}
	va_start(args, format);
	t->len += vscnprintf(t->at + t->len, t->room - t->len, format, args);
	va_end(args);
}

void text_clear(struct text *t)
{
	t->len = 0;
	t->lost = false;
}

void text_free(struct text *t)
{
	kvfree(t->at);
	memset(t, 0, sizeof(*t));
}

ssize_t text_read(const struct text *t, char __user *to, size_t count, loff_t *pos)
{
	if (t->lost)
		return -ENOMEM;
	return simple_read_from_buffer(to, count, pos, t->at, t->len);
}
