// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model's page allocator and XENMEM_exchange: hypervisor.h for user space.
 */
#include <stdio.h>
#include <stdlib.h>

#include "machine_state.h"

static bool is_free_block(u64 pfn, u64 pages)
{
	u64 i;

	for (i = 0; i < pages; i++)
		if (machine.page_used[pfn + i] || !xsw_pfn_is_ours(pfn + i))
			return false;
	return true;
}

static bool is_contiguous(u64 pfn, u8 order, u8 bits, bool aligned)
{
	u64 pages = 1ULL << order, mfn = model_p2m[pfn], i;

	if (aligned && (mfn & (pages - 1)))
		return false;
	if (bits < 52 && mfn + pages > 1ULL << (bits - XSW_PAGE_SHIFT))
		return false;
	for (i = 1; i < pages; i++)
		if (model_p2m[pfn + i] != mfn + i)
			return false;
	return true;
}

/* A block that is low and contiguous already is worth a search of all */
int xsw_hv_alloc(struct xsw_block *b, u8 order, u8 bits, bool aligned)
{
	u64 pages = 1ULL << order, pfn, found = ~0ULL;

	if (model_faults.alloc_above && order > model_faults.alloc_above)
		return -ENOMEM;
	for (pfn = 0; pfn + pages <= model_pages; pfn += pages) {
		if (!is_free_block(pfn, pages))
			continue;
		if (is_contiguous(pfn, order, bits, aligned)) {
			found = pfn;
			break;
		}
		if (found == ~0ULL)
			found = pfn;
		if (pfn > machine.config.contiguous_pages)
			break;
	}
	if (found == ~0ULL)
		return -ENOMEM;
	memset(machine.page_used + found, 1, pages);
	b->pfn = found;
	b->order = order;
	b->va = xsw_phys_to_virt(found << XSW_PAGE_SHIFT);
	b->origin = is_contiguous(found, order, bits, aligned) ? XSW_ORIGIN_FOUND : XSW_ORIGIN_NONE;
	return 0;
}

u64 xsw_hv_available(void)
{
	return (model_pages - model_used_pages()) << XSW_PAGE_SHIFT;
}

void xsw_hv_free(struct xsw_block *b)
{
	memset(machine.page_used + b->pfn, 0, 1ULL << b->order);
}

/* A naturally aligned extent that Xen has free below 2^bits, the highest one as Xen does */
static u64 find_extent(u8 order, u8 bits)
{
	u64 pages = 1ULL << order, end = machine.config.frames, mfn, i;

	if (bits < 52)
		end = min(end, (u64)1 << (bits - XSW_PAGE_SHIFT));
	for (mfn = end & ~(pages - 1); mfn >= pages;) {
		mfn -= pages;
		for (i = 0; i < pages; i++)
			if (machine.frame[mfn + i].owner != MODEL_XEN)
				break;
		if (i == pages)
			return mfn;
	}
	return ~0ULL;
}

static void replace_frame(u64 pfn, u64 mfn)
{
	model_set_frame(model_p2m[pfn], (struct model_frame){ .owner = MODEL_XEN });
	model_own(pfn, mfn);
	memset(xsw_phys_to_virt(pfn << XSW_PAGE_SHIFT), 0xe5, XSW_PAGE_SIZE);
}

/* The frames of one block go to Xen, one extent comes back */
static enum xsw_exchange_result make_one(struct xsw_block *b, u8 bits)
{
	static u32 nth;
	u64 mfn, i;

	if (model_faults.busy_every && !(++nth % model_faults.busy_every))
		return XSW_EXCHANGE_PAGE;
	if (model_faults.highest_order && b->order > model_faults.highest_order)
		return XSW_EXCHANGE_ORDER;
	for (i = 0; i < 1ULL << b->order; i++)
		if (!xsw_pfn_is_ours(b->pfn + i))
			return XSW_EXCHANGE_PAGE;
	mfn = find_extent(b->order, bits);
	if (mfn == ~0ULL)
		return XSW_EXCHANGE_NO_MEMORY;
	for (i = 0; i < 1ULL << b->order; i++)
		replace_frame(b->pfn + i, mfn + i);
	b->origin = XSW_ORIGIN_EXCHANGED;
	model_counts.blocks_made++;
	return XSW_EXCHANGE_OK;
}

