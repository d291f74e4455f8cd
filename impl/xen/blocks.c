// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes naturally aligned blocks of pages from Linux, low and contiguous ones first.
 *
 * How this works.  A domain often owns machine frames that are low and neighbours already;
 * Xen may have none.  So before a block is taken from anywhere, the P2M is searched for an
 * aligned run of PFNs over such frames, and just that run is asked for (its movable pages
 * move elsewhere).
 *
 * 1. A search has a cursor for each order, which goes on where the last call ended.  So all
 *    blocks of a pool together cost one pass over the table.
 * 2. The first pass takes only frames that devices of narrower masks cannot reach, the next
 *    passes lower ones: memory for a wide mask leaves the low frames alone as long as it can.
 * 3. After the last pass the search rests for a while, or until a contiguous block comes back.
 *    A search for another width begins anew.
 * 4. A call gives up after a few runs that turn out to be in use.
 *
 * The P2M has room for 512 GiB, whatever the domain has: a search begins with a look for the last
 * page of memory.
 */
#include <linux/jiffies.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mutex.h>

#include "../compat/pages.h"
#include "../core/hypervisor.h"
#include "blocks.h"

#define BUSY_TRIES 8         /* runs that may turn out busy in one call */
#define REST       (10 * HZ) /* of a search that has seen all */

/* Address bits of masks that devices have: a pass takes frames above one of them. */
static const u8 floors[] = { 32, 30, 24, 0 };

/*
 * Where the search for runs of one order and alignment goes on.
 * @bits: the width it is for; 0: it has not begun
 * @floor: index of this pass's floor; behind the last one: the search rests
 * @pfn: the next run, if it lies below @end, where the domain's memory ends
 * @rest_ends: in jiffies
 */
struct cursor {
	u8 bits;
	u8 floor;
	u64 pfn, end;
	unsigned long rest_ends;
};

static DEFINE_MUTEX(search_lock);
static struct cursor cursors[XSW_MAX_PAGE_ORDER + 1][2]; /* by order and alignment */

static bool is_contiguous(u64 pfn, u8 order, u8 bits, bool aligned)
{
	u64 pages = 1UL << order, mfn = xsw_pfn_to_mfn(pfn), i;

	if (mfn == XSW_NO_FRAME || (mfn + pages - 1) >> (bits - PAGE_SHIFT))
		return false;
	if (aligned && (mfn & (pages - 1)))
		return false;
	for (i = 0; i < pages; i++)
		if (!xsw_pfn_is_ours(pfn + i) || xsw_pfn_to_mfn(pfn + i) != mfn + i)
			return false;
	return true;
}

bool xsw_is_linux_memory(u64 pfn, u64 pages)
{
	struct page *first = pfn_to_online_page(pfn);
	struct page *last = pfn_to_online_page(pfn + pages - 1);

	return first && last && page_zone(first) == page_zone(last);
}

bool xsw_may_be_taken(u64 pfn)
{
	struct page *page = pfn_to_online_page(pfn), *head;

	if (!page || PageReserved(page))
		return false;
	head = compound_head(page);
	return PageLRU(head) || (head == page && !page_ref_count(page));
}

u64 xsw_owner_of(u64 mfn)
{
	unsigned long pfn;

	if (mfn >= machine_to_phys_nr || xen_safe_read_ulong(machine_to_phys_mapping + mfn, &pfn) ||
	    pfn >= xen_p2m_size || !xsw_pfn_is_ours(pfn) || xsw_pfn_to_mfn(pfn) != mfn)
		return XSW_NO_FRAME;
	return pfn;
}

static bool is_above(u64 pfn, u8 floor_bits)
{
	return !floor_bits || xsw_pfn_to_mfn(pfn) >> (floor_bits - PAGE_SHIFT);
}

static bool is_at_rest(const struct cursor *c)
{
	return c->floor == ARRAY_SIZE(floors);
}

