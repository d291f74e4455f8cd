// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files for the curious: /sys/kernel/debug/xen_swiotlb/, as impl/ABI.md promises them.
 */
#define pr_fmt(fmt) "xen_swiotlb: " fmt

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "../xen/iomap.h"
#include "bdf.h"
#include "xen_swiotlb.h"

static struct dentry *folder;

static bool print_mapping(const struct xsw_live *m, void *ctx)
{
	static const char *const dirs[] = { "bidirectional", "to-device", "from-device", "none" };
	struct seq_file *f = ctx;

	seq_printf(f, XSW_BDF_FORMAT " 0x%llx 0x%llx %u %u %s %llu %s\n", XSW_BDF_ARGS(m->owner),
		   m->bus, m->orig, m->size, m->slots, dirs[m->dir & 3], xsw_now_ns() - m->since_ns,
		   m->quarantined ? "quarantined" : "live");
	return !seq_has_overflowed(f);
}

static int mappings_show(struct seq_file *f, void *unused)
{
	xsw_for_each_live(xsw.engine, print_mapping, f);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mappings);

struct segment_listing {
	struct seq_file *f;
	u64 index;
};

static bool print_segment(const struct xsw_segment_state *s, void *ctx)
{
	struct segment_listing *l = ctx;

	seq_printf(l->f, "%llu 0x%llx %llu %llu %llu %llu %s\n", l->index++, s->bus, s->bytes,
		   s->used, s->quarantined, s->largest_free, xsw_origin_name(s->origin));
	return !seq_has_overflowed(l->f);
}

static int segments_show(struct seq_file *f, void *unused)
{
	struct segment_listing l = { .f = f };

	xsw_for_each_segment(xsw.engine, print_segment, &l);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(segments);

/* Reads the first word of a memory BAR through a machine mapping of ours. */
static int read_bar(struct pci_dev *pdev, unsigned int bar)
{
	struct xsw_iomap m;
	u16 command;
	int err;

	if (bar >= PCI_STD_NUM_BARS || !(pci_resource_flags(pdev, bar) & IORESOURCE_MEM) ||
	    !pci_resource_len(pdev, bar)) {
		pr_err("selftest: %s has no memory BAR %u\n", pci_name(pdev), bar);
		return -EINVAL;
	}
	pci_read_config_word(pdev, PCI_COMMAND, &command);
	if (!(command & PCI_COMMAND_MEMORY)) {
		pr_err("selftest: %s does not answer: bind its driver first\n", pci_name(pdev));
		return -ENXIO;
	}
	err = xsw_iomap(&m, pci_resource_start(pdev, bar), sizeof(u32));
	if (err) {
		pr_err("selftest: %s BAR %u cannot be mapped: %d\n", pci_name(pdev), bar, err);
		return err;
	}
	pr_info("selftest: %s BAR %u at machine %#llx reads %#010x\n", pci_name(pdev), bar,
		(u64)pci_resource_start(pdev, bar), readl(m.base));
	xsw_iounmap(&m);
	return 0;
}

static ssize_t selftest_write(struct file *file, const char __user *from, size_t size, loff_t *at)
{
	char text[32], *space;
	struct pci_dev *pdev;
	unsigned int bar;
	u32 id;
	int err;

	if (size >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, size))
		return -EFAULT;
	text[size] = '\0';
	space = strchr(text, ' ');
	if (!space || kstrtouint(space + 1, 10, &bar))
		return -EINVAL;
	*space = '\0';
	if (xsw_bdf_parse(text, &id))
		return -EINVAL;
	pdev = xsw_bdf_find(id);
	if (!pdev)
		return -ENODEV;
	device_lock(&pdev->dev); /* its driver stays, or stays away */
	err = read_bar(pdev, bar);
	device_unlock(&pdev->dev);
	pci_dev_put(pdev);
	return err ?: (ssize_t)size;
}

static const struct file_operations selftest_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = selftest_write,
};

void xsw_debugfs_init(void)
{
	folder = debugfs_create_dir("xen_swiotlb", NULL);
	debugfs_create_file("mappings", 0400, folder, NULL, &mappings_fops);
	debugfs_create_file("segments", 0400, folder, NULL, &segments_fops);
	debugfs_create_file("selftest", 0200, folder, NULL, &selftest_fops);
}

void xsw_debugfs_exit(void)
{
	debugfs_remove_recursive(folder);
}
