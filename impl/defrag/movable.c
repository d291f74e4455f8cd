// SPDX-License-Identifier: GPL-2.0-only
/*
 * Phase 1: movable memory, by blocks of 2 MiB.
 *
 * How this works.  All blocks are looked at once; the scattered ones are to do.  They come into the
 * hand in their order, as many as the run may hold, and are cured together.  Where Xen gives no
 * extents of 2 MiB, neighbours must be found in the hand itself: so with a block those come that
 * have frames of the same machine blocks.  The frames that found no neighbour lie in fewer blocks
 * then, and another pass may find it: passes are made as long as they are worth it.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "../xen/blocks.h"
#include "contiguity.h"
#include "extents.h"
#include "hand.h"
#include "movable.h"

#define WORTH_A_PASS     16 /* a pass that cured one block in so many is followed by another */
#define FRAMES_IN_COMMON 8  /* with a machine block, for its other owners to be worth a visit */

/*
 * @todo: of each block: is it scattered, and has nobody tried it?
 * @good: blocks that needed nothing when the run began
 * @begun: how many blocks of the hand have had their relatives looked for
 * @tried: blocks that were to be emptied in this step
 */
struct walk {
	struct xsw_defrag *d;
	const struct xsw_kept *kept;
	struct xsw_hand hand;
	u8 *todo;
	u64 blocks, good, begun, tried;
	bool pressed;
};

static u64 end_of_walk(const struct xsw_defrag *d)
{
	u64 end = xsw_end_of_memory();

	if (d->limits.width)
		end = min_t(u64, end, 1ULL << (d->limits.width - PAGE_SHIFT));
	return end >> XSW_BLOCK_ORDER;
}

static bool is_block(u64 pfn)
{
	return xsw_is_linux_memory(pfn, XSW_BLOCK_PAGES) && xsw_are_ours(pfn, XSW_BLOCK_PAGES);
}

/*
 * What is held for Xen is contiguous now.  It comes back scattered: it is neither good nor to do.
 * Return: how many blocks were taken for good.
 */
static u64 leave_out_kept(struct walk *w)
{
	u64 taken_for_good = 0, block;
	size_t i;

	for (i = 0; i < w->kept->n; i++) {
		block = w->kept->block[i].pfn >> XSW_BLOCK_ORDER;
		if (block >= w->blocks)
			continue;
		taken_for_good += !w->todo[block];
		w->todo[block] = 0;
	}
	w->good -= taken_for_good;
	return taken_for_good;
}

/* Return: how many blocks are scattered; all of them but those held for Xen are to do. */
static u64 look(struct walk *w)
{
	u64 scattered = 0, block;

	w->good = 0;
	for (block = 0; block < w->blocks; block++) {
		u64 pfn = block << XSW_BLOCK_ORDER;

		w->todo[block] = 0;
		if (is_block(pfn)) {
			w->todo[block] =
				!xsw_is_contiguous(pfn, XSW_BLOCK_PAGES, w->d->limits.width);
			scattered += w->todo[block];
			w->good += !w->todo[block];
		}
		cond_resched();
	}
	return scattered + leave_out_kept(w);
}

static bool is_reached(const struct walk *w)
{
	const struct xsw_progress *p = &w->d->progress;

	return w->d->limits.target_permille && (p->blocks - p->scattered + p->cured) * 1000 >=
						       w->d->limits.target_permille * p->blocks;
}

static void take(struct walk *w, u64 block)
{
	w->todo[block] = 0;
	if (!xsw_may_hold(w->d, PAGE_SIZE << XSW_BLOCK_ORDER)) {
		w->pressed = true;
		return;
	}
	w->tried++;
	if (!xsw_hand_take(&w->hand, block << XSW_BLOCK_ORDER))
		w->d->progress.busy++;
}

/* Where nothing can be emptied no hand gets full, and each try takes its time. */
static bool is_step_over(const struct walk *w)
{
	return w->pressed || w->hand.n == w->hand.most || xsw_is_awaited();
}

static int compare(const void *a, const void *b)
{
	u64 left = *(const u64 *)a, right = *(const u64 *)b;

	return left < right ? -1 : left > right;
}

