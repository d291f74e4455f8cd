// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operator's files: /sys/devices/platform/xen_swiotlb/, as impl/ABI.md promises them.
 */
#define pr_fmt(fmt) "xen_swiotlb: " fmt

#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "bdf.h"
#include "leave.h"
#include "listings.h"
#include "pool.h"
#include "wanted.h"
#include "xen_swiotlb.h"

static struct platform_device *platform;

static ssize_t attach_store(struct device *dev, struct device_attribute *attr, const char *text,
			    size_t length)
{
	u32 id;
	int err = xsw_bdf_parse(text, &id);

	if (err) {
		xsw_bdf_wrong("attach", text, err);
		return err;
	}
	err = xsw_wanted_add(id, true);
	return err ?: (ssize_t)length;
}

static ssize_t detach_store(struct device *dev, struct device_attribute *attr, const char *text,
			    size_t length)
{
	u32 id;
	int err = xsw_bdf_parse(text, &id);

	if (err) {
		xsw_bdf_wrong("detach", text, err);
		return err;
	}
	err = xsw_detach(id);
	return err ?: (ssize_t)length;
}

static ssize_t force_show(struct device *dev, struct device_attribute *attr, char *text)
{
	return sysfs_emit(text, "%d\n", READ_ONCE(xsw.force));
}

static ssize_t force_store(struct device *dev, struct device_attribute *attr, const char *text,
			   size_t length)
{
	bool on;
	int err = kstrtobool(text, &on);

	if (err)
		return err;
	WRITE_ONCE(xsw.force, on);
	xsw_force_all(xsw.engine, on);
	return length;
}

static ssize_t pool_bytes_show(struct device *dev, struct device_attribute *attr, char *text)
{
	struct xsw_pool_state st;

	xsw_pool_state(xsw.engine, &st);
	return sysfs_emit(text, "%llu\n", st.bytes);
}

static ssize_t pool_bytes_store(struct device *dev, struct device_attribute *attr, const char *text,
				size_t length)
{
	u64 bytes;
	int err = kstrtou64(text, 0, &bytes);

	if (!err)
		err = xsw_pool_resize(bytes);
	return err ?: (ssize_t)length;
}

static ssize_t pool_max_bytes_show(struct device *dev, struct device_attribute *attr, char *text)
{
	return sysfs_emit(text, "%llu\n", READ_ONCE(xsw.pool_most));
}

static ssize_t pool_max_bytes_store(struct device *dev, struct device_attribute *attr,
				    const char *text, size_t length)
{
	u64 bytes;
	int err = kstrtou64(text, 0, &bytes);

	if (err)
		return err;
	if (bytes > XSW_POOL_MOST)
		return -EINVAL;
	WRITE_ONCE(xsw.pool_most, bytes);
	xsw_growth_soon();
	return length;
}

static ssize_t pool_show(struct device *dev, struct device_attribute *attr, char *text)
{
	struct xsw_pool_state st;

	xsw_pool_state(xsw.engine, &st);
	return sysfs_emit(
		text,
		"segments %llu\nbytes %llu\nslots %llu\nused %llu\nquarantined %llu\n"
		"largest_free %llu\nhigh_water %llu\nhigh_water_kind %s\n"
		"reserve_bytes %llu\ncoherent_bytes %llu\ncoherent_used_bytes %llu\nexchanges %llu\n"
		"exchanged_bytes %llu\nexchange_fails %llu\nexchange_ns %llu\n"
		"assembled_bytes %llu\n",
		st.segments, st.bytes, st.slots, st.used, st.quarantined, st.largest_free,
		st.high_water, st.high_water_exact ? "exact" : "sampled", st.reserve_bytes,
		st.coherent_bytes, st.coherent_used_bytes, st.exchanges, st.exchanged_bytes,
		st.exchange_fails, st.exchange_ns, st.assembled_bytes);
}

static ssize_t high_water_show(struct device *dev, struct device_attribute *attr, char *text)
{
	struct xsw_pool_state st;

	xsw_pool_state(xsw.engine, &st);
	return sysfs_emit(text, "%llu %s %llu\n", st.high_water,
			  st.high_water_exact ? "exact" : "sampled", st.high_water_ns);
}

static ssize_t high_water_store(struct device *dev, struct device_attribute *attr, const char *text,
				size_t length)
{
	static const char *const kinds[] = { "sampled", "exact" };
	int kind = sysfs_match_string(kinds, text);

	if (kind < 0)
		return kind;
	xsw_high_water_begin(xsw.engine, kind);
	return length;
}

static ssize_t abi_show(struct device *dev, struct device_attribute *attr, char *text)
{
	return sysfs_emit(text, "%d\n", XSW_ABI_VERSION);
}

static DEVICE_ATTR_WO(attach);
static DEVICE_ATTR_WO(detach);
static DEVICE_ATTR_RW(force);
static DEVICE_ATTR_RW(pool_bytes);
static DEVICE_ATTR_RW(pool_max_bytes);
static DEVICE_ATTR_RO(pool);
static DEVICE_ATTR_RW(high_water);
static DEVICE_ATTR_RO(abi);

static struct attribute *xsw_attrs[] = {
	&dev_attr_attach.attr,
	&dev_attr_detach.attr,
	&dev_attr_force.attr,
	&dev_attr_pool_bytes.attr,
	&dev_attr_pool_max_bytes.attr,
	&dev_attr_pool.attr,
	&dev_attr_high_water.attr,
	&dev_attr_abi.attr,
	NULL,
};
ATTRIBUTE_GROUPS(xsw);

static struct platform_driver driver = {
	.driver = {
		.name = "xen_swiotlb",
		.pm = &xsw_pm_ops,
		.dev_groups = xsw_groups,
		.suppress_bind_attrs = true,
	},
};

int xsw_sysfs_init(void)
{
	int err = platform_driver_register(&driver);

	if (err)
		return err;
	platform = platform_device_register_simple("xen_swiotlb", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(platform)) {
		err = PTR_ERR(platform);
		goto no_device;
	}
	err = xsw_listings_init(&platform->dev);
	if (err)
		goto no_listings;
	return 0;

no_listings:
	platform_device_unregister(platform);
no_device:
	platform_driver_unregister(&driver);
	return err;
}

void xsw_sysfs_exit(void)
{
	xsw_listings_exit(&platform->dev);
	platform_device_unregister(platform);
	platform_driver_unregister(&driver);
}
