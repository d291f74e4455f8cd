// SPDX-License-Identifier: GPL-2.0-only
/*
 * Per-device counters: one line a device that is or was attached since load.
 *
 * With many devices the file outgrows the page that an ordinary sysfs file may fill, so it is
 * a binary one.  A read from the start takes a new snapshot; the reads after it go on in it.
 */
#include <linux/mutex.h>
#include <linux/seq_buf.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "../compat/sysfs.h"
#include "attach.h"
#include "bdf.h"
#include "counters.h"

#define LINE_AT_MOST 1024 /* 22 numbers of at most 20 digits, and their names */

static DEFINE_MUTEX(snapshot_lock);
static char *snapshot;
static size_t snapshot_length;

static bool count_claim(const struct xsw_claim *c, void *ctx)
{
	*(size_t *)ctx += c->was_attached;
	return true;
}

static bool print_claim(const struct xsw_claim *c, void *ctx)
{
	struct seq_buf *b = ctx;
	struct xsw_counts n;
	int r;

	if (!c->was_attached)
		return true;
	xsw_claim_counts(c, &n);
	seq_buf_printf(b, XSW_BDF_FORMAT " maps=%llu map_bytes=%llu", XSW_BDF_ARGS(c->id), n.maps,
		       n.map_bytes);
	for (r = XSW_BOUNCE_NONE + 1; r < XSW_NR_BOUNCE; r++)
		seq_buf_printf(b, " bounce_%s=%llu", xsw_bounce_name(r), n.bounces[r]);
	seq_buf_printf(b,
		       " bounce_bytes=%llu copy_in_bytes=%llu copy_out_bytes=%llu unmaps=%llu"
		       " syncs=%llu fail_full=%llu fail_fragmented=%llu fail_too_large=%llu"
		       " fail_mask_unreachable=%llu coherent_allocs=%llu coherent_frees=%llu"
		       " coherent_fails=%llu leaked=%llu\n",
		       n.bounce_bytes, n.copy_in_bytes, n.copy_out_bytes, n.unmaps, n.syncs,
		       n.fails[XSW_FAIL_FULL], n.fails[XSW_FAIL_FRAGMENTED],
		       n.fails[XSW_FAIL_TOO_LARGE], n.fails[XSW_FAIL_MASK], n.coherent_allocs,
		       n.coherent_frees, n.coherent_fails, c->leaked);
	return true;
}

static int take_snapshot(void)
{
	size_t devices = 1; /* one may be attached between count and print */
	struct seq_buf b;
	char *text;

	xsw_for_each_claim(count_claim, &devices);
	text = kvmalloc(devices * LINE_AT_MOST, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	seq_buf_init(&b, text, devices * LINE_AT_MOST);
	xsw_for_each_claim(print_claim, &b);
	kvfree(snapshot);
	snapshot = text;
	snapshot_length = seq_buf_used(&b);
	return 0;
}

static ssize_t counters_read(struct file *file, struct kobject *kobj, xsw_bin_attribute *attr,
			     char *to, loff_t at, size_t size)
{
	ssize_t n = 0;

	mutex_lock(&snapshot_lock);
	if (!at || !snapshot)
		n = take_snapshot();
	if (!n)
		n = memory_read_from_buffer(to, size, &at, snapshot, snapshot_length);
	mutex_unlock(&snapshot_lock);
	return n;
}

static struct bin_attribute counters = {
	.attr = { .name = "counters", .mode = 0444 },
	.read = counters_read,
};

int xsw_counters_init(struct device *dev)
{
	return device_create_bin_file(dev, &counters);
}

void xsw_counters_exit(struct device *dev)
{
	device_remove_bin_file(dev, &counters);
	kvfree(snapshot);
	snapshot = NULL;
}