enum xsw_exchange_result xsw_hv_make_contiguous(struct xsw_block *b, size_t n, u8 bits,
						size_t *done)
{
	enum xsw_exchange_result r = XSW_EXCHANGE_OK;

	*done = 0;
	model_counts.make_calls++;
	if (model_faults.refuse_exchanges) {
		model_faults.refuse_exchanges--;
		return XSW_EXCHANGE_NO_MEMORY;
	}
	while (*done < n && r == XSW_EXCHANGE_OK) {
		if (model_faults.partial && *done == model_faults.partial)
			return XSW_EXCHANGE_PARTIAL;
		r = make_one(&b[*done], bits);
		if (r == XSW_EXCHANGE_OK)
			++*done;
	}
	return r;
}

/* Return: do all frames of this run lie beneath pages of ours that are free? */
static bool is_run_of_ours(u64 mfn, u64 pages)
{
	u64 i;

	for (i = 0; i < pages; i++) {
		const struct model_frame *f = &machine.frame[mfn + i];

		if (f->owner != MODEL_OURS || machine.page_used[f->pfn])
			return false;
	}
	return true;
}

/* The block's pages get the run, who had the run gets what they had; contents go astray */
static void deal_out(u64 pfn, u64 mfn, u64 pages)
{
	u64 i;

	for (i = 0; i < pages; i++) {
		u64 loser = machine.frame[mfn + i].pfn, had = model_p2m[pfn + i];

		model_own(loser, had);
		model_own(pfn + i, mfn + i);
		memset(xsw_phys_to_virt(loser << XSW_PAGE_SHIFT), 0xe5, XSW_PAGE_SIZE);
		memset(xsw_phys_to_virt((pfn + i) << XSW_PAGE_SHIFT), 0xe5, XSW_PAGE_SIZE);
	}
}

/* Runs are looked for from the pages' side: every run of ours begins beneath one of them */
int xsw_hv_assemble(struct xsw_block *b, u8 order, u8 bits)
{
	u64 pages = 1ULL << order, end = machine.config.frames, at;

	if (bits < 52)
		end = min(end, (u64)1 << (bits - XSW_PAGE_SHIFT));
	for (at = 0; at < model_pages; at++) {
		u64 mfn = model_p2m[at], pfn = at & ~(pages - 1);

		if (mfn & (pages - 1) || mfn + pages > end || !xsw_pfn_is_ours(at) ||
		    pfn + pages > model_pages || !is_free_block(pfn, pages) ||
		    !is_run_of_ours(mfn, pages))
			continue;
		deal_out(pfn, mfn, pages);
		memset(machine.page_used + pfn, 1, pages);
		*b = (struct xsw_block){
			.va = xsw_phys_to_virt(pfn << XSW_PAGE_SHIFT),
			.pfn = pfn,
			.order = order,
			.origin = XSW_ORIGIN_ASSEMBLED,
		};
		model_counts.blocks_assembled++;
		return 0;
	}
	return -ENOMEM;
}

/* Order-0 frames: Xen's free ones, from the top */
static u64 find_single(u64 from)
{
	while (from-- > 0)
		if (machine.frame[from].owner == MODEL_XEN)
			return from;
	return ~0ULL;
}

static bool undo_one(struct xsw_block *b, u8 bits)
{
	u64 at = machine.config.frames, i;

	if (bits && bits < 52)
		at = min(at, (u64)1 << (bits - XSW_PAGE_SHIFT));

	for (i = 0; i < 1ULL << b->order; i++) {
		if (machine.frame[model_p2m[b->pfn + i]].owner != MODEL_OURS) {
			model_counts.violations++;
			return false;
		}
		at = find_single(at);
		if (at == ~0ULL)
			return false;
		replace_frame(b->pfn + i, at);
	}
	b->origin = XSW_ORIGIN_NONE;
	model_counts.blocks_undone++;
	return true;
}

enum xsw_exchange_result xsw_hv_undo(struct xsw_block *b, size_t n, u8 bits, size_t *done)
{
	*done = 0;
	model_counts.undo_calls++;
	if (model_faults.refuse_undos) {
		model_faults.refuse_undos--;
		return XSW_EXCHANGE_NO_MEMORY;
	}
	while (*done < n) {
		if (!undo_one(&b[*done], bits))
			return XSW_EXCHANGE_NO_MEMORY;
		++*done;
	}
	return XSW_EXCHANGE_OK;
}
