// SPDX-License-Identifier: GPL-2.0-only
/*
 * What Xen is to keep, held by the run.
 *
 * How this works.  In a step as many blocks are tried as the run may hold in its hand; those that
 * could be emptied are exchanged in one hypercall, and between two steps the run sleeps and heeds a
 * stop as it does elsewhere.  They are given back by such steps, too.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "../xen/blocks.h"
#include "../xen/p2m.h"
#include "extents.h"
#include "hand.h"
#include "kept.h"
#include "search.h"

#define ALL           (~0ULL)
#define ANY_WIDTH     64
#define DEALT_AT_ONCE 16
#define LOOK_MOST     4096 /* blocks that a bounded search looks at: 8 GiB */
#define TRIES_TOO     16   /* blocks that may turn out busy in it, besides as many as are wanted */

/*
 * @pages: that runs of phase 2 may still take from Xen while nothing can be held for it.  A run
 * that holds all that Xen is to keep, @floor blocks, sets them to half of that: so much it leaves
 * Xen at least, of what was there then.
 */
static struct {
	u64 pages, floor;
} credit;

void xsw_kept_forget(void)
{
	credit.pages = 0;
}

static size_t blocks_in_step(const struct xsw_defrag *d)
{
	return d->limits.held_bytes >> (PAGE_SHIFT + XSW_BLOCK_ORDER);
}

/* Beside them there must be room for the run's hand. */
static bool may_hold_more(const struct xsw_defrag *d, u64 blocks)
{
	return xsw_may_hold(d, d->limits.held_bytes + (blocks << (PAGE_SHIFT + XSW_BLOCK_ORDER)));
}

/* Empties the blocks of one step.  Return: how many were tried. */
static u64 take(struct xsw_defrag *d, struct xsw_kept *k, struct xsw_search *s)
{
	size_t most = min_t(size_t, blocks_in_step(d), d->limits.xen_floor_blocks - k->n);
	u64 tried = 0, pfn;

	do {
		pfn = xsw_search_next(s);
		if (pfn == XSW_NO_FRAME)
			break;
		if (!may_hold_more(d, 1)) {
			d->unkept = XSW_UNKEPT_MEMORY;
			break;
		}
		tried++;
		if (xsw_take_block(&k->block[k->n], pfn))
			k->n++;
		else
			xsw_search_busy(s);
		cond_resched();
	} while (tried < most && !xsw_is_awaited());
	return tried;
}

/* Blocks with frames from anywhere: neighbours are dealt out among them, as far as there are any.
 */
static void give_back(struct xsw_defrag *d, struct xsw_kept *k, size_t first)
{
	struct xsw_hand h;

	if (k->n > first && !xsw_hand_begin(&h, DEALT_AT_ONCE)) {
		while (k->n > first) {
			while (k->n > first && h.n < h.most)
				h.block[h.n++] = k->block[--k->n];
			xsw_hand_deal(d, &h);
			xsw_hand_give_back(&h);
			cond_resched();
		}
		xsw_hand_end(&h);
	}
	while (k->n > first) {
		k->block[--k->n].origin = XSW_ORIGIN_NONE;
		xsw_hv_free(&k->block[k->n]);
	}
}

/* Xen refuses one of its pages: another takes its place. */
static void drop_next(struct xsw_kept *k)
{
	xsw_hv_free(&k->block[k->exchanged]);
	k->block[k->exchanged] = k->block[--k->n];
}

/* Why the run may not ask Xen, if an exchange ended so */
static enum xsw_unkept reason(enum xsw_exchange_result result)
{
	switch (result) {
	case XSW_EXCHANGE_ORDER:
		return XSW_UNKEPT_ORDER;
	case XSW_EXCHANGE_UNTRIED:
		return XSW_UNKEPT_MEMORY;
	default:
		return XSW_UNKEPT_REFUSED;
	}
}

/* Gives Xen the frames of all that was taken.  Return: false if Xen has no large block any more. */
static bool exchange(struct xsw_defrag *d, struct xsw_kept *k, struct xsw_search *s)
{
	enum xsw_exchange_result result;
	size_t most, done;

	while (k->exchanged < k->n) {
		most = xsw_low_permits(d, k->n - k->exchanged, XSW_BLOCK_ORDER);
		if (!most) {
			d->unkept = XSW_UNKEPT_LOW;
			break;
		}
		xsw_given_add(&k->given, k->block + k->exchanged, most);
		result = xsw_exchange(d, k->block + k->exchanged, most, ANY_WIDTH, &done);
		xsw_given_keep(&k->given, k->block + k->exchanged + done, most - done);
		d->low_held += xsw_low_bytes_of(k->block + k->exchanged, done);
		k->exchanged += done;
		if (result == XSW_EXCHANGE_OK || result == XSW_EXCHANGE_PARTIAL)
			continue;
		if (result == XSW_EXCHANGE_NO_MEMORY)
			return false;
		if (result == XSW_EXCHANGE_ORDER)
			d->forbidden = XSW_BLOCK_ORDER;
		if (result != XSW_EXCHANGE_PAGE) {
			d->unkept = reason(result);
			break;
		}
		drop_next(k);
		xsw_search_busy(s);
	}
	return true;
}

