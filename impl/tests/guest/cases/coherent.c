// SPDX-License-Identifier: GPL-2.0-only
/*
 * Coherent memory: zeroed, contiguous, aligned; mapped to user space and listed byte for byte.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <asm/xen/page.h>

#include "cases.h"

#define ABOVE_2_MIB 2411520 /* 2.3 MB: one extent of order 10 */

struct block {
	struct device *dev;
	void *va;
	dma_addr_t bus;
	size_t size;
};

static bool is_contiguous(const struct block *b)
{
	size_t at;

	for (at = 0; at < b->size; at += PAGE_SIZE)
		if (virt_to_machine(b->va + at).maddr != b->bus + at)
			return false;
	return true;
}

static void one_size(struct device *dev, size_t size, gfp_t gfp)
{
	unsigned long natural = (PAGE_SIZE << get_order(size)) - 1;
	struct block b = { .dev = dev, .size = size };
	bool zeroed = true, aligned = true, contiguous = true, low = true;
	int i;

	for (i = 0; i < 3; i++) {
		b.va = dma_alloc_coherent(dev, size, &b.bus, gfp);
		if (!b.va)
			break;
		zeroed &= filled(b.va, 0, size);
		aligned &= !((unsigned long)b.va & natural) && !(b.bus & natural);
		contiguous &= is_contiguous(&b);
		low &= b.bus + size - 1 <= DMA_BIT_MASK(32);
		memset(b.va, 0xdd, size);
		dma_free_coherent(dev, size, b.va, b.bus);
	}
	ok(i == 3, "coherent %zu bytes, three times", size);
	ok(zeroed, "zeroed, after it was dirtied too");
	ok(contiguous && low, "machine-contiguous and below 4 GiB");
	ok(aligned, "CPU and bus address aligned to its order");
}

static int block_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct block *b = file->private_data;

	return dma_mmap_coherent(b->dev, vma, b->va, b->bus, b->size);
}

static const struct file_operations block_fops = { .mmap = block_mmap };

static bool is_refused(struct file *file, unsigned long offset, unsigned long length)
{
	unsigned long user = vm_mmap(file, 0, length, PROT_READ | PROT_WRITE, MAP_SHARED, offset);

	if (IS_ERR_VALUE(user))
		return true;
	vm_munmap(user, length);
	return false;
}

/* Maps the block into this process and compares it page by page with what the kernel wrote. */
static void mapped_to_user(struct block *b)
{
	size_t length = PAGE_ALIGN(b->size), at;
	unsigned long user;
	struct file *file;
	bool same = true;
	u64 word;

	file = anon_inode_getfile("xsw_cases", &block_fops, b, O_RDWR);
	if (IS_ERR(file)) {
		ok(false, "a file to map");
		return;
	}
	user = vm_mmap(file, 0, length, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	ok(!IS_ERR_VALUE(user), "mmap of all of it");
	if (!IS_ERR_VALUE(user)) {
		for (at = 0; at + 8 <= b->size; at += 8)
			same &= !copy_from_user(&word, (void __user *)(user + at), 8) &&
				word == *(u64 *)(b->va + at);
		vm_munmap(user, length);
		ok(same, "user space sees it byte for byte");
	}
	ok(is_refused(file, 0, length + PAGE_SIZE), "mmap of a page more is refused");
	ok(is_refused(file, PAGE_SIZE, length), "and of as much from the second page on");
	ok(is_refused(file, length + PAGE_SIZE, PAGE_SIZE), "and of what begins behind it");
	fput(file);
}

static void listed(struct block *b)
{
	struct scatterlist *sg;
	struct sg_table table;
	bool same = true;
	size_t at = 0;
	int i, err;

	err = dma_get_sgtable(b->dev, &table, b->va, b->bus, b->size);
	ok(!err, "dma_get_sgtable");
	if (err)
		return;
	for_each_sg(table.sgl, sg, table.orig_nents, i) {
		size_t piece = min_t(size_t, sg->length, b->size - at);

		same &= !memcmp(sg_virt(sg), b->va + at, piece);
		at += piece;
	}
	ok(same && at == b->size, "the table lists it byte for byte");
	sg_free_table(&table);
}

static void above_2_mib(struct device *dev)
{
	struct block b = { .dev = dev, .size = ABOVE_2_MIB };
	size_t at;

	b.va = dma_alloc_coherent(dev, b.size, &b.bus, GFP_KERNEL);
	ok(b.va, "a block above 2 MiB");
	if (!b.va)
		return;
	for (at = 0; at + 8 <= b.size; at += 8)
		*(u64 *)(b.va + at) = at * 0x9e3779b97f4a7c15ULL + 1;
	mapped_to_user(&b);
	listed(&b);
	dma_free_coherent(dev, b.size, b.va, b.bus);
}

/* In atomic context, as from a timer or an interrupt */
static void atomic_context(struct device *dev)
{
	static DEFINE_SPINLOCK(lock);
	struct block b[16];
	unsigned long flags;
	bool good = true;
	int i, n;

	spin_lock_irqsave(&lock, flags);
	for (n = 0; n < ARRAY_SIZE(b); n++) {
		b[n] = (struct block){ .dev = dev, .size = SZ_8K };
		b[n].va = dma_alloc_coherent(dev, SZ_8K, &b[n].bus, GFP_ATOMIC);
		if (!b[n].va)
			break;
		good &= filled(b[n].va, 0, SZ_8K) && is_contiguous(&b[n]);
	}
	spin_unlock_irqrestore(&lock, flags);
	for (i = 0; i < n; i++)
		dma_free_coherent(dev, SZ_8K, b[i].va, b[i].bus);
	ok(n == ARRAY_SIZE(b) && good, "%d blocks of 8 KiB with interrupts off", n);
}

void coherent_cases(struct device *dev)
{
	one_size(dev, 100, GFP_KERNEL);
	one_size(dev, SZ_16K, GFP_KERNEL);
	one_size(dev, SZ_64K, GFP_KERNEL);
	one_size(dev, SZ_256K, GFP_KERNEL);
	one_size(dev, ABOVE_2_MIB, GFP_KERNEL);
	above_2_mib(dev);
	atomic_context(dev);
}
