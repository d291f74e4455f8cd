// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver that runs the cases on any PCI device given to it by driver_override.
 */
#define pr_fmt(fmt) "xsw_cases: " fmt

#include <linux/io.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/xen/page.h>

#include "cases.h"

static char *run = "";
module_param(run, charp, 0644);
MODULE_PARM_DESC(run,
		 "which cases probe runs: streaming, limits, coherent, masks, hold, leak, ...");

static unsigned int checks, failures;

void tap_check(bool passed, const char *what, ...)
{
	struct va_format vaf = { .fmt = what };
	va_list args;

	va_start(args, what);
	vaf.va = &args;
	checks++;
	failures += !passed;
	pr_info("%sok - %pV\n", passed ? "" : "not ", &vaf);
	va_end(args);
}

static void *machine_va(dma_addr_t bus)
{
	unsigned long pfn = mfn_to_pfn(PFN_DOWN(bus));

	if (!pfn_valid(pfn)) {
		pr_err("no memory of ours at machine address %pad\n", &bus);
		return NULL;
	}
	return __va((pfn << PAGE_SHIFT) | (bus & ~PAGE_MASK));
}

void device_read(dma_addr_t bus, void *to, size_t size)
{
	while (size) {
		size_t piece = min_t(size_t, size, PAGE_SIZE - (bus & ~PAGE_MASK));
		void *from = machine_va(bus);

		if (from)
			memcpy(to, from, piece);
		bus += piece;
		to += piece;
		size -= piece;
	}
}

void device_write(dma_addr_t bus, const void *from, size_t size)
{
	while (size) {
		size_t piece = min_t(size_t, size, PAGE_SIZE - (bus & ~PAGE_MASK));
		void *to = machine_va(bus);

		if (to)
			memcpy(to, from, piece);
		bus += piece;
		from += piece;
		size -= piece;
	}
}

bool filled(const void *p, u8 value, size_t size)
{
	return !memchr_inv(p, value, size);
}

bool is_bounced(const void *buffer, dma_addr_t bus)
{
	return virt_to_machine(buffer).maddr != bus;
}

/* Holds all of the pool that can be had, 16 MiB at most, until the driver goes. */
static dma_addr_t held[1024];
static unsigned int held_count;
static void *held_buffer;

static void hold(struct device *dev)
{
	held_buffer = kmalloc(SZ_16K, GFP_KERNEL);
	for (held_count = 0; held_buffer && held_count < ARRAY_SIZE(held); held_count++) {
		held[held_count] = dma_map_single_attrs(dev, held_buffer, SZ_16K, DMA_TO_DEVICE,
							DMA_ATTR_NO_WARN);
		if (dma_mapping_error(dev, held[held_count]))
			break;
	}
	ok(held_count >= (*dev->dma_mask > DMA_BIT_MASK(30) ? 224 : 100),
	   "%u mappings of 16 KiB held", held_count);
}

/* The same for a device that reaches 1 GiB. */
static void hold_narrow(struct device *dev)
{
	ok(!dma_set_mask(dev, DMA_BIT_MASK(30)), "a mask of 30 bits is accepted");
	hold(dev);
}

static void let_go(struct device *dev)
{
	while (held_count)
		dma_unmap_single(dev, held[--held_count], SZ_16K, DMA_TO_DEVICE);
	kfree(held_buffer);
	held_buffer = NULL;
}

/* Leaves mappings behind, as a bad driver does. */
static void leak(struct device *dev)
{
	void *buffer = devm_kzalloc(dev, SZ_8K, GFP_KERNEL);
	dma_addr_t bus;
	int i;

	for (i = 0; buffer && i < 3; i++) {
		bus = dma_map_single(dev, buffer, 3000, DMA_FROM_DEVICE);
		ok(!dma_mapping_error(dev, bus), "mapping %d left behind", i);
	}
}

/* A probe that fails with managed coherent memory, which is freed after NOT_BOUND is told. */
static int fail(struct device *dev)
{
	dma_addr_t bus;

	ok(dmam_alloc_coherent(dev, SZ_64K, &bus, GFP_KERNEL), "managed coherent memory");
	return -EIO;
}

static void first_word(struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	void __iomem *bar;

	if (pci_enable_device_mem(pdev))
		return;
	bar = pci_iomap(pdev, 0, sizeof(u32));
	if (bar) {
		pr_info("word %#010x\n", readl(bar));
		pci_iounmap(pdev, bar);
	}
}

static const struct {
	const char *name;
	void (*run)(struct device *dev);
} cases[] = {
	{ "streaming", streaming_cases },
	{ "limits", limit_cases },
	{ "coherent", coherent_cases },
	{ "masks", mask_cases },
	{ "late", late_begin },
	{ "neighbour", neighbour_begin },
	{ "keep", keep_begin },
	{ "stray", stray_cases },
	{ "mask0", mask_0_case },
	{ "noio", noio_case },
	{ "hold", hold },
	{ "hold30", hold_narrow },
	{ "leak", leak },
	{ "word", first_word },
};

static int run_cases(struct device *dev)
{
	int i;

	if (sysfs_streq(run, "fail"))
		return fail(dev);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		if (sysfs_streq(run, cases[i].name)) {
			cases[i].run(dev);
			return 0;
		}
	}
	return -EINVAL;
}

static int cases_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct device *dev = &pdev->dev;
	int err;

	checks = 0;
	failures = 0;
	ok(!dma_set_mask_and_coherent(dev, DMA_BIT_MASK(32)), "a mask of 32 bits is accepted");
	err = run_cases(dev);
	pr_info("1..%u (%u failed)\n", checks, failures);
	return err;
}

static void cases_remove(struct pci_dev *pdev)
{
	let_go(&pdev->dev);
	neighbour_end(&pdev->dev);
	keep_end(&pdev->dev);
}

static struct pci_driver cases_driver = {
	.name = "xsw_cases",
	.probe = cases_probe,
	.remove = cases_remove,
};
module_pci_driver(cases_driver);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Tries the DMA API of a PCI device as its driver and as the device");