/* Return: false if the run is to stop. */
static bool take_by_steps(struct xsw_defrag *d, struct xsw_kept *k, struct xsw_search *s)
{
	while (k->n < d->limits.xen_floor_blocks && d->unkept == XSW_KEPT) {
		u64 tried = take(d, k, s);
		bool xen_has_more = exchange(d, k, s);

		give_back(d, k, k->exchanged);
		if (!xsw_go_on(d, tried << XSW_BLOCK_ORDER))
			return false;
		if (!xen_has_more) {
			d->most_order = XSW_BLOCK_ORDER - 1;
			break;
		}
		if (!s->left && k->n < d->limits.xen_floor_blocks && d->unkept == XSW_KEPT)
			d->unkept = XSW_UNKEPT_BLOCKS;
	}
	return true;
}

/* Return: false if the run is to stop. */
static bool take_all(struct xsw_defrag *d, struct xsw_kept *k, bool bounded)
{
	struct xsw_search s;
	bool goes_on;

	if (bounded) {
		xsw_search_begin(&s, LOOK_MOST, d->limits.xen_floor_blocks + TRIES_TOO);
	} else {
		xsw_search_forget();
		xsw_search_begin(&s, ALL, ALL);
	}
	goes_on = take_by_steps(d, k, &s);
	xsw_search_end(&s, d->unkept != XSW_UNKEPT_BLOCKS);
	return goes_on;
}

/* What is hot needs little, and nothing else ends that it straddles for good. */
static bool may_take_credit(const struct xsw_defrag *d)
{
	return credit.pages && d->limits.xen_floor_blocks <= credit.floor &&
	       d->unkept == XSW_UNKEPT_BLOCKS && !d->limits.width;
}

static void take_credit(struct xsw_defrag *d)
{
	d->on_credit = true;
	d->credit = credit.pages;
	d->most_order = XSW_BLOCK_ORDER - 1;
}

/* Xen had fewer blocks than it is to keep: it has none to lend. */
static void earn_credit(const struct xsw_defrag *d)
{
	credit.floor = d->limits.xen_floor_blocks;
	credit.pages = d->most_order < XSW_BLOCK_ORDER ? 0 : credit.floor << XSW_BLOCK_ORDER >> 1;
}

bool xsw_kept_take(struct xsw_defrag *d, struct xsw_kept *k, bool bounded)
{
	bool goes_on = true;

	if (may_hold_more(d, d->limits.xen_floor_blocks))
		k->block = kvmalloc_array(d->limits.xen_floor_blocks, sizeof(*k->block),
					  XSW_GFP_ARRAY);
	if (k->block)
		goes_on = take_all(d, k, bounded);
	else
		d->unkept = XSW_UNKEPT_MEMORY;
	if (d->unkept == XSW_KEPT && xsw_was_restored(d))
		d->unkept = XSW_UNKEPT_RESTORED;
	if (goes_on && d->unkept == XSW_KEPT) {
		earn_credit(d);
		d->progress.kept = k->n;
		return true;
	}
	/* For low extents Xen may get whole blocks, so it needs none to be held. */
	d->whole_only = d->unkept == XSW_UNKEPT_BLOCKS && d->limits.width;
	if (bounded && may_take_credit(d))
		take_credit(d);
	else if (!d->whole_only)
		d->most_order = 0;
	xsw_kept_return(d, k);
	return goes_on;
}

/*
 * Xen gets @n blocks back.  After a restore it has given none of them: what the run holds are other
 * frames, from all over the machine.
 */
static void undo(struct xsw_defrag *d, struct xsw_kept *k, struct xsw_block *b, size_t n)
{
	u64 low = xsw_low_bytes_of(b, n), low_left;
	size_t undone;

	if (xsw_was_restored(d))
		return;
	undone = xsw_given_back(&k->given, b, n);
	low_left = xsw_low_bytes_of(b + undone, n - undone);
	/* What Xen refuses to take back stays ours, and is contiguous. */
	d->unreturned += n - undone;
	d->progress.taken[XSW_BLOCK_ORDER] += n - undone;
	d->progress.low_bytes += low_left;
	d->low_held -= low;
}

void xsw_kept_return(struct xsw_defrag *d, struct xsw_kept *k)
{
	size_t n;

	while (k->n) {
		n = min_t(size_t, blocks_in_step(d), k->n);
		undo(d, k, k->block + k->n - n, n);
		give_back(d, k, k->n - n);
		xsw_go_on(d, (u64)n << XSW_BLOCK_ORDER);
	}
	if (d->on_credit)
		credit.pages = d->credit;
	kvfree(k->block);
	*k = (struct xsw_kept){ 0 };
}