/* Takes the blocks whose pages have frames of this machine block. */
static void take_owners(struct walk *w, u64 machine_block)
{
	u64 i, pfn;

	for (i = 0; i < XSW_BLOCK_PAGES && !is_step_over(w); i++) {
		pfn = xsw_owner_of((machine_block << XSW_BLOCK_ORDER) + i);
		if (pfn >> XSW_BLOCK_ORDER < w->blocks && w->todo[pfn >> XSW_BLOCK_ORDER])
			take(w, pfn >> XSW_BLOCK_ORDER);
	}
}

static void take_relatives(struct walk *w, u64 pfn)
{
	u64 *machine_block = w->hand.sorted, i, n;

	for (i = 0; i < XSW_BLOCK_PAGES; i++)
		machine_block[i] = xsw_pfn_to_mfn(pfn + i) >> XSW_BLOCK_ORDER;
	sort(machine_block, XSW_BLOCK_PAGES, sizeof(u64), compare, NULL);
	for (i = 0; i < XSW_BLOCK_PAGES; i += n) {
		for (n = 1; i + n < XSW_BLOCK_PAGES && machine_block[i + n] == machine_block[i];)
			n++;
		if (n >= FRAMES_IN_COMMON)
			take_owners(w, machine_block[i]);
	}
	cond_resched();
}

static void fill(struct walk *w, u64 block)
{
	take(w, block);
	if (w->d->xen_order >= XSW_BLOCK_ORDER)
		return;
	for (; w->begun < w->hand.n && !is_step_over(w); w->begun++)
		take_relatives(w, w->hand.block[w->begun].pfn);
}

/* Return: is the run to go on? */
static bool cure(struct walk *w)
{
	u64 pages = w->tried << XSW_BLOCK_ORDER;

	xsw_hand_cure(w->d, &w->hand);
	xsw_hand_give_back(&w->hand);
	w->begun = w->tried = 0;
	return xsw_go_on(w->d, pages);
}

static enum xsw_ending walk(struct walk *w)
{
	u64 block;

	for (block = 0; block < w->blocks; block++)
		if (w->todo[block]) {
			if (is_reached(w))
				return XSW_ENDED_TARGET;
			if (xsw_low_is_spent(w->d, XSW_LEAST_ORDER))
				return XSW_ENDED_LOW;
			fill(w, block);
			if (is_step_over(w) && !cure(w))
				return XSW_ENDED_STOPPED;
			if (w->pressed)
				return XSW_ENDED_PRESSED;
		}
	if (w->tried && !cure(w))
		return XSW_ENDED_STOPPED;
	return is_reached(w) ? XSW_ENDED_TARGET : XSW_ENDED_DONE;
}

/* Where neighbours are dealt out of our own, one pass is not all. */
static enum xsw_ending walks(struct walk *w)
{
	struct xsw_progress *p = &w->d->progress;
	enum xsw_ending ending;
	u64 left, cured;

	p->scattered = left = look(w);
	p->blocks = w->good + left;
	do {
		cured = p->cured;
		p->busy = 0;
		ending = walk(w);
		cured = p->cured - cured;
		if (ending != XSW_ENDED_DONE)
			return ending;
		left = look(w);
	} while (w->d->xen_order < XSW_BLOCK_ORDER && cured && cured >= left / WORTH_A_PASS);
	return w->d->limits.target_permille ? XSW_ENDED_MISSED : XSW_ENDED_DONE;
}

enum xsw_ending xsw_movable(struct xsw_defrag *d, const struct xsw_kept *kept)
{
	struct walk w = { .d = d, .kept = kept, .blocks = end_of_walk(d) };
	enum xsw_ending ending = XSW_ENDED_MEMORY;

	if (xsw_hand_begin(&w.hand, d->limits.held_bytes >> (PAGE_SHIFT + XSW_BLOCK_ORDER)))
		return ending;
	w.todo = kvzalloc(w.blocks, XSW_GFP_ARRAY);
	if (w.todo)
		ending = walks(&w);
	kvfree(w.todo);
	xsw_hand_end(&w.hand);
	return ending;
}
