// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmabench.ko: times the DMA API on a PCI device that is bound to it by driver_override, and on
 * a device of its own that is no hardware.
 *
 * The device itself is never touched: no register is read, no interrupt asked for, bus mastering
 * stays off. It only lends its name, its limits and its DMA backend. The own device is a platform
 * device: the kernel's default backend serves it, and no IOMMU stands before it.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "bench.h"
#include "clock.h"
#include "files.h"

static void limits_save(struct bench *bench)
{
	struct device *dev = bench->dev;

	bench->before = (struct limits){
		.mask = *dev->dma_mask,
		.coherent_mask = dev->coherent_dma_mask,
		.boundary = dma_get_seg_boundary(dev),
		.min_align = dma_get_min_align_mask(dev),
	};
}

/* Written as they were: dma_set_mask() may refuse a mask that its backend does not reach. */
static void limits_restore(struct bench *bench)
{
	struct device *dev = bench->dev;

	*dev->dma_mask = bench->before.mask;
	dev->coherent_dma_mask = bench->before.coherent_mask;
	dma_set_seg_boundary(dev, bench->before.boundary);
	dma_set_min_align_mask(dev, bench->before.min_align);
}

static int bench_begin(struct device *dev)
{
	struct bench *bench = kzalloc(sizeof(*bench), GFP_KERNEL);

	if (!bench)
		return -ENOMEM;
	bench->dev = dev;
	limits_save(bench);
	mutex_init(&bench->lock);
	dev_set_drvdata(dev, bench);
	files_add(bench);
	return 0;
}

static void bench_end(struct device *dev)
{
	struct bench *bench = dev_get_drvdata(dev);

	WRITE_ONCE(bench->leaving, true);
	files_remove(bench);
	sequence_reset(bench);
	hold_drop(bench);
	limits_restore(bench);
	text_free(&bench->cell_result);
	text_free(&bench->hold.result);
	text_free(&bench->sequence.result);
	kfree(bench);
}

static int bench_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	return bench_begin(&pdev->dev);
}

static void bench_remove(struct pci_dev *pdev)
{
	bench_end(&pdev->dev);
}

/* Without a table it takes only what driver_override names. */
static struct pci_driver bench_driver = {
	.name = "dmabench",
	.probe = bench_probe,
	.remove = bench_remove,
};

static const struct platform_device_info own_info = {
	.name = "dmabench-none",
	.id = PLATFORM_DEVID_NONE,
	.dma_mask = DMA_BIT_MASK(32),
};
static struct platform_device *own;

static int __init dmabench_init(void)
{
	int rc;

	clock_examine();
	files_init();
	own = platform_device_register_full(&own_info);
	if (IS_ERR(own)) {
		rc = PTR_ERR(own);
		goto no_device;
	}
	rc = bench_begin(&own->dev);
	if (rc)
		goto no_bench;
	rc = pci_register_driver(&bench_driver);
	if (!rc)
		return 0;
	bench_end(&own->dev);
no_bench:
	platform_device_unregister(own);
no_device:
	files_exit();
	return rc;
}

static void __exit dmabench_exit(void)
{
	pci_unregister_driver(&bench_driver);
	bench_end(&own->dev);
	platform_device_unregister(own);
	files_exit();
}

module_init(dmabench_init);
module_exit(dmabench_exit);

MODULE_DESCRIPTION("Times the DMA API of any backend on a PCI device bound by driver_override");
MODULE_LICENSE("GPL");
