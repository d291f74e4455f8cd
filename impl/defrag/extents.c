// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks Xen for extents: many blocks a hypercall, each refusal understood.
 */
#include <linux/mm.h>

#include "contiguity.h"
#include "extents.h"

#define ANY_WIDTH  64
#define LOW_FRAMES (1ULL << (32 - PAGE_SHIFT))

static u64 low_left(const struct xsw_defrag *d)
{
	if (!d->limits.width && !d->low_is_scarce)
		return ~0ULL;
	return d->limits.low_most_bytes - d->progress.low_bytes - d->low_held;
}

static bool may_ask(const struct xsw_defrag *d, u8 order)
{
	if (d->whole_only && order < XSW_BLOCK_ORDER)
		return false;
	if (d->on_credit && !(d->credit >> order))
		return false;
	return order <= d->xen_order && low_left(d) >= (u64)PAGE_SIZE << order;
}

size_t xsw_low_permits(const struct xsw_defrag *d, size_t n, u8 order)
{
	return min_t(u64, n, low_left(d) >> (PAGE_SHIFT + order));
}

bool xsw_low_is_spent(const struct xsw_defrag *d, u8 least)
{
	return d->limits.width && !xsw_low_permits(d, 1, d->whole_only ? XSW_BLOCK_ORDER : least);
}

static size_t at_most(const struct xsw_defrag *d, size_t n, u8 order)
{
	n = xsw_low_permits(d, n, order);
	return d->on_credit ? min_t(u64, n, d->credit >> order) : n;
}

u64 xsw_low_bytes_of(const struct xsw_block *b, size_t n)
{
	u64 bytes = 0;

	for (; n--; b++)
		if (xsw_pfn_to_mfn(b->pfn) < LOW_FRAMES)
			bytes += (u64)PAGE_SIZE << b->order;
	return bytes;
}

static void count_taken(struct xsw_defrag *d, const struct xsw_block *b, size_t n)
{
	d->progress.taken[b->order] += n;
	d->progress.low_bytes += xsw_low_bytes_of(b, n);
	if (d->on_credit)
		d->credit -= (u64)n << b->order;
	/* A run without a width goes on with smaller extents, and with what the domain has. */
	while (!d->limits.width && d->xen_order && !may_ask(d, d->xen_order))
		d->xen_order--;
}

enum xsw_exchange_result xsw_exchange(struct xsw_defrag *d, struct xsw_block *b, size_t n, u8 bits,
				      size_t *done)
{
	enum xsw_exchange_result result = xsw_hv_make_contiguous(b, n, bits, done);

	while (result == XSW_EXCHANGE_UNTRIED && n > 1) {
		n /= 2;
		result = xsw_hv_make_contiguous(b, n, bits, done);
	}
	d->untried += result == XSW_EXCHANGE_UNTRIED;
	return result;
}

/*
 * Xen gave no more: because of the block it stopped at, or of anything it could be asked for.
 * Return: is the next block worth a try?
 */
static bool understand(struct xsw_defrag *d, enum xsw_exchange_result result, u8 order)
{
	if (result == XSW_EXCHANGE_UNTRIED) /* the next hand may find memory for it */
		return false;
	switch (result) {
	case XSW_EXCHANGE_PAGE:
		return true;
	case XSW_EXCHANGE_ORDER:
		d->forbidden = order;
		d->xen_order = order - 1;
		return false;
	case XSW_EXCHANGE_NO_MEMORY:
		d->progress.refused[order]++;
		d->xen_order = order - 1;
		return false;
	default:
		d->xen_order = 0;
		return false;
	}
}

/* The two blocks change places. */
static void to_front(struct xsw_block *b, size_t front, size_t i)
{
	struct xsw_block other = b[front];

	b[front] = b[i];
	b[i] = other;
}

/*
 * Does Xen get a whole block of its own for it?  Those begin where 2^order frames do.  Where a
 * domain's neighbours begin elsewhere, as dom0's may, Xen gets whole ones if those beside them go
 * there, too: of a longer stretch all but one.
 */
static bool is_whole_block(const struct xsw_block *b)
{
	u64 pages = 1ULL << b->order;

	if (!xsw_is_contiguous(b->pfn, pages, 0))
		return false;
	return !(xsw_pfn_to_mfn(b->pfn) & (pages - 1)) || xsw_is_contiguous(b->pfn, 2 * pages, 0) ||
	       (b->pfn >= pages && xsw_is_contiguous(b->pfn - pages, 2 * pages, 0));
}

/* The others come to the front.  Return: their number. */
static size_t leave_no_whole_blocks(struct xsw_block *b, size_t n)
{
	size_t left = 0, i;

	for (i = 0; i < n; i++)
		if (!is_whole_block(&b[i]))
			to_front(b, left++, i);
	return left;
}

size_t xsw_extents(struct xsw_defrag *d, struct xsw_block *b, size_t n)
{
	size_t left = d->whole_only ? leave_no_whole_blocks(b, n) : 0, i = left, done;

	/* What was held for Xen is not what this Xen has. */
	if (d->limits.xen_floor_blocks && xsw_was_restored(d))
		d->xen_order = d->most_order = 0;

	while (i < n && may_ask(d, b->order)) {
		size_t asked = at_most(d, n - i, b->order);
		enum xsw_exchange_result result =
			xsw_exchange(d, &b[i], asked, d->limits.width ?: ANY_WIDTH, &done);

		count_taken(d, &b[i], done);
		i += done;
		/* what stopped a partial one is told by the next */
		if (result == XSW_EXCHANGE_OK || result == XSW_EXCHANGE_PARTIAL)
			continue;
		if (!understand(d, result, b->order))
			break;
		to_front(b, left++, i++);
	}
	while (i < n)
		to_front(b, left++, i++);
	return left;
}
