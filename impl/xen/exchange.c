// SPDX-License-Identifier: GPL-2.0-only
/*
 * Swaps the machine frames beneath our pages: XENMEM_exchange, batched.
 *
 * How this works.  A block is 2^order pages, neighbours in PFN.  To make n of them contiguous
 * in machine memory:
 *
 * 1. The MFN of each page is read; every one must be this domain's own.
 * 2. Each page is cleared: Xen hands its frame to another domain as it is.  Its PTE is cleared
 *    and its P2M entry made invalid: Xen takes a frame only when nothing maps it.  512 PTEs go in
 *    one multicall, without a TLB flush.
 * 3. One XENMEM_exchange offers the n << order single frames for n extents of that order.
 *    Xen handles one extent after the other and may stop at any of them.
 * 4. Each page is mapped again, in order: with its new frame if its extent was exchanged,
 *    with its old one if not.  The last PTE of all carries the one TLB flush.
 *
 * An undo is the same with the roles turned round: n extents are offered for n << order single
 * frames.  Either way one exchange costs one hypercall, two multicalls per 512
 * pages and one flush.
 *
 * No lock: the pages are the caller's alone, nobody else reads or writes their P2M entries.
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <asm/xen/hypercall.h>
#include <xen/interface/memory.h>

#include "../core/hypervisor.h"
#include "../core/tell.h"
#include "blocks.h"
#include "ptes.h"

#define CALLS 512 /* PTE updates in one multicall */

/*
 * One swap in the making.
 * @frames: MFN of each page: the old ones before, what is to be mapped after
 * @extents: MFN of each contiguous block: received in a make, offered in an undo
 * @singles: what the hypercall sees of the order-0 side
 */
struct swap {
	struct xsw_block *b;
	size_t n;
	u8 order;
	u64 pages;
	u64 *frames;
	xen_pfn_t *singles;
	xen_pfn_t *extents;
	struct multicall_entry *calls;
};

static u64 swap_pfn(const struct swap *s, u64 page)
{
	return s->b[page >> s->order].pfn + (page & ((1UL << s->order) - 1));
}

static void *swap_va(const struct swap *s, u64 page)
{
	u64 in_block = page & ((1UL << s->order) - 1);

	return (u8 *)s->b[page >> s->order].va + (in_block << PAGE_SHIFT);
}

static void swap_end(struct swap *s)
{
	kvfree(s->frames);
	kvfree(s->singles);
	kvfree(s->extents);
	kvfree(s->calls);
}

static int swap_begin(struct swap *s, struct xsw_block *b, size_t n)
{
	u64 page;

	*s = (struct swap){ .b = b, .n = n, .order = b->order, .pages = (u64)n << b->order };
	s->frames = kvmalloc_array(s->pages, sizeof(u64), XSW_GFP_ARRAY);
	s->singles = kvmalloc_array(s->pages, sizeof(xen_pfn_t), XSW_GFP_ARRAY);
	s->extents = kvmalloc_array(n, sizeof(xen_pfn_t), XSW_GFP_ARRAY);
	s->calls = kvmalloc_array(CALLS, sizeof(*s->calls), XSW_GFP_ARRAY);
	if (!s->frames || !s->singles || !s->extents || !s->calls) {
		swap_end(s);
		return -ENOMEM;
	}
	for (page = 0; page < s->pages; page++) {
		u64 pfn = swap_pfn(s, page);

		if (!xsw_pfn_is_ours(pfn)) {
			swap_end(s);
			return -EINVAL;
		}
		s->frames[page] = xsw_pfn_to_mfn(pfn);
	}
	return 0;
}

