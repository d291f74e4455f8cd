/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the engine asks of the hypervisor and of the page allocator beneath it.
 *
 * Implemented by impl/xen (real hypercalls) and by impl/model (user space, can refuse).
 * All of it is process context only and may sleep.
 */
#ifndef XSW_HYPERVISOR_H
#define XSW_HYPERVISOR_H

#include "platform.h"
#include "reason.h"

/**
 * struct xsw_block - pages contiguous in PFN (and CPU address), perhaps in MFN
 * @va: CPU address of the first byte
 * @pfn: first page frame
 * @order: 2^order pages
 * @origin: how its machine frames came to be neighbours, all below the bits asked for, the first
 *          aligned to the order where that was asked for; XSW_ORIGIN_NONE: they are not
 */
struct xsw_block {
	void *va;
	u64 pfn;
	u8 order;
	enum xsw_origin origin;
};

/**
 * xsw_hv_alloc() - take a naturally aligned block of 2^order pages from the page allocator
 * @bits: XSW_PAGE_SHIFT or more, as in all calls below; a wish: prefer frames below 2^bits that are
 * ours, low and contiguous already
 * @aligned: of such only those whose first machine frame is aligned to the order too
 * Fills @b: its origin is XSW_ORIGIN_FOUND or XSW_ORIGIN_NONE.  Return: 0 or -ENOMEM.
 */
int xsw_hv_alloc(struct xsw_block *b, u8 order, u8 bits, bool aligned);

/**
 * xsw_hv_available() - bytes that the page allocator can spare without pressing anybody
 * An estimate, and not free: everybody else takes from it, too.
 */
u64 xsw_hv_available(void);

/**
 * xsw_hv_free() - give a block back to the page allocator as it is
 */
void xsw_hv_free(struct xsw_block *b);

/**
 * xsw_hv_make_contiguous() - exchange the frames of @n blocks of one order in one hypercall
 * @b: blocks of XSW_ORIGIN_NONE; those done are XSW_ORIGIN_EXCHANGED on return
 * @bits: highest address width of the new extents (XENMEM address_bits)
 * @done: how many blocks, from the first, are now contiguous (partial completion is real)
 *
 * A block not done is mapped again with its old frames: nothing is lost.  Contents are lost.
 * Return: XSW_EXCHANGE_OK, or why it stopped.
 */
enum xsw_exchange_result xsw_hv_make_contiguous(struct xsw_block *b, size_t n, u8 bits,
						size_t *done);

/**
 * xsw_hv_assemble() - a contiguous block out of scattered frames of the domain's own
 *
 * Looks for an aligned run of 2^order machine frames below 2^bits that all lie beneath free or
 * movable pages of ours, takes those pages and a block of pages, and has them change frames:
 * the block gets the run, the others get the block's.  All frames stay the domain's, so Xen needs
 * no free memory for it, and there is nothing to undo.  The work of one call is bounded: a
 * later one may find what this one did not.
 * Fills @b, aligned and of XSW_ORIGIN_ASSEMBLED.  Return: 0 or -ENOMEM.
 */
int xsw_hv_assemble(struct xsw_block *b, u8 order, u8 bits);

/**
 * xsw_hv_undo() - exchange blocks of XSW_ORIGIN_EXCHANGED back for order-0 frames below 2^bits
 * @bits: 0: from anywhere, the highest that Xen has free
 *
 * Nothing may reach the frames any more: no live or quarantined slot, not in the index, a
 * grace period past.  Blocks done are XSW_ORIGIN_NONE on return, the others stay as they are.
 * Return and @done as above.
 */
enum xsw_exchange_result xsw_hv_undo(struct xsw_block *b, size_t n, u8 bits, size_t *done);

#endif /* XSW_HYPERVISOR_H */
