// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads a sysfs file's text from a snapshot, so that readers at the same time don't tear it.
 *
 * sysfs tells of reads but not of open and close: a snapshot belongs to the open file that read
 * last from the start.
 */
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "snapshot.h"

#define TEXT_MOST SZ_16M

static void drop(struct xsw_snapshot *s)
{
	kvfree(s->text);
	*s = (struct xsw_snapshot){};
}

/* The snapshot of @reader, or one that is free, or the oldest, made free */
static struct xsw_snapshot *snapshot_of(struct xsw_snapshot_file *f, const struct file *reader)
{
	struct xsw_snapshot *s, *oldest = f->kept;

	for (s = f->kept; s < f->kept + XSW_SNAPSHOTS; s++) {
		if (s->reader == reader)
			return s;
		if (s->taken < oldest->taken)
			oldest = s;
	}
	drop(oldest);
	return oldest;
}

static int take(struct xsw_snapshot_file *f, struct xsw_snapshot *s, const struct file *reader)
{
	struct seq_buf b;
	size_t room;

	drop(s);
	for (room = SZ_8K; room <= TEXT_MOST; room *= 2) {
		char *text = kvmalloc(room, GFP_KERNEL);

		if (!text)
			return -ENOMEM;
		seq_buf_init(&b, text, room);
		f->print(&b);
		if (!seq_buf_has_overflowed(&b)) {
			*s = (struct xsw_snapshot){ reader, text, seq_buf_used(&b), ++f->count };
			return 0;
		}
		kvfree(text);
	}
	return -EFBIG;
}

ssize_t xsw_snapshot_read(struct file *file, struct kobject *kobj, xsw_bin_attribute *attr,
			  char *to, loff_t at, size_t size)
{
	struct xsw_snapshot_file *f = attr->private;
	struct xsw_snapshot *s;
	ssize_t n = 0;

	mutex_lock(&f->lock);
	s = snapshot_of(f, file);
	if (!at || !s->reader)
		n = take(f, s, file);
	if (!n)
		n = memory_read_from_buffer(to, size, &at, s->text, s->length);
	if (!n)
		drop(s);
	mutex_unlock(&f->lock);
	return n;
}

void xsw_snapshots_free(struct xsw_snapshot_file *f)
{
	struct xsw_snapshot *s;

	for (s = f->kept; s < f->kept + XSW_SNAPSHOTS; s++)
		drop(s);
}