/* The next pass that has anything to look at, or the rest */
static void begin_pass(struct cursor *c, u8 floor)
{
	while (floor < ARRAY_SIZE(floors) && floors[floor] >= c->bits)
		floor++;
	c->floor = floor;
	c->pfn = 0;
	c->rest_ends = jiffies + REST;
}

/* Return: false if the search is at rest, else *@pfn is the next run to look at. */
static bool next_run(struct cursor *c, u64 pages, u64 *pfn)
{
	if (is_at_rest(c))
		return false;
	if (c->pfn + pages > c->end) {
		begin_pass(c, c->floor + 1);
		if (is_at_rest(c))
			return false;
	}
	*pfn = c->pfn;
	c->pfn += pages;
	return true;
}

u64 xsw_end_of_memory(void)
{
	u64 pfn = ALIGN_DOWN(xen_p2m_size, pageblock_nr_pages), looked = 0;

	while (pfn && !pfn_to_online_page(pfn - 1)) {
		pfn -= pageblock_nr_pages;
		if (!(++looked & 1023))
			cond_resched();
	}
	return pfn;
}

static struct cursor *cursor_for(u8 order, u8 bits, bool aligned)
{
	struct cursor *c = &cursors[order][aligned];

	if (c->bits != bits || (is_at_rest(c) && time_after_eq(jiffies, c->rest_ends))) {
		c->bits = bits;
		c->end = xsw_end_of_memory();
		begin_pass(c, 0);
	}
	return c;
}

/* Return: the first PFN of a low, contiguous run that is now ours, or 0. */
static u64 take_low_run(u8 order, u8 bits, bool aligned)
{
	u64 pages = 1UL << order, pfn, looked = 0, taken = 0;
	struct cursor *c;
	int busy = 0;

	mutex_lock(&search_lock);
	c = cursor_for(order, bits, aligned);
	while (!taken && busy < BUSY_TRIES && next_run(c, pages, &pfn)) {
		if (!(++looked & 1023))
			cond_resched();
		/* The first page tells a run that this module has already. */
		if (!pfn || !xsw_may_be_taken(pfn) || !is_contiguous(pfn, order, bits, aligned) ||
		    !is_above(pfn, floors[c->floor]) || !xsw_is_linux_memory(pfn, pages))
			continue;
		if (xsw_alloc_contig_range(pfn, pfn + pages, XSW_GFP_RANGE))
			busy++;
		else
			taken = pfn;
	}
	mutex_unlock(&search_lock);
	return taken;
}

int xsw_hv_alloc(struct xsw_block *b, u8 order, u8 bits, bool aligned)
{
	u64 pfn;

	if (order > XSW_MAX_PAGE_ORDER)
		return -ENOMEM;
	pfn = take_low_run(order, bits, aligned);
	if (!pfn) {
		struct page *page = alloc_pages(XSW_GFP_PAGES, order);

		if (!page)
			return -ENOMEM;
		split_page(page, order); /* as alloc_contig_range() gives them: one by one */
		pfn = page_to_pfn(page);
	}
	*b = (struct xsw_block){
		.va = page_address(pfn_to_page(pfn)),
		.pfn = pfn,
		.order = order,
		.origin = is_contiguous(pfn, order, bits, aligned) ? XSW_ORIGIN_FOUND
								   : XSW_ORIGIN_NONE,
	};
	return 0;
}

void xsw_hv_free(struct xsw_block *b)
{
	u64 i;

	for (i = 0; i < 1UL << b->order; i++)
		__free_page(pfn_to_page(b->pfn + i));
	if (b->origin != XSW_ORIGIN_NONE) {
		mutex_lock(&search_lock);
		memset(cursors, 0, sizeof(cursors));
		mutex_unlock(&search_lock);
	}
	*b = (struct xsw_block){ 0 };
}

u64 xsw_hv_available(void)
{
	long pages = si_mem_available();

	return pages > 0 ? (u64)pages << PAGE_SHIFT : 0;
}
