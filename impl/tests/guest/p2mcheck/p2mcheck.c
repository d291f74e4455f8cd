// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks the domain's memory and logs what a test of the pool compares before and after.
 *
 * For every frame the domain owns: does the M2P name the PFN that the P2M gives it to, and
 * does the kernel's own page table map it there?  How many frames are below 4 GiB, and how
 * many aligned 2 MiB blocks of PFNs lie on such frames that are neighbours?  How many pages of
 * other domains are mapped?  The module never stays: its load ends in ECANCELED, which says that
 * the line is in the log.
 */
#define pr_fmt(fmt) "p2mcheck: " fmt

#include <linux/init.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <asm/xen/page.h>
#include <xen/xen.h>

#define BLOCK     512UL
#define LOW_LIMIT (1UL << (32 - PAGE_SHIFT))

struct tally {
	unsigned long frames, low, low_blocks, foreign, m2p_wrong, pte_wrong;
};

static bool is_own(unsigned long entry)
{
	return entry != INVALID_P2M_ENTRY && !(entry & (FOREIGN_FRAME_BIT | IDENTITY_FRAME_BIT));
}

static void check_frame(unsigned long pfn, unsigned long mfn, struct tally *t)
{
	unsigned long back;
	unsigned int level;
	pte_t *pte;

	t->frames++;
	t->low += mfn < LOW_LIMIT;
	if (xen_safe_read_ulong(&machine_to_phys_mapping[mfn], &back) || back != pfn)
		t->m2p_wrong++;
	if (!pfn_to_online_page(pfn))
		return;
	pte = lookup_address((unsigned long)__va(pfn << PAGE_SHIFT), &level);
	if (!pte || (level == PG_LEVEL_4K && pte_present(*pte) && pte_mfn(*pte) != mfn))
		t->pte_wrong++;
}

static bool is_low_block(unsigned long pfn)
{
	unsigned long mfn = xen_p2m_addr[pfn], i;

	if (!is_own(mfn) || mfn % BLOCK || mfn + BLOCK > LOW_LIMIT)
		return false;
	for (i = 1; i < BLOCK; i++)
		if (xen_p2m_addr[pfn + i] != mfn + i)
			return false;
	return true;
}

static int __init p2mcheck(void)
{
	struct tally t = {};
	unsigned long pfn;

	if (!xen_pv_domain())
		return -ENODEV;
	for (pfn = 0; pfn < xen_p2m_size; pfn++) {
		unsigned long entry = READ_ONCE(xen_p2m_addr[pfn]);

		if (is_own(entry))
			check_frame(pfn, entry, &t);
		t.foreign += entry != INVALID_P2M_ENTRY && (entry & FOREIGN_FRAME_BIT);
		if (!(pfn % BLOCK)) {
			t.low_blocks += pfn + BLOCK <= xen_p2m_size && is_low_block(pfn);
			cond_resched();
		}
	}
	pr_info("frames %lu low %lu low_blocks %lu foreign %lu m2p_wrong %lu pte_wrong %lu\n",
		t.frames, t.low, t.low_blocks, t.foreign, t.m2p_wrong, t.pte_wrong);
	return -ECANCELED;
}
module_init(p2mcheck);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Checks P2M, M2P and page table of a Xen PV domain against each other");
