/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sysfs files that may be longer than a page: binary ones, read from a snapshot of their text.
 */
#ifndef XSW_KMOD_SNAPSHOT_H
#define XSW_KMOD_SNAPSHOT_H

#include <linux/mutex.h>
#include <linux/seq_buf.h>
#include <linux/stringify.h>
#include <linux/sysfs.h>

#include "../compat/sysfs.h"

#define XSW_SNAPSHOTS 16

struct xsw_snapshot {
	const struct file *reader; /* NULL: free */
	char *text;
	size_t length;
	u64 taken; /* by a count of all: the smallest is the oldest */
};

/**
 * struct xsw_snapshot_file - one such file
 * @print: writes all of the text; called again with more room if it did not fit
 *
 * Each open file reads a text of its own, which is made when it reads from the start and freed at
 * its end.  Of readers that stop before the end only the last XSW_SNAPSHOTS are remembered.
 */
struct xsw_snapshot_file {
	void (*print)(struct seq_buf *to);
	struct mutex lock;
	struct xsw_snapshot kept[XSW_SNAPSHOTS];
	u64 count;
};

/* @file_attr and @file_snapshots of a file named @file */
#define XSW_SNAPSHOT_FILE(file, printer)                             \
	static struct xsw_snapshot_file file##_snapshots = {         \
		.print = printer,                                    \
		.lock = __MUTEX_INITIALIZER(file##_snapshots.lock),  \
	};                                                           \
	static struct bin_attribute file##_attr = {                  \
		.attr = { .name = __stringify(file), .mode = 0444 }, \
		.private = &file##_snapshots,                        \
		.read = xsw_snapshot_read,                           \
	}

ssize_t xsw_snapshot_read(struct file *file, struct kobject *kobj, xsw_bin_attribute *attr,
			  char *to, loff_t at, size_t size);

/** xsw_snapshots_free() - when the file is gone */
void xsw_snapshots_free(struct xsw_snapshot_file *f);

#endif /* XSW_KMOD_SNAPSHOT_H */
