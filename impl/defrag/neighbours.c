// SPDX-License-Identifier: GPL-2.0-only
/*
 * Deals the frames of some blocks out anew, so that neighbours lie beneath neighbours.
 *
 * How this works.  The frames are sorted.  From the longest stretches of neighbours pieces of 512
 * are cut, then of 256, and so on; each goes to the next pages.  As no piece is larger than the one
 * before, each begins at a page that is naturally aligned to its size.  What is left are single
 * frames, in their order.
 */
#include <linux/mm.h>
#include <linux/sort.h>

#include "neighbours.h"

static int compare(const void *a, const void *b)
{
	u64 left = *(const u64 *)a, right = *(const u64 *)b;

	return left < right ? -1 : left > right;
}

/* How long is the stretch of frames, not dealt out yet, that begins at @i? */
static u32 stretch_at(const u64 *sorted, u32 n, u32 i)
{
	u32 end = i + 1;

	while (end < n && sorted[end] == sorted[end - 1] + 1)
		end++;
	return end - i;
}

/* Deals out all pieces of 2^order.  Return: how many pages have got their frame by now. */
static u32 cut(u64 *sorted, u32 n, u8 order, u64 *frame, u32 dealt)
{
	u32 i = 0, k, length;

	while (i < n) {
		if (sorted[i] == XSW_NO_FRAME) {
			i++;
			continue;
		}
		length = stretch_at(sorted, n, i);
		for (; length >> order; length -= 1U << order)
			for (k = 0; k < 1U << order; k++) {
				frame[dealt++] = sorted[i];
				sorted[i++] = XSW_NO_FRAME;
			}
		i += length;
		cond_resched();
	}
	return dealt;
}

/* The sum of the orders of all aligned blocks of neighbours, each counted for all its pages */
static u64 worth(const u64 *frame, u32 n)
{
	u64 sum = 0;
	u32 i, k;
	u8 order;

	for (order = 1; order <= XSW_BLOCK_ORDER; order++)
		for (i = 0; i + (1U << order) <= n; i += 1U << order) {
			for (k = 1; k < 1U << order; k++)
				if (frame[i + k] != frame[i] + k)
					break;
			if (k == 1U << order)
				sum += k;
		}
	return sum;
}

int xsw_neighbours(struct xsw_deal *deal, u64 *sorted)
{
	u64 before;
	u32 i, dealt = 0;
	int order;

	for (i = 0; i < deal->n; i++)
		deal->frame[i] = sorted[i] = xsw_pfn_to_mfn(deal->page[i]);
	before = worth(deal->frame, deal->n);
	sort(sorted, deal->n, sizeof(*sorted), compare, NULL);
	for (order = XSW_BLOCK_ORDER; order >= 0; order--)
		dealt = cut(sorted, deal->n, order, deal->frame, dealt);
	if (worth(deal->frame, deal->n) <= before)
		return -EALREADY;
	return xsw_deal(deal);
}

bool xsw_dealt(struct xsw_defrag *d, const struct xsw_deal *deal, int err)
{
	if (!err) {
		d->progress.dealt_pages += deal->n;
	} else if (err != -EALREADY) {
		d->deals_refused++;
		d->deal_error = err;
	}
	return !err;
}
