// SPDX-License-Identifier: GPL-2.0-only
/*
 * Phase 2: hot memory, in small blocks as the page allocator hands them out.
 *
 * How this works.  Network memory comes out of pageblocks that hold something unmovable, and the
 * allocator hands out what was freed last.  So in a pass, for each order that drivers ask for, free
 * blocks are taken until many in a row were contiguous; the scattered ones are cured, and all go
 * back whole, the cured ones last: they are handed out next.  Passes are made while the load runs,
 * so that the blocks in use come by.  As passes cure nothing the next ones look further: a load
 * that begins anew takes more blocks than one that goes on.
 *
 * Where Xen gives nothing, a contiguous block of movable memory is taken, and the small blocks get
 * its frames for their own.  Where its pages are used, by programs, scattered frames harm nobody.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "../xen/alias.h"
#include "../xen/blocks.h"
#include "../xen/deal.h"
#include "contiguity.h"
#include "extents.h"
#include "hot.h"
#include "neighbours.h"

#define ORDER_MOST  XSW_LEAST_ORDER /* what network memory comes in */
#define ENOUGH      128             /* contiguous blocks in a row: those below are not hot */
#define FURTHER     3               /* passes that cured nothing: the next takes twice as many */
#define LOOK_EVERY  64              /* blocks between two looks at free memory */
#define QUIET       12              /* passes that cured nothing end the run: three seconds */
#define PASSES_MOST 200
#define ANY_WIDTH   64

/*
 * @block: the scattered ones from the front, @scattered of them; the others from the end
 * @enough: contiguous blocks in a row that end it
 * @deal: for a donor's pages and as many others
 * @pressed: the domain's free memory is at its floor: what else is scattered was not looked at
 */
struct pass {
	struct xsw_defrag *d;
	struct xsw_block *block;
	size_t most, scattered, others;
	u64 enough;
	struct xsw_deal *deal;
	u64 found, cured, pages;
	bool pressed;
};

static struct page *take_one(const struct xsw_defrag *d, u8 order)
{
	gfp_t gfp = XSW_GFP_PAGES;

	if (d->limits.width && d->limits.width <= 32)
		gfp |= GFP_DMA32;
	return alloc_pages(gfp, order);
}

/* Only what may be exchanged counts as scattered, and of a run with a width, only low pages. */
static bool is_scattered(const struct xsw_defrag *d, u64 pfn, u64 pages)
{
	u8 width = d->limits.width;

	if (!xsw_are_ours(pfn, pages) || (width && (pfn + pages - 1) >> (width - PAGE_SHIFT)))
		return false;
	return !xsw_is_contiguous(pfn, pages, width) && !xsw_any_aliased(pfn, pages);
}

static void take_blocks(struct pass *p, u8 order)
{
	u64 bytes = PAGE_SIZE << order, in_a_row = 0;

	p->scattered = p->others = 0;
	while (in_a_row < p->enough && p->scattered + p->others < p->most >> order) {
		size_t taken = p->scattered + p->others;
		struct xsw_block b = { .order = order, .origin = XSW_ORIGIN_NONE };
		struct page *page;

		if (!(taken % LOOK_EVERY) && !xsw_may_hold(p->d, LOOK_EVERY * bytes)) {
			p->pressed = true;
			break;
		}
		page = take_one(p->d, order);
		if (!page)
			break;
		b.pfn = page_to_pfn(page);
		b.va = page_address(page);
		if (is_scattered(p->d, b.pfn, 1ULL << order)) {
			p->block[p->scattered++] = b;
			in_a_row = 0;
		} else {
			p->block[p->most - ++p->others] = b;
			in_a_row++;
		}
	}
	p->pages += (p->scattered + p->others) << order;
}

static void free_blocks(const struct xsw_block *b, size_t n)
{
	for (; n--; b++)
		__free_pages(pfn_to_page(b->pfn), b->order);
}

/* The last one freed is handed out first: a cured one.  @left from @first on are still scattered.
 */
static void give_back(struct pass *p, size_t first, size_t left)
{
	free_blocks(p->block + first, left);
	free_blocks(p->block + p->most - p->others, p->others);
	free_blocks(p->block, first);
	free_blocks(p->block + first + left, p->scattered - first - left);
}

/* ---- from a donor ---- */

/* A contiguous block of the domain's own, as large as is needed for @pages but no larger than one
 * of 2 MiB.
 */
static bool take_donor(struct xsw_block *donor, u64 pages)
{
	u8 order = 0;

	while (order < XSW_BLOCK_ORDER && 1ULL << order < pages)
		order++;
	for (;; order--) {
		if (!xsw_hv_alloc(donor, order, ANY_WIDTH, false)) {
			if (donor->origin == XSW_ORIGIN_FOUND &&
			    !xsw_any_aliased(donor->pfn, 1ULL << order))
				return true;
			xsw_hv_free(donor);
		}
		if (order <= ORDER_MOST)
			return false;
	}
}

