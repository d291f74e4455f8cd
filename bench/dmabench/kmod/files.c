// SPDX-License-Identifier: GPL-2.0-only
/*
 * The debugfs files of dmabench, described in bench/dmabench/README.md.
 *
 * /sys/kernel/debug/dmabench/machine           the clock and the memory routines
 * /sys/kernel/debug/dmabench/BDF/device        which backend serves the device
 * /sys/kernel/debug/dmabench/BDF/cell          write: measure; read: the result
 * /sys/kernel/debug/dmabench/BDF/hold          write: fill the pool; read: how full
 * /sys/kernel/debug/dmabench/BDF/sequence      write: requests; read: where they lie
 */
#include <linux/debugfs.h>
#include <linux/dma-map-ops.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/swiotlb.h>

#include "bench.h"
#include "cell.h"
#include "clock.h"
#include "copycode.h"
#include "files.h"

#define LINE_MOST     1024
#define SEQUENCE_MOST (1 << 20)

static struct dentry *root;

static ssize_t machine_read(struct file *file, char __user *to, size_t count, loff_t *pos)
{
	struct text t = {};
	ssize_t n;

	text_printf(&t, "{");
	clock_describe(&t);
	text_printf(&t, ",");
	copycode_describe(&t);
	text_printf(&t, "}\n");
	n = text_read(&t, to, count, pos);
	text_free(&t);
	return n;
}

static ssize_t device_read(struct file *file, char __user *to, size_t count, loff_t *pos)
{
	struct bench *bench = file->private_data;
	const struct dma_map_ops *ops = get_dma_ops(bench->dev);
	struct text t = {};
	ssize_t n;

	text_printf(&t, "{\"bdf\":\"%s\",\"iommu\":%s", dev_name(bench->dev),
		    device_iommu_mapped(bench->dev) ? "true" : "false");
	/* the name of a function tells whose: the table itself may be anonymous memory */
	if (ops && ops->alloc)
		text_printf(&t, ",\"ops\":\"%ps\"", ops->alloc);
	else
		text_printf(&t, ",\"ops\":null");
	text_printf(&t, ",\"max_mapping_bytes\":%zu}\n", dma_max_mapping_size(bench->dev));
	n = text_read(&t, to, count, pos);
	text_free(&t);
	return n;
}

static ssize_t with_line(struct bench *bench, const char __user *from, size_t count,
			 int (*run)(struct bench *bench, char *line))
{
	char *line;
	int rc;

	if (count > LINE_MOST)
		return -EINVAL;
	line = memdup_user_nul(from, count);
	if (IS_ERR(line))
		return PTR_ERR(line);
	rc = mutex_lock_killable(&bench->lock);
	if (!rc) {
		rc = run(bench, line);
		mutex_unlock(&bench->lock);
	}
	kfree(line);
	return rc ?: count;
}

static ssize_t locked_read(struct bench *bench, const struct text *t, char __user *to, size_t count,
			   loff_t *pos)
{
	ssize_t n;

	if (mutex_lock_killable(&bench->lock))
		return -EINTR;
	n = text_read(t, to, count, pos);
	mutex_unlock(&bench->lock);
	return n;
}

static ssize_t cell_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	return with_line(file->private_data, from, count, cell_run);
}

static ssize_t cell_read(struct file *file, char __user *to, size_t count, loff_t *pos)
{
	struct bench *bench = file->private_data;

	return locked_read(bench, &bench->cell_result, to, count, pos);
}

static ssize_t hold_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	return with_line(file->private_data, from, count, hold_run);
}

static ssize_t hold_read(struct file *file, char __user *to, size_t count, loff_t *pos)
{
	struct bench *bench = file->private_data;

	return locked_read(bench, &bench->hold.result, to, count, pos);
}

/* Whole lines are carried out; a part of one at the end is left for the next write. */
static ssize_t sequence_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	struct bench *bench = file->private_data;
	char *lines, *at, *line;
	ssize_t done = 0;
	int rc = 0;

	count = min_t(size_t, count, SEQUENCE_MOST);
	lines = memdup_user_nul(from, count);
	if (IS_ERR(lines))
		return PTR_ERR(lines);
	at = lines;
	rc = mutex_lock_killable(&bench->lock);
	if (rc)
		goto out;
	while (!rc && strchr(at, '\n')) {
		line = strsep(&at, "\n");
		done = at - lines;
		rc = READ_ONCE(bench->leaving) ? -ENODEV : sequence_line(bench, line);
		cond_resched();
	}
	mutex_unlock(&bench->lock);
out:
	kfree(lines);
	if (rc)
		return rc;
	return done ?: -EINVAL;
}

static ssize_t sequence_read(struct file *file, char __user *to, size_t count, loff_t *pos)
{
	struct bench *bench = file->private_data;

	return locked_read(bench, &bench->sequence.result, to, count, pos);
}

/* A writer that truncates begins a new sequence; one that appends goes on with the old. */
static int sequence_open(struct inode *inode, struct file *file)
{
	struct bench *bench = inode->i_private;

	file->private_data = bench;
	if ((file->f_mode & FMODE_WRITE) && (file->f_flags & O_TRUNC)) {
		if (mutex_lock_killable(&bench->lock))
			return -EINTR;
		sequence_reset(bench);
		mutex_unlock(&bench->lock);
	}
	return 0;
}

static const struct file_operations machine_file = { .owner = THIS_MODULE,
						     .open = simple_open,
						     .read = machine_read };
static const struct file_operations device_file = { .owner = THIS_MODULE,
						    .open = simple_open,
						    .read = device_read };
static const struct file_operations cell_file = {
	.owner = THIS_MODULE, .open = simple_open, .read = cell_read, .write = cell_write
};
static const struct file_operations hold_file = {
	.owner = THIS_MODULE, .open = simple_open, .read = hold_read, .write = hold_write
};
static const struct file_operations sequence_file = {
	.owner = THIS_MODULE, .open = sequence_open, .read = sequence_read, .write = sequence_write
};

void files_add(struct bench *bench)
{
	bench->dir = debugfs_create_dir(dev_name(bench->dev), root);
	debugfs_create_file("device", 0400, bench->dir, bench, &device_file);
	debugfs_create_file("cell", 0600, bench->dir, bench, &cell_file);
	debugfs_create_file("hold", 0600, bench->dir, bench, &hold_file);
	debugfs_create_file("sequence", 0600, bench->dir, bench, &sequence_file);
}

/* Returns when no reader or writer is inside any more. */
void files_remove(struct bench *bench)
{
	debugfs_remove_recursive(bench->dir);
}

void files_init(void)
{
	root = debugfs_create_dir("dmabench", NULL);
	debugfs_create_file("machine", 0400, root, NULL, &machine_file);
}

void files_exit(void)
{
	debugfs_remove_recursive(root);
}
