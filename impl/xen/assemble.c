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
 *    free or can be moved: from the highest frame that will do downwards, so that the lowest
 *    frames are left to the devices that need them.
 * 2. These pages are taken from Linux.  It gives single pages out of a pageblock only when
 *    nothing else in it is in use for good, so whole units of at least a pageblock are taken,
 *    and what is not needed of one goes back at once.  The block that is to become contiguous
 *    lies in the first unit.
 * 3. Frames may have changed their pages meanwhile: stock's exchange of another device does that.
 *    Those of a page that has been taken stay, so now the frames of the run are counted.
 * 4. The block's pages get the run, in order; the pages that had the run get the block's old
 *    frames: M2P, P2M and page table of each.
 * 5. Those other pages go back to Linux.
 *
 * Nothing is lost on the way when a unit turns out busy: the pages go back as they were.
 */
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "../compat/pages.h"
#include "../core/hypervisor.h"
#include "blocks.h"
#include "deal.h"

#define MOST_UNITS   64        /* taken for one block */
#define BUSY_TRIES   16        /* runs that may turn out busy in one call */
#define SCAN_AT_MOST (1 << 20) /* runs looked at in one call */

/*
 * One block in the making.
 * @mfn: first frame of the run; @pfn: first page of the block; @pages: in either
 * @unit: first PFN of each unit taken, of @unit_pages
 * @deal: the pages that are ours now, the block, then others that have a frame of the run; and
 *        what each of them gets
 */
struct assembly {
	u64 mfn, pfn, pages;
	u64 unit[MOST_UNITS], unit_pages;
	u32 units;
	struct xsw_deal deal;
};

static DEFINE_MUTEX(assembly_lock);

/* Where the search for runs of an order goes on, downwards, and the width it is for */
static struct {
	u64 end;
	u8 bits;
} cursors[XSW_MAX_PAGE_ORDER + 1];

static bool is_candidate(u64 mfn, u64 pages)
{
	u64 i;

	for (i = 0; i < pages; i++) {
		u64 pfn = xsw_owner_of(mfn + i);

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

/* Keeps the pages of a unit that have a frame of the run, and the block; gives the others back. */
static void keep_needed(struct assembly *a, u64 unit)
{
	u64 pfn;

	for (pfn = unit; pfn < unit + a->unit_pages; pfn++) {
		if (is_of_block(a, pfn))
			continue;
		if (has_frame_of_run(a, pfn))
			a->deal.page[a->deal.n++] = pfn;
		else
			__free_page(pfn_to_page(pfn));
	}
}

/* The block lies in the first unit. */
static void keep_block(struct assembly *a)
{
	for (a->deal.n = 0; a->deal.n < a->pages; a->deal.n++)
		a->deal.page[a->deal.n] = a->pfn + a->deal.n;
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
	if (!a->units)
		keep_block(a);
	a->unit[a->units++] = unit;
	keep_needed(a, unit);
	return true;
}

static void release_from(struct assembly *a, u32 first)
{
	while (a->deal.n > first)
		__free_page(pfn_to_page(a->deal.page[--a->deal.n]));
}

/* Takes the units of all pages that have a frame of the run. */
static bool take_units(struct assembly *a)
{
	u64 i;

	for (i = 0; i < a->pages; i++) {
		u64 pfn = xsw_owner_of(a->mfn + i);

		if (!i)
			a->pfn = ALIGN_DOWN(pfn, a->pages);
		if (pfn == XSW_NO_FRAME || !take_unit(a, pfn))
			return false;
		cond_resched();
	}
	return true;
}

/*
 * Who gets which frame: the block the run, those who had the run what the block had.
 * Return: false if a frame of the run got away.
 */
static bool plan(struct assembly *a)
{
	u64 i, other = a->pages;

	for (i = 0; i < a->pages; i++) {
		u64 pfn = a->pfn + i;

		a->deal.frame[i] = a->mfn + i;
		if (!has_frame_of_run(a, pfn))
			a->deal.frame[other++] = xsw_pfn_to_mfn(pfn);
	}
	return other == a->deal.n;
}

static bool assemble_at(struct assembly *a, u64 mfn)
{
	bool done;

	a->mfn = mfn;
	a->units = 0;
	a->deal.n = 0;
	done = take_units(a) && plan(a) && !xsw_deal(&a->deal);
	release_from(a, done ? a->pages : 0);
	return done;
}

/* Searches all below the limit downwards, from where the last call for this width ended. */
static bool search(struct assembly *a, u8 order, u8 bits)
{
	u64 end = min_t(u64, machine_to_phys_nr, 1ULL << (bits - PAGE_SHIFT));
	u64 runs = min_t(u64, end / a->pages, SCAN_AT_MOST), looked;
	int busy = 0;

	for (looked = 0; looked < runs && busy < BUSY_TRIES; looked++) {
		u64 run;

		if (cursors[order].bits != bits || cursors[order].end < a->pages) {
			cursors[order].bits = bits;
			cursors[order].end = ALIGN_DOWN(end, a->pages);
		}
		run = cursors[order].end -= a->pages;
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
	a->deal.page = kvmalloc_array(2 * a->pages, sizeof(u64), XSW_GFP_ARRAY);
	a->deal.frame = kvmalloc_array(2 * a->pages, sizeof(u64), XSW_GFP_ARRAY);
	return a;
}

static void assembly_free(struct assembly *a)
{
	kvfree(a->deal.page);
	kvfree(a->deal.frame);
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
	if (a->deal.page && a->deal.frame && search(a, order, bits)) {
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
