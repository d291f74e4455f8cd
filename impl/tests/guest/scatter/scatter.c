// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scatters the domain's free memory, as ballooning and exchanges do in the course of weeks.
 *
 * Nearly all free blocks of 2 MiB are taken, and groups of eight of them, far apart, change
 * frames: page i of block k gets the frame of page i of block k + i.  After that no two neighbours
 * among these pages are neighbours in machine memory, and each machine block of 2 MiB lies
 * beneath pages of eight blocks.  The module never stays: its load ends in ECANCELED.
 */
#define pr_fmt(fmt) "scatter: " fmt

#include <linux/init.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/vmalloc.h>
#include <asm/xen/hypercall.h>
#include <asm/xen/page.h>
#include <xen/xen.h>

#define ORDER 9
#define PAGES (1UL << ORDER)
#define GROUP 8

static unsigned int keep_mb = 96;
module_param(keep_mb, uint, 0);
MODULE_PARM_DESC(keep_mb, "free memory that is not touched, MiB");

/* One page gets a frame: M2P, P2M and page table. */
static int give(unsigned long pfn, unsigned long mfn)
{
	struct mmu_update update = {
		.ptr = ((u64)mfn << PAGE_SHIFT) | MMU_MACHPHYS_UPDATE,
		.val = pfn,
	};
	int err = HYPERVISOR_mmu_update(&update, 1, NULL, DOMID_SELF);

	if (!err && xen_safe_write_ulong(xen_p2m_addr + pfn, mfn))
		err = -EFAULT;
	if (!err)
		err = HYPERVISOR_update_va_mapping((unsigned long)__va(pfn << PAGE_SHIFT),
						   mfn_pte(mfn, PAGE_KERNEL),
						   UVMF_INVLPG | UVMF_ALL);
	return err;
}

/* The blocks of a group are @step apart, so that few of one group are soon had together again. */
static int scatter(struct page **block, unsigned long step)
{
	unsigned long frame[GROUP], i;
	int k, err = 0;

	for (i = 0; i < PAGES; i++) {
		for (k = 0; k < GROUP; k++)
			frame[k] = xen_p2m_addr[page_to_pfn(block[k * step]) + i];
		for (k = 0; k < GROUP; k++)
			err |= give(page_to_pfn(block[k * step]) + i, frame[(k + i) % GROUP]);
	}
	cond_resched();
	return err;
}

static int __init scatter_all(void)
{
	unsigned long most, n, i, groups, done = 0;
	struct page **block;
	int err = 0;

	if (!xen_pv_domain())
		return -ENODEV;
	most = totalram_pages() >> ORDER;
	block = vmalloc_array(most, sizeof(*block));
	if (!block)
		return -ENOMEM;
	for (n = 0; n < most; n++) {
		if (global_zone_page_state(NR_FREE_PAGES) < keep_mb << (20 - PAGE_SHIFT))
			break;
		block[n] = alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, ORDER);
		if (!block[n])
			break;
		cond_resched();
	}
	groups = n / GROUP;
	for (; done < groups && !err; done++)
		err = scatter(block + done, groups);
	for (i = 0; i < n; i++)
		__free_pages(block[i], ORDER);
	vfree(block);
	pr_info("blocks %lu\n", done * GROUP);
	return err ? -EIO : -ECANCELED;
}
module_init(scatter_all);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Scatters the free memory of a Xen PV domain over its machine frames");
