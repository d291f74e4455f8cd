// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assembles contiguous blocks out of scattered frames that the domain owns already.
 *
 * How this works.  Xen may have nothing free below the device's reach while this domain owns
 * low frames in plenty, but no two neighbours of them beneath neighbouring pages.  Offering
 * such frames in an exchange helps little: Xen allocates an extent before it frees what was
 * offered for it, and gives what was freed last out first.  But who has all frames of an
 * aligned machine run needs no exchange: a PV domain may deal its frames out to its pages as
 * it likes, if it tells Xen, which keeps the M2P.  So:
 *
 * 1. The M2P is searched for an aligned run of frames that all lie beneath pages of ours that are
 *    free or can be moved.
 * 2. These pages are taken from Linux.  It gives single pages out of a pageblock only when
 *    nothing else in it is in use for good, so whole units of at least a pageblock are taken,
 *    and what is not needed of one goes back at once.  The block that is to become contiguous
 *    lies in the first unit.
 * 3. The block's pages get the run, in order; the pages that had the run get the block's old
 *    frames: M2P, P2M and page table of each.
 * 4. Those other pages go back to Linux.
 *
 * Nothing is lost on the way when a unit turns out busy: the pages go back as they were.
 */
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <asm/xen/hypercall.h>
#include <xen/interface/xen.h>

#include "../compat/pages.h"
#include "../core/hypervisor.h"
#include "blocks.h"

#define MOST_UNITS   64        /* taken for one block */
#define BUSY_TRIES   16        /* runs that may turn out busy in one call */
#define SCAN_AT_MOST (1 << 20) /* runs looked at in one call */
#define UPDATES      256       /* M2P entries told in one hypercall */

/*
 * One block in the making.
 * @mfn: first frame of the run; @pfn: first page of the block; @pages: in either
 * @unit: first PFN of each unit taken, of @unit_pages
 * @page, @frame: the pages whose frames change, @n of them, and what they get
 */
struct assembly {
	u64 mfn, pfn, pages;
	u64 unit[MOST_UNITS], unit_pages;
	u32 units;
	u32 n;
	u64 *page, *frame;
	struct mmu_update update[UPDATES];
};

static DEFINE_MUTEX(assembly_lock);
static u64 next_run[XSW_MAX_PAGE_ORDER + 1]; /* MFN where the search goes on, by order */

/* Return: the page of ours that has this frame, XSW_NO_FRAME if none has. */
static u64 owner_of(u64 mfn)
{
	unsigned long pfn;

	if (xen_safe_read_ulong(machine_to_phys_mapping + mfn, &pfn) || pfn >= xen_p2m_size ||
	    !xsw_pfn_is_ours(pfn) || xsw_pfn_to_mfn(pfn) != mfn)
		return XSW_NO_FRAME;
	return pfn;
}

static bool is_candidate(u64 mfn, u64 pages)
{
	u64 i;

	for (i = 0; i < pages; i++) {
		u64 pfn = owner_of(mfn + i);

		if (pfn == XSW_NO_FRAME || !xsw_may_be_taken(pfn))
			return false;
	}
	return true;
}

static bool has_frame_of_run(const struct assembly *a, u64 pfn)
{
	return xsw_pfn_is_ours(pfn) && xsw_pfn_to_mfn(pfn) - a->mfn < a->pages;
}

static bool is_of_block(const struct assembly *a, u64 pfn)
{
	return pfn - a->pfn < a->pages;
}

/* Pages of the units that are ours to change: needed for the run, or the block's own */
static bool is_needed(const struct assembly *a, u64 pfn)
{
	return is_of_block(a, pfn) || has_frame_of_run(a, pfn);
}

/* Gives back the pages of a unit that are needed, or those that are not. */
static void give_back(const struct assembly *a, u64 unit, bool needed)
{
	u64 pfn;

	for (pfn = unit; pfn < unit + a->unit_pages; pfn++)
		if (is_needed(a, pfn) == needed)
			__free_page(pfn_to_page(pfn));
}

static bool take_unit(struct assembly *a, u64 pfn)
{
	u64 unit = ALIGN_DOWN(pfn, a->unit_pages);
	u32 i;

	for (i = 0; i < a->units; i++)
		if (a->unit[i] == unit)
			return true;
	if (a->units == MOST_UNITS || !xsw_is_linux_memory(unit, a->unit_pages) ||
	    xsw_alloc_contig_range(unit, unit + a->unit_pages, XSW_GFP_RANGE))
		return false;
	a->unit[a->units++] = unit;
	give_back(a, unit, false);
	return true;
}

static void release(struct assembly *a)
{
	while (a->units)
		give_back(a, a->unit[--a->units], true);
}

/* Takes every page that has a frame of the run, and the block: or nothing. */
static bool take(struct assembly *a)
{
	u64 i, pfn = owner_of(a->mfn);

	a->units = 0;
	if (pfn == XSW_NO_FRAME)
		return false;
	a->pfn = ALIGN_DOWN(pfn, a->pages);
	for (i = 0; i < a->pages; i++) {
		pfn = owner_of(a->mfn + i);
		if (pfn == XSW_NO_FRAME || !take_unit(a, pfn)) {
			release(a);
			return false;
		}
		cond_resched();
	}
	/* A frame that is not ours must never be dealt out. */
	for (i = 0; i < a->pages; i++) {
		if (!xsw_pfn_is_ours(a->pfn + i)) {
			release(a);
			return false;
		}
	}
	return true;
}

