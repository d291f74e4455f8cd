// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operator's files: /sys/devices/platform/xen_swiotlb_defrag/, as impl/ABI.md promises them.
 */
#define pr_fmt(fmt) "xen_swiotlb_defrag: " fmt

#include <linux/kstrtox.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "module.h"

static struct platform_device *platform;

/* ---- start and stop ---- */

static const char *const jobs[] = {
	[XSW_JOB_NONE] = "idle",
	[XSW_JOB_MOVABLE] = "movable",
	[XSW_JOB_HOT] = "hot",
	[XSW_JOB_ALL] = "all",
};

static ssize_t start_store(struct device *dev, struct device_attribute *attr, const char *text,
			   size_t length)
{
	int job = sysfs_match_string(jobs, text), err;

	if (job <= XSW_JOB_NONE) {
		pr_err("start: neither all, movable nor hot\n");
		return -EINVAL;
	}
	err = xsw_run_start(job);
	if (err)
		pr_err("start: run %llu goes on; write to stop first\n", xsw_service.number);
	return err ?: (ssize_t)length;
}
static DEVICE_ATTR_WO(start);

static ssize_t stop_store(struct device *dev, struct device_attribute *attr, const char *text,
			  size_t length)
{
	xsw_run_stop();
	return length;
}
static DEVICE_ATTR_WO(stop);

/* ---- limits ---- */

/* @or: a value outside least..most that is taken too */
static ssize_t store_number(const char *name, const char *text, size_t length, u64 least, u64 most,
			    u64 or, u64 *number)
{
	u64 n;

	if (kstrtou64(text, 0, &n)) {
		pr_err("%s: '%*pE' is no number, or too large a one\n", name,
		       (int)min_t(size_t, strcspn(text, "\n"), 32), text);
		return -EINVAL;
	}
	if (n != or &&(n < least || n > most)) {
		pr_err("%s: %llu is not in %llu..%llu\n", name, n, least, most);
		return -EINVAL;
	}
	*number = n;
	return length;
}

#define LIMIT(name, field, least, most, or)                                                       \
	static ssize_t name##_show(struct device *dev, struct device_attribute *attr, char *text) \
	{                                                                                         \
		return sysfs_emit(text, "%llu\n", (u64)xsw_service.field);                        \
	}                                                                                         \
	static ssize_t name##_store(struct device *dev, struct device_attribute *attr,            \
				    const char *text, size_t length)                              \
	{                                                                                         \
		u64 n;                                                                            \
		ssize_t done = store_number(#name, text, length, least, most, or, &n);            \
                                                                                                  \
		if (done > 0)                                                                     \
			WRITE_ONCE(xsw_service.field, n);                                         \
		return done;                                                                      \
	}                                                                                         \
	static DEVICE_ATTR_RW(name)

#define MIB (1ULL << 20)

LIMIT(pages_per_second, limits.pages_per_second, 512, 1ULL << 32, 0);
LIMIT(held_bytes, limits.held_bytes, 2 * MIB, 256 * MIB, 2 * MIB);
LIMIT(free_floor_bytes, limits.free_floor_bytes, 0, 1ULL << 46, 0);
LIMIT(xen_floor_blocks, limits.xen_floor_blocks, 1, 4096, 0);
LIMIT(low_most_bytes, limits.low_most_bytes, 2 * MIB, 4096 * MIB, 2 * MIB);
LIMIT(target_permille, limits.target_permille, 1, 1000, 0);
LIMIT(width, limits.width, 24, 40, 0);
LIMIT(ask_xen, limits.ask_xen, 0, 1, 0);
LIMIT(background, background, 0, 1, 0);
LIMIT(background_rate, background_rate, 1, 1ULL << 32, 1);

/* ---- state and progress ---- */

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *text)
{
	/* the end of a run is told before it is idle: see finish() */
	enum xsw_job job = smp_load_acquire(&xsw_service.job);

	if (job == XSW_JOB_NONE && READ_ONCE(xsw_service.in_background))
		return sysfs_emit(text, "background\n");
	return sysfs_emit(text, "%s\n", jobs[job]);
}
static DEVICE_ATTR_RO(state);

static ssize_t result_show(struct device *dev, struct device_attribute *attr, char *text)
{
	return sysfs_emit(text, "%s\n", xsw_ending_name(READ_ONCE(xsw_service.ending)));
}
static DEVICE_ATTR_RO(result);

static u64 run_ns(void)
{
	const struct xsw_service *s = &xsw_service;
	u64 began_ns = READ_ONCE(s->began_ns);
	u64 until_ns = READ_ONCE(s->job) ? ktime_get_ns() : READ_ONCE(s->ended_ns);

	return until_ns > began_ns ? until_ns - began_ns : 0; /* one that begins just now */
}

/* A run that goes on has not ended; who reads that none does reads its end: see finish() */
static u64 run_ended_s(void)
{
	return smp_load_acquire(&xsw_service.job) ? 0 : xsw_service.ended_s;
}

#define NUMBER(name, value)                                                                       \
	static ssize_t name##_show(struct device *dev, struct device_attribute *attr, char *text) \
	{                                                                                         \
		return sysfs_emit(text, "%llu\n", (u64)(value));                                  \
	}                                                                                         \
	static DEVICE_ATTR_RO(name)

