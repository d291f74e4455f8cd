// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists the wanted devices with their state, and those that ever were attached with their counters.
 */
#include "attached.h"
#include "bdf.h"
#include "listings.h"
#include "snapshot.h"

/* ---- devices ---- */

static void list_device(const struct xsw_wanted *w, void *ctx)
{
	const struct xsw_attached *a = xsw_attached_at(w->id);
	struct seq_buf *to = ctx;

	if (!w->wanted && !a)
		return;
	seq_buf_printf(to, XSW_BDF_FORMAT " ", XSW_BDF_ARGS(w->id));
	if (a && a->stage == XSW_BOUND) /* its driver cannot go while the lock is held */
		seq_buf_printf(to, "attached %s\n", dev_driver_string(a->device));
	else if (a && a->stage == XSW_LINGERING)
		seq_buf_printf(to, "lingering %llu\n", xsw_dev_left(&a->dev));
	else
		seq_buf_printf(to, "waiting\n");
}

static void print_devices(struct seq_buf *to)
{
	xsw_wanted_for_each(list_device, to);
}

/* ---- counters ---- */

/* ' PREFIX_NAME=VALUE'; reasons' names have '-' where keys have '_' */
static void print_reason(struct seq_buf *to, const char *prefix, const char *name, u64 value)
{
	seq_buf_printf(to, " %s_", prefix);
	for (; *name; name++)
		seq_buf_printf(to, "%c", *name == '-' ? '_' : *name);
	seq_buf_printf(to, "=%llu", value);
}

static void list_counters(const struct xsw_wanted *w, void *ctx)
{
	struct seq_buf *to = ctx;
	struct xsw_counts n;
	int r;

	if (!w->was_attached)
		return;
	xsw_wanted_counts(w, &n);
	seq_buf_printf(to, XSW_BDF_FORMAT " maps=%llu map_bytes=%llu", XSW_BDF_ARGS(w->id), n.maps,
		       n.map_bytes);
	for (r = XSW_BOUNCE_NONE + 1; r < XSW_NR_BOUNCE; r++)
		print_reason(to, "bounce", xsw_bounce_name(r), n.bounces[r]);
	seq_buf_printf(to,
		       " bounce_bytes=%llu copy_in_bytes=%llu copy_out_bytes=%llu unmaps=%llu"
		       " syncs=%llu",
		       n.bounce_bytes, n.copy_in_bytes, n.copy_out_bytes, n.unmaps, n.syncs);
	for (r = XSW_FAIL_NONE + 1; r < XSW_NR_FAIL; r++)
		print_reason(to, "fail", xsw_fail_name(r), n.fails[r]);
	seq_buf_printf(to,
		       " coherent_allocs=%llu coherent_frees=%llu coherent_fails=%llu leaked=%llu"
		       " stray_unmaps=%llu late_returns=%llu\n",
		       n.coherent_allocs, n.coherent_frees, n.coherent_fails, READ_ONCE(w->leaked),
		       n.stray_unmaps, n.late_returns);
}

static void print_counters(struct seq_buf *to)
{
	xsw_wanted_for_each(list_counters, to);
}

/* ---- the files ---- */

XSW_SNAPSHOT_FILE(devices, print_devices);
XSW_SNAPSHOT_FILE(counters, print_counters);

int xsw_listings_init(struct device *dev)
{
	int err = device_create_bin_file(dev, &devices_attr);

	if (err)
		return err;
	err = device_create_bin_file(dev, &counters_attr);
	if (err)
		device_remove_bin_file(dev, &devices_attr);
	return err;
}

void xsw_listings_exit(struct device *dev)
{
	device_remove_bin_file(dev, &counters_attr);
	device_remove_bin_file(dev, &devices_attr);
	xsw_snapshots_free(&counters_snapshots);
	xsw_snapshots_free(&devices_snapshots);
}
