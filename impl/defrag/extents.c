// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks Xen for extents: many blocks a hypercall, each refusal understood.
 */
#include <linux/mm.h>

#include "contiguity.h"
#include "extents.h"

#define ANY_WIDTH  64
#define LOW_FRAMES (1ULL << (32 - PAGE_SHIFT))

static bool may_ask(const struct xsw_defrag *d, u8 order)
{
	if (order > d->xen_order)
		return false;
	return !d->limits.width ||
	       d->progress.low_bytes + ((u64)PAGE_SIZE << order) <= d->limits.low_most_bytes;
}

/* With a width, no more than may still be taken */
static size_t at_most(const struct xsw_defrag *d, size_t n, u8 order)
{
	if (!d->limits.width)
		return n;
	return min_t(u64, n,
		     (d->limits.low_most_bytes - d->progress.low_bytes) >> (PAGE_SHIFT + order));
}

static void count_taken(struct xsw_defrag *d, const struct xsw_block *b, size_t n)
{
	d->progress.taken[b->order] += n;
	for (; n--; b++)
		if (xsw_pfn_to_mfn(b->pfn) < LOW_FRAMES)
			d->progress.low_bytes += (u64)PAGE_SIZE << b->order;
}

/*
 * Xen gave no more: because of the block it stopped at, or of anything it could be asked for.
 * Return: is the next block worth a try?
 */
static bool understand(struct xsw_defrag *d, enum xsw_exchange_result result, u8 order)
{
	d->progress.refused[order]++;
	switch (result) {
	case XSW_EXCHANGE_PAGE:
		return true;
	case XSW_EXCHANGE_ORDER:
		d->forbidden = order;
		d->xen_order = order - 1;
		return false;
	case XSW_EXCHANGE_NO_MEMORY:
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

size_t xsw_extents(struct xsw_defrag *d, struct xsw_block *b, size_t n)
{
	size_t left = 0, i = 0, done;

	while (i < n && may_ask(d, b->order)) {
		size_t asked = at_most(d, n - i, b->order);
		enum xsw_exchange_result result =
			xsw_hv_make_contiguous(&b[i], asked, d->limits.width ?: ANY_WIDTH, &done);

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