NUMBER(abi, XSW_DEFRAG_ABI);
NUMBER(run, READ_ONCE(xsw_service.number));
NUMBER(runs, xsw_service.runs);
NUMBER(background_cured, xsw_service.background_cured);
NUMBER(run_ms, div64_u64(run_ns(), NSEC_PER_MSEC));
NUMBER(run_ended_s, run_ended_s());
NUMBER(run_width, xsw_service.run.limits.width);
NUMBER(cpu_ms, div64_u64(xsw_thread_cpu_ns(), NSEC_PER_MSEC));
NUMBER(straddles, xsw_straddles());
NUMBER(straddle_bytes, xsw_straddle_bytes());
NUMBER(attached_straddles, xsw_attached_straddles());
NUMBER(blocks, xsw_service.run.progress.blocks);
NUMBER(scattered, xsw_service.run.progress.scattered);
NUMBER(cured, xsw_service.run.progress.cured);
NUMBER(busy, xsw_service.run.progress.busy);
NUMBER(passes, xsw_service.run.progress.passes);
NUMBER(hot_found, xsw_service.run.progress.hot_found);
NUMBER(hot_cured, xsw_service.run.progress.hot_cured);
NUMBER(dealt_pages, xsw_service.run.progress.dealt_pages);
NUMBER(low_bytes, xsw_service.run.progress.low_bytes);
NUMBER(xen_kept, xsw_service.run.progress.kept);
NUMBER(exchanges, xsw_service.run.progress.exchanges);
NUMBER(exchange_ms, div64_u64(xsw_service.run.progress.exchange_ns, NSEC_PER_MSEC));

/* ---- by order ---- */

static ssize_t show_contiguity(const struct xsw_contiguity *c, char *text)
{
	ssize_t n = sysfs_emit(text, "pages %llu\nlow %llu\n", c->pages, c->low);
	int order;

	for (order = 0; order <= XSW_BLOCK_ORDER; order++)
		n += sysfs_emit_at(text, n, "order%d %llu\n", order, c->largest[order]);
	return n;
}

static ssize_t contiguity_show(struct device *dev, struct device_attribute *attr, char *text)
{
	struct xsw_contiguity now;

	xsw_contiguity_look(&now);
	return show_contiguity(&now, text);
}
static DEVICE_ATTR_ADMIN_RO(contiguity);

static ssize_t contiguity_before_show(struct device *dev, struct device_attribute *attr, char *text)
{
	return show_contiguity(&xsw_service.before, text);
}
static DEVICE_ATTR_RO(contiguity_before);

static ssize_t contiguity_after_show(struct device *dev, struct device_attribute *attr, char *text)
{
	return show_contiguity(&xsw_service.after, text);
}
static DEVICE_ATTR_RO(contiguity_after);

static ssize_t xen_extents_show(struct device *dev, struct device_attribute *attr, char *text)
{
	const struct xsw_progress *p = &xsw_service.run.progress;
	ssize_t n = 0;
	int order;

	for (order = 0; order <= XSW_BLOCK_ORDER; order++)
		n += sysfs_emit_at(text, n, "order%d %llu %llu\n", order, p->taken[order],
				   p->refused[order]);
	return n;
}
static DEVICE_ATTR_RO(xen_extents);

static struct attribute *xsw_attrs[] = {
	&dev_attr_start.attr,
	&dev_attr_stop.attr,
	&dev_attr_background.attr,
	&dev_attr_background_rate.attr,
	&dev_attr_pages_per_second.attr,
	&dev_attr_held_bytes.attr,
	&dev_attr_free_floor_bytes.attr,
	&dev_attr_xen_floor_blocks.attr,
	&dev_attr_low_most_bytes.attr,
	&dev_attr_target_permille.attr,
	&dev_attr_width.attr,
	&dev_attr_ask_xen.attr,
	&dev_attr_state.attr,
	&dev_attr_result.attr,
	&dev_attr_abi.attr,
	&dev_attr_run.attr,
	&dev_attr_runs.attr,
	&dev_attr_background_cured.attr,
	&dev_attr_run_ms.attr,
	&dev_attr_run_ended_s.attr,
	&dev_attr_run_width.attr,
	&dev_attr_cpu_ms.attr,
	&dev_attr_straddles.attr,
	&dev_attr_straddle_bytes.attr,
	&dev_attr_attached_straddles.attr,
	&dev_attr_blocks.attr,
	&dev_attr_scattered.attr,
	&dev_attr_cured.attr,
	&dev_attr_busy.attr,
	&dev_attr_passes.attr,
	&dev_attr_hot_found.attr,
	&dev_attr_hot_cured.attr,
	&dev_attr_dealt_pages.attr,
	&dev_attr_low_bytes.attr,
	&dev_attr_xen_kept.attr,
	&dev_attr_exchanges.attr,
	&dev_attr_exchange_ms.attr,
	&dev_attr_contiguity.attr,
	&dev_attr_contiguity_before.attr,
	&dev_attr_contiguity_after.attr,
	&dev_attr_xen_extents.attr,
	NULL,
};
ATTRIBUTE_GROUPS(xsw);

/* The thread is frozen then. */
static int restored(struct device *dev)
{
	xsw_defrag_restored();
	return 0;
}

static const struct dev_pm_ops pm_ops = {
	.restore = restored,
};

static struct platform_driver driver = {
	.driver = {
		.name = "xen_swiotlb_defrag",
		.dev_groups = xsw_groups,
		.pm = &pm_ops,
		.suppress_bind_attrs = true,
	},
};

int xsw_files_init(void)
{
	int err = platform_driver_register(&driver);

	if (err)
		return err;
	platform =
		platform_device_register_simple("xen_swiotlb_defrag", PLATFORM_DEVID_NONE, NULL, 0);
	if (!IS_ERR(platform))
		return 0;
	platform_driver_unregister(&driver);
	return PTR_ERR(platform);
}

void xsw_files_exit(void)
{
	platform_device_unregister(platform);
	platform_driver_unregister(&driver);
}