/* Who gets which frame: the block the run, those who had the run what the block had. */
static void plan(struct assembly *a)
{
	u64 i, had = 0;

	for (i = 0; i < a->pages; i++) {
		a->page[i] = a->pfn + i;
		a->frame[i] = a->mfn + i;
	}
	a->n = a->pages;
	for (i = 0; i < a->pages; i++)
		if (!has_frame_of_run(a, a->pfn + i))
			a->frame[a->pages + had++] = xsw_pfn_to_mfn(a->pfn + i);
	for (i = 0; i < a->pages; i++) {
		u64 owner = owner_of(a->mfn + i);

		if (!is_of_block(a, owner))
			a->page[a->n++] = owner;
	}
}

/* Tells Xen's M2P about the first @n pages: what is planned, or what the P2M still says. */
static int tell_xen(struct assembly *a, u32 n, bool planned, u32 *done)
{
	u32 i, count;

	for (*done = 0; *done < n; *done += count) {
		count = min_t(u32, UPDATES, n - *done);
		for (i = 0; i < count; i++) {
			u64 pfn = a->page[*done + i];
			u64 mfn = planned ? a->frame[*done + i] : xsw_pfn_to_mfn(pfn);

			a->update[i].ptr = (mfn << PAGE_SHIFT) | MMU_MACHPHYS_UPDATE;
			a->update[i].val = pfn;
		}
		if (HYPERVISOR_mmu_update(a->update, count, NULL, DOMID_SELF) < 0) {
			*done += count;
			return -EPERM;
		}
	}
	return 0;
}

/* Gives each page its planned frame; one TLB flush, at the end. */
static void map_planned(const struct assembly *a)
{
	int err = 0;
	u32 i;

	for (i = 0; i < a->n; i++) {
		unsigned long va = (unsigned long)page_address(pfn_to_page(a->page[i]));
		bool last = i + 1 == a->n;

		if (xsw_p2m_set(a->page[i], a->frame[i]) ||
		    HYPERVISOR_update_va_mapping(va, mfn_pte(a->frame[i], PAGE_KERNEL),
						 last ? UVMF_TLB_FLUSH | UVMF_ALL : 0))
			err = -EFAULT;
	}
	/* All these frames are ours and mapped already: Xen has no ground to refuse. */
	WARN_ONCE(err, "xen_swiotlb: Xen refuses to map our own frames elsewhere (%d)\n", err);
}

/* Return: has the block the run? */
static bool change_frames(struct assembly *a)
{
	u32 done;

	plan(a);
	if (tell_xen(a, a->n, true, &done)) {
		/* forbidden by a policy: the P2M still holds the truth */
		tell_xen(a, a->n, false, &done);
		return false;
	}
	map_planned(a);
	return true;
}

/* The pages of the run that are not the block's, which have the block's old frames now */
static void release_others(struct assembly *a)
{
	u64 i;

	for (i = a->pages; i < a->n; i++)
		__free_page(pfn_to_page(a->page[i]));
	a->units = 0;
}

static bool assemble_at(struct assembly *a, u64 mfn)
{
	a->mfn = mfn;
	if (!take(a))
		return false;
	if (!change_frames(a)) {
		release(a);
		return false;
	}
	release_others(a);
	return true;
}

/* Searches all below the limit, from where the last call of this order ended. */
static bool search(struct assembly *a, u8 order, u8 bits)
{
	u64 end = min_t(u64, machine_to_phys_nr, 1ULL << (bits - PAGE_SHIFT));
	u64 runs = min_t(u64, end / a->pages, SCAN_AT_MOST), looked;
	int busy = 0;

	for (looked = 0; looked < runs && busy < BUSY_TRIES; looked++) {
		u64 run = next_run[order] + a->pages <= end ? next_run[order] : 0;

		next_run[order] = run + a->pages;
		if (!(looked & 1023))
			cond_resched();
		if (!is_candidate(run, a->pages))
			continue;
		if (assemble_at(a, run))
			return true;
		busy++;
	}
	return false;
}

static struct assembly *assembly_new(u8 order)
{
	struct assembly *a = kvzalloc(sizeof(*a), XSW_GFP_ARRAY);

	if (!a)
		return NULL;
	a->pages = 1ULL << order;
	a->unit_pages = max_t(u64, a->pages, pageblock_nr_pages);
	a->page = kvmalloc_array(2 * a->pages, sizeof(u64), XSW_GFP_ARRAY);
	a->frame = kvmalloc_array(2 * a->pages, sizeof(u64), XSW_GFP_ARRAY);
	return a;
}

static void assembly_free(struct assembly *a)
{
	kvfree(a->page);
	kvfree(a->frame);
	kvfree(a);
}

int xsw_hv_assemble(struct xsw_block *b, u8 order, u8 bits)
{
	struct assembly *a;
	int err = -ENOMEM;

	if (order > XSW_MAX_PAGE_ORDER)
		return -ENOMEM;
	a = assembly_new(order);
	if (!a)
		return -ENOMEM;
	mutex_lock(&assembly_lock);
	if (a->page && a->frame && search(a, order, bits)) {
		*b = (struct xsw_block){
			.va = page_address(pfn_to_page(a->pfn)),
			.pfn = a->pfn,
			.order = order,
			.origin = XSW_ORIGIN_ASSEMBLED,
		};
		err = 0;
	}
	mutex_unlock(&assembly_lock);
	assembly_free(a);
	return err;
}