/* The first blocks get the donor's frames, the donor theirs.  Return: how many did. */
static size_t swap_with(struct pass *p, struct xsw_block *donor, const struct xsw_block *b,
			size_t n)
{
	struct xsw_deal *deal = p->deal;
	u64 pages = 1ULL << b->order, i;
	size_t k;

	n = min_t(u64, n, 1ULL << (donor->order - b->order));
	deal->n = 0;
	for (k = 0; k < n; k++)
		for (i = 0; i < pages; i++) {
			u64 gives = donor->pfn + k * pages + i, gets = b[k].pfn + i;

			deal->page[deal->n] = gives;
			deal->frame[deal->n++] = xsw_pfn_to_mfn(gets);
			deal->page[deal->n] = gets;
			deal->frame[deal->n++] = xsw_pfn_to_mfn(gives);
		}
	return xsw_dealt(p->d, deal, xsw_deal(deal)) ? n : 0;
}

/* Return: how many of the @n blocks, from the first, are cured. */
static size_t from_donors(struct pass *p, const struct xsw_block *b, size_t n)
{
	struct xsw_block donor;
	size_t cured = 0, done;

	while (cured < n && !xsw_is_awaited() && xsw_may_hold(p->d, PAGE_SIZE << XSW_BLOCK_ORDER) &&
	       take_donor(&donor, (n - cured) << b->order)) {
		p->pages += 1ULL << donor.order;
		done = swap_with(p, &donor, b + cured, n - cured);
		donor.origin = XSW_ORIGIN_NONE;
		xsw_hv_free(&donor);
		if (!done)
			break;
		cured += done;
		cond_resched();
	}
	return cured;
}

/* ---- passes ---- */

static void pass_of_order(struct pass *p, u8 order)
{
	size_t first = 0, left;

	take_blocks(p, order);
	left = xsw_extents(p->d, p->block, p->scattered);
	/* Donors lie anywhere: no cure for pages that want low frames. */
	if (left && !p->d->limits.width)
		first = from_donors(p, p->block, left);
	left -= first;
	p->found += p->scattered;
	p->cured += p->scattered - left;
	give_back(p, first, left);
	cond_resched();
}

static void pass_on_cpu(void *argument)
{
	struct pass *p = argument;
	u8 order;

	for (order = ORDER_MOST; order; order--)
		pass_of_order(p, order);
}

static enum xsw_ending passes(struct pass *p)
{
	struct xsw_progress *progress = &p->d->progress;
	u32 quiet = 0, n;

	for (n = 0; n < PASSES_MOST && quiet < QUIET; n++) {
		p->found = p->cured = p->pages = 0;
		p->pressed = false;
		p->enough = ENOUGH << quiet / FURTHER;
		xsw_on_each_cpu(pass_on_cpu, p);
		progress->passes++;
		progress->hot_found = p->found;
		progress->hot_cured += p->cured;
		quiet = p->cured ? 0 : quiet + 1;
		if (!xsw_go_on(p->d, p->pages))
			return XSW_ENDED_STOPPED;
		if (p->pressed)
			return XSW_ENDED_PRESSED;
		if (p->found > p->cured && !p->d->whole_only && xsw_low_is_spent(p->d, 1))
			return XSW_ENDED_LOW;
		if (quiet < QUIET && !xsw_rest())
			return XSW_ENDED_STOPPED;
	}
	return quiet < QUIET ? XSW_ENDED_PASSES : XSW_ENDED_DONE;
}

enum xsw_ending xsw_hot(struct xsw_defrag *d)
{
	struct pass p = { .d = d, .most = d->limits.held_bytes >> PAGE_SHIFT };
	enum xsw_ending ending = XSW_ENDED_MEMORY;
	u64 pages = 2 * XSW_BLOCK_PAGES;

	p.block = kvmalloc_array(p.most, sizeof(*p.block), XSW_GFP_ARRAY);
	p.deal = kvzalloc(sizeof(*p.deal), XSW_GFP_ARRAY);
	if (p.deal) {
		p.deal->page = kvmalloc_array(pages, sizeof(u64), XSW_GFP_ARRAY);
		p.deal->frame = kvmalloc_array(pages, sizeof(u64), XSW_GFP_ARRAY);
		if (p.block && p.deal->page && p.deal->frame)
			ending = passes(&p);
		kvfree(p.deal->page);
		kvfree(p.deal->frame);
	}
	kvfree(p.deal);
	kvfree(p.block);
	return ending;
}
