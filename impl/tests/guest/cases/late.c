// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver whose coherent block and mapping outlive it: they are given back by a work item, after
 * remove(), when the parameter 'late' says so.
 *
 * The block has 3 pages, and a power of two would be one page more.  The neighbour is another
 * device's block of one page behind it, as near as there is one: nobody else may get that page.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "cases.h"

#define BLOCK       (3 * PAGE_SIZE)
#define MAPPED      3000
#define ORDER       2    /* of the block */
#define TRIES       4096 /* blocks of a page, to find the one behind */
#define TAKEN_PAGES 4096 /* of the kernel's allocator, to see whether it deals that one out */

static struct {
	struct device *dev;
	void *block;
	dma_addr_t block_bus;
	u8 *buffer;
	dma_addr_t buffer_bus;
} late;

static struct {
	struct device *dev;
	void *block;
	dma_addr_t bus;
} neighbour;

void late_begin(struct device *dev)
{
	late.dev = get_device(dev);
	late.block = dma_alloc_coherent(dev, BLOCK, &late.block_bus, GFP_KERNEL);
	late.buffer = kzalloc(MAPPED, GFP_KERNEL);
	late.buffer_bus = dma_map_single(dev, late.buffer, MAPPED, DMA_FROM_DEVICE);
	ok(late.block, "a coherent block of 3 pages");
	ok(late.buffer && is_bounced(late.buffer, late.buffer_bus), "a mapping that bounces");
}

void neighbour_begin(struct device *dev)
{
	struct {
		void *va;
		dma_addr_t bus;
	} *other = vcalloc(TRIES, sizeof(*other));
	int i, n;

	for (n = 0; other && !neighbour.block && n < TRIES; n++) {
		other[n].va = dma_alloc_coherent(dev, PAGE_SIZE, &other[n].bus, GFP_KERNEL);
		if (!other[n].va)
			break;
		if (other[n].bus != late.block_bus + BLOCK &&
		    other[n].bus != late.block_bus + (PAGE_SIZE << ORDER))
			continue;
		neighbour.dev = dev;
		neighbour.block = other[n].va;
		neighbour.bus = other[n].bus;
		memset(neighbour.block, 0x5a, PAGE_SIZE);
		other[n].va = NULL;
	}
	for (i = 0; i < n; i++)
		if (other[i].va)
			dma_free_coherent(dev, PAGE_SIZE, other[i].va, other[i].bus);
	vfree(other);
	ok(neighbour.block, "a page behind the block is another device's");
}

void neighbour_end(struct device *dev)
{
	if (neighbour.dev != dev)
		return;
	dma_free_coherent(dev, PAGE_SIZE, neighbour.block, neighbour.bus);
	neighbour.dev = NULL;
	neighbour.block = NULL;
}

/* Takes memory from the kernel, as much as soon brings up a page that was just freed. */
static void neighbour_check(void)
{
	void **taken = vcalloc(TAKEN_PAGES, sizeof(*taken));
	bool dealt_out = false;
	int i, n;

	if (!taken || !neighbour.block)
		return;
	for (n = 0; n < TAKEN_PAGES; n++) {
		taken[n] = (void *)__get_free_page(GFP_KERNEL);
		if (!taken[n])
			break;
		dealt_out |= taken[n] == neighbour.block;
	}
	for (i = 0; i < n; i++)
		if (taken[i] != neighbour.block)
			free_page((unsigned long)taken[i]);
	vfree(taken);
	ok(!dealt_out, "the kernel does not deal out the page behind it");
	ok(page_count(virt_to_page(neighbour.block)) == 1, "which has its one reference");
	ok(filled(neighbour.block, 0x5a, PAGE_SIZE), "and its content");
}

static void late_unmap(struct work_struct *work)
{
	u8 *seen = kmalloc(MAPPED, GFP_KERNEL);

	if (!seen)
		return;
	memset(seen, 0x6b, MAPPED);
	device_write(late.buffer_bus, seen, MAPPED);
	dma_unmap_single(late.dev, late.buffer_bus, MAPPED, DMA_FROM_DEVICE);
	ok(filled(late.buffer, 0x6b, MAPPED),
	   "an unmap after remove() brings what the device wrote");
	kfree(late.buffer);
	late.buffer = NULL;
	kfree(seen);
}

static void late_free(struct work_struct *work)
{
	dma_free_coherent(late.dev, BLOCK, late.block, late.block_bus);
	neighbour_check();
	put_device(late.dev);
	late.dev = NULL;
}

/* What the operator has given up: nothing is given back any more. */
static void late_forget(struct work_struct *work)
{
	kfree(late.buffer);
	put_device(late.dev);
	late.dev = NULL;
}

static void run_now(work_func_t what)
{
	struct work_struct work;

	INIT_WORK_ONSTACK(&work, what);
	schedule_work(&work);
	flush_work(&work);
	destroy_work_on_stack(&work);
}

static int late_set(const char *text, const struct kernel_param *param)
{
	if (!late.dev)
		return -ENODEV;
	if (sysfs_streq(text, "unmap"))
		run_now(late_unmap);
	else if (sysfs_streq(text, "free"))
		run_now(late_free);
	else if (sysfs_streq(text, "forget"))
		run_now(late_forget);
	else
		return -EINVAL;
	return 0;
}

static const struct kernel_param_ops late_ops = { .set = late_set };
module_param_cb(late, &late_ops, NULL, 0200);
MODULE_PARM_DESC(late, "unmap, free or forget what the driver of case 'late' left");
