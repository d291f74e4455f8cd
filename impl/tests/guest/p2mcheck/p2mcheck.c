// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks the domain's memory and logs what a test of the pool compares before and after.
 *
 * For every frame the domain owns: does the M2P name the PFN that the P2M gives it to, and
 * does the kernel's own page table map it there, so that its next user can read and write it?  How
 * many frames are below 4 GiB, and how many aligned 2 MiB blocks of PFNs lie on such frames that
 * are neighbours?  How many pages of other domains are mapped?  With width=, of the PFNs below it:
 * how many have frames below it, too; and of the PFNs above: how many have frames below it?  The
 * module never stays: its load ends in ECANCELED, which says that the line is in the log.
 *
 * With spoil= a page of its own is mapped wrong while it looks: what a test of the sweep wants.
 */
#define pr_fmt(fmt) "p2mcheck: " fmt

#include <linux/init.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <asm/xen/hypercall.h>
#include <asm/xen/page.h>
#include <xen/xen.h>

#define BLOCK     512UL
#define LOW_LIMIT (1UL << (32 - PAGE_SHIFT))

static unsigned int width;
module_param(width, uint, 0);
MODULE_PARM_DESC(width, "also count the frames below 2^width, of PFNs below it and above");

static char *spoil = "nothing";
module_param(spoil, charp, 0);
MODULE_PARM_DESC(spoil, "unmapped, readonly or elsewhere: how a page is mapped while it looks");

struct tally {
	unsigned long frames, low, low_blocks, foreign, m2p_wrong, pte_wrong, readonly;
	unsigned long within, from_above;
};

static bool is_own(unsigned long entry)
{
	return entry != INVALID_P2M_ENTRY && !(entry & (FOREIGN_FRAME_BIT | IDENTITY_FRAME_BIT));
}

static pte_t *direct_pte(unsigned long pfn, unsigned int *level)
{
	return lookup_address((unsigned long)__va(pfn << PAGE_SHIFT), level);
}

/*
 * Linux has page tables, descriptor tables, its own text and that of modules mapped read-only.  All
 * these have an owner who is no program and no file: a page that is free, on a list for reclaim or
 * part of a file is to be writable.
 */
static bool may_be_readonly(struct page *page)
{
	return PageReserved(page) || (page_count(page) && !PageLRU(page) && !page->mapping);
}

/* Return: what is wrong with it, or NULL */
static const char *wrong_pte(unsigned long pfn, unsigned long mfn, struct tally *t)
{
	struct page *page = pfn_to_online_page(pfn);
	unsigned int level;
	pte_t *pte;

	if (!page)
		return NULL;
	pte = direct_pte(pfn, &level);
	if (!pte || level != PG_LEVEL_4K || !pte_present(*pte))
		return "not mapped";
	if (pte_mfn(*pte) != mfn)
		return "mapped to another frame";
	if (pte_write(*pte))
		return NULL;
	t->readonly++;
	/* What became writable since was given back meanwhile. */
	return may_be_readonly(page) || pte_write(READ_ONCE(*pte)) ? NULL : "mapped read-only";
}

static void check_frame(unsigned long pfn, unsigned long mfn, struct tally *t)
{
	unsigned long back, wide = width > PAGE_SHIFT ? 1UL << (width - PAGE_SHIFT) : 0;
	const char *wrong;

	t->frames++;
	t->low += mfn < LOW_LIMIT;
	t->within += mfn < wide && pfn < wide;
	t->from_above += mfn < wide && pfn >= wide;
	if (xen_safe_read_ulong(&machine_to_phys_mapping[mfn], &back) || back != pfn)
		t->m2p_wrong++;
	wrong = wrong_pte(pfn, mfn, t);
	/* A frame that changed hands meanwhile is for the next sweep. */
	if (!wrong || READ_ONCE(xen_p2m_addr[pfn]) != mfn)
		return;
	if (!t->pte_wrong++)
		pr_info("page %#lx is %s\n", pfn, wrong);
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

static void sweep(struct tally *t)
{
	unsigned long pfn;

	for (pfn = 0; pfn < xen_p2m_size; pfn++) {
		unsigned long entry = READ_ONCE(xen_p2m_addr[pfn]);

		if (is_own(entry))
			check_frame(pfn, entry, t);
		t->foreign += entry != INVALID_P2M_ENTRY && (entry & FOREIGN_FRAME_BIT);
		if (!(pfn % BLOCK)) {
			t->low_blocks += pfn + BLOCK <= xen_p2m_size && is_low_block(pfn);
			cond_resched();
		}
	}
}

static int map_as(unsigned long pfn, pte_t pte)
{
	return HYPERVISOR_update_va_mapping((unsigned long)__va(pfn << PAGE_SHIFT), pte,
					    UVMF_INVLPG | UVMF_ALL);
}

/* The second of two pages: nobody counts its users, as if it were free. */
static int sweep_spoilt(struct tally *t)
{
	struct page *pages = alloc_pages(GFP_KERNEL, 1);
	unsigned long pfn, mfn;
	pte_t pte = __pte(0);
	int err;

	if (!pages)
		return -ENOMEM;
	pfn = page_to_pfn(pages) + 1;
	mfn = xen_p2m_addr[pfn];
	if (!strcmp(spoil, "readonly"))
		pte = mfn_pte(mfn, PAGE_KERNEL_RO);
	else if (!strcmp(spoil, "elsewhere"))
		pte = mfn_pte(xen_p2m_addr[pfn - 1], PAGE_KERNEL);
	err = map_as(pfn, pte);
	if (!err)
		sweep(t);
	err = map_as(pfn, mfn_pte(mfn, PAGE_KERNEL)) ?: err;
	if (err)
		return err; /* the pages are lost: nobody may have them */
	__free_pages(pages, 1);
	return 0;
}

static int __init p2mcheck(void)
{
	struct tally t = {};
	int err = 0;

	if (!xen_pv_domain())
		return -ENODEV;
	if (strcmp(spoil, "nothing"))
		err = sweep_spoilt(&t);
	else
		sweep(&t);
	if (err)
		return err;
	pr_info("frames %lu low %lu low_blocks %lu foreign %lu m2p_wrong %lu pte_wrong %lu "
		"readonly %lu within %lu from_above %lu\n",
		t.frames, t.low, t.low_blocks, t.foreign, t.m2p_wrong, t.pte_wrong, t.readonly,
		t.within, t.from_above);
	return -ECANCELED;
}
module_init(p2mcheck);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Checks P2M, M2P and page table of a Xen PV domain against each other");