/* Writes PTEs of pages [first, first + count), the last one with @flags. */
static int write_ptes(struct swap *s, u64 first, u64 count, bool map, unsigned long flags)
{
	u64 i;

	for (i = 0; i < count; i++) {
		struct multicall_entry *call = &s->calls[i];
		pte_t pte = map ? mfn_pte(s->frames[first + i], PAGE_KERNEL) : __pte_ma(0);

		call->op = __HYPERVISOR_update_va_mapping;
		call->args[0] = (unsigned long)swap_va(s, first + i);
		call->args[1] = pte.pte;
		call->args[2] = i + 1 == count ? flags : 0;
	}
	return map ? xsw_ptes_map(s->calls, count) : xsw_ptes_write(s->calls, count);
}

/*
 * Takes the pages out of the kernel's address space and out of the P2M.
 * On failure @done pages, from the first, need to be mapped again.
 */
static int unmap_pages(struct swap *s, u64 *done)
{
	u64 first, i, count;
	int err;

	for (first = 0; first < s->pages; first += count) {
		count = min_t(u64, CALLS, s->pages - first);
		*done = first + count;
		for (i = 0; i < count; i++)
			clear_page(swap_va(s, first + i));
		err = write_ptes(s, first, count, false, 0);
		for (i = 0; !err && i < count; i++)
			err = xsw_p2m_set(swap_pfn(s, first + i), INVALID_P2M_ENTRY);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

/* An entry that could not be made invalid cannot be written now, and need not be. */
static int set_p2m(u64 pfn, u64 mfn)
{
	return xsw_pfn_to_mfn(pfn) == mfn ? 0 : xsw_p2m_set(pfn, mfn);
}

/* Maps the first @pages again with what is in s->frames; one TLB flush at the end. */
static void map_pages(struct swap *s, u64 pages)
{
	u64 first, i, count;
	int err = 0;

	for (first = 0; first < pages; first += count) {
		bool last = first + CALLS >= pages;

		count = min_t(u64, CALLS, pages - first);
		for (i = 0; i < count; i++)
			if (set_p2m(swap_pfn(s, first + i), s->frames[first + i]))
				err = -EFAULT;
		if (write_ptes(s, first, count, true, last ? UVMF_TLB_FLUSH | UVMF_ALL : 0))
			err = -EINVAL;
		cond_resched();
	}
	/* Xen has just given us these frames or never took them: it has no ground to refuse. */
	WARN_ONCE(err, "xen_swiotlb: Xen refuses to map our own frames again (%d)\n", err);
}

static enum xsw_exchange_result verdict(long rc, u64 exchanged, u64 wanted)
{
	if (exchanged == wanted)
		return XSW_EXCHANGE_OK;
	if (exchanged)
		return XSW_EXCHANGE_PARTIAL;
	switch (rc) {
	case -ENOMEM:
		return XSW_EXCHANGE_NO_MEMORY;
	case -EPERM:
		return XSW_EXCHANGE_ORDER;
	case -EINVAL:
		return XSW_EXCHANGE_PAGE;
	default:
		return XSW_EXCHANGE_OTHER;
	}
}

/* Single frames in, extents out: s->frames has the new layout on return.  Blocks exchanged. */
static u64 exchange_make(struct swap *s, u8 bits, long *rc)
{
	struct xen_memory_exchange x = {
		.in = { .nr_extents = s->pages, .domid = DOMID_SELF },
		.out = { .nr_extents = s->n,
			 .extent_order = s->order,
			 .address_bits = bits,
			 .domid = DOMID_SELF },
	};
	u64 page, blocks;
	size_t i;

	for (page = 0; page < s->pages; page++)
		s->singles[page] = s->frames[page];
	for (i = 0; i < s->n; i++)
		s->extents[i] = s->b[i].pfn;
	set_xen_guest_handle(x.in.extent_start, s->singles);
	set_xen_guest_handle(x.out.extent_start, s->extents);

	*rc = HYPERVISOR_memory_op(XENMEM_exchange, &x);
	blocks = x.nr_exchanged >> s->order;
	for (page = 0; page < blocks << s->order; page++)
		s->frames[page] = s->extents[page >> s->order] + (page & ((1UL << s->order) - 1));
	return blocks;
}

/* Extents in, single frames out. */
static u64 exchange_undo(struct swap *s, u8 bits, long *rc)
{
	struct xen_memory_exchange x = {
		.in = { .nr_extents = s->n, .extent_order = s->order, .domid = DOMID_SELF },
		.out = { .nr_extents = s->pages, .address_bits = bits, .domid = DOMID_SELF },
	};
	u64 page;
	size_t i;

	for (i = 0; i < s->n; i++)
		s->extents[i] = s->frames[(u64)i << s->order];
	for (page = 0; page < s->pages; page++)
		s->singles[page] = swap_pfn(s, page);
	set_xen_guest_handle(x.in.extent_start, s->extents);
	set_xen_guest_handle(x.out.extent_start, s->singles);

	*rc = HYPERVISOR_memory_op(XENMEM_exchange, &x);
	for (page = 0; page < x.nr_exchanged << s->order; page++)
		s->frames[page] = s->singles[page];
	return x.nr_exchanged;
}

static enum xsw_exchange_result swap_blocks(struct xsw_block *b, size_t n, u8 bits, bool undo,
					    size_t *done)
{
	struct xsw_exchange_record r = { .undo = undo,
					 .order = b->order,
					 .address_bits = bits,
					 .extents = n,
					 .result = XSW_EXCHANGE_OTHER };
	u64 began = ktime_get_ns(), unmapped = 0;
	struct swap s;
	long rc;
	size_t i;

	rc = swap_begin(&s, b, n);
	if (!rc) {
		rc = unmap_pages(&s, &unmapped);
		if (!rc) {
			r.asked = true;
			r.exchanged =
				undo ? exchange_undo(&s, bits, &rc) : exchange_make(&s, bits, &rc);
			r.result = verdict(rc, r.exchanged, n);
		}
		map_pages(&s, unmapped);
		swap_end(&s);
	} else {
		r.result = rc == -ENOMEM ? XSW_EXCHANGE_UNTRIED : XSW_EXCHANGE_PAGE;
	}

	for (i = 0; i < r.exchanged; i++)
		b[i].origin = undo ? XSW_ORIGIN_NONE : XSW_ORIGIN_EXCHANGED;
	*done = r.exchanged;
	r.rc = rc;
	r.ns = ktime_get_ns() - began;
	xsw_tell(&(struct xsw_event){ .what = XSW_TOLD_EXCHANGED, .exchanged = r });
	return r.result;
}

enum xsw_exchange_result xsw_hv_make_contiguous(struct xsw_block *b, size_t n, u8 bits,
						size_t *done)
{
	*done = 0;
	return n ? swap_blocks(b, n, bits, false, done) : XSW_EXCHANGE_OK;
}

/* After a restore of the domain its frames are others: such a block has nothing to undo. */
static bool still_contiguous(const struct xsw_block *b)
{
	u64 mfn = xsw_pfn_to_mfn(b->pfn), i;

	for (i = 1; i < 1UL << b->order; i++)
		if (xsw_pfn_to_mfn(b->pfn + i) != mfn + i)
			return false;
	return !(mfn & ((1UL << b->order) - 1));
}

enum xsw_exchange_result xsw_hv_undo(struct xsw_block *b, size_t n, u8 bits, size_t *done)
{
	*done = 0;
	while (*done < n) {
		struct xsw_block *first = b + *done;
		size_t run = 0, undone;
		enum xsw_exchange_result result;

		while (*done + run < n && still_contiguous(&first[run]))
			run++;
		if (!run) {
			first->origin = XSW_ORIGIN_NONE;
			(*done)++;
			continue;
		}
		result = swap_blocks(first, run, bits, true, &undone);
		*done += undone;
		if (result != XSW_EXCHANGE_OK)
			return result;
	}
	return XSW_EXCHANGE_OK;
}
