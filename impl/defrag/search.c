// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks for scattered blocks of 2 MiB that may be held for Xen.
 *
 * How this works.  A cursor goes round all memory and stays where a run's search ended.  It begins
 * in the middle: the kernel's own memory, which cannot be emptied, lies at the ends.  The
 * background runs often, on memory that is cured: its runs look at a part of memory each, and when
 * all of it had too few, the search rests for a while.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>

#include "../xen/blocks.h"
#include "../xen/p2m.h"
#include "contiguity.h"
#include "search.h"

#define REST (60 * HZ) /* when all memory had too few */

/*
 * One run at a time uses it.
 * @block: where the next search begins, if @begun
 * @in_vain: blocks looked at since a run got as many as it wanted
 * @rest_ends: in jiffies, if it is @at_rest
 */
static struct {
	bool begun, at_rest;
	u64 block, in_vain;
	unsigned long rest_ends;
} cursor;

static bool is_at_rest(void)
{
	if (cursor.at_rest && time_after_eq(jiffies, cursor.rest_ends))
		cursor.at_rest = false;
	return cursor.at_rest;
}

void xsw_search_begin(struct xsw_search *s, u64 most, u64 tries)
{
	*s = (struct xsw_search){ .tries = tries };
	if (is_at_rest())
		return;
	s->blocks = xsw_end_of_memory() >> XSW_BLOCK_ORDER;
	s->left = min_t(u64, s->blocks, most);
	if (!cursor.begun)
		cursor.block = s->blocks / 2;
	cursor.begun = true;
}

static bool is_scattered_block(u64 pfn)
{
	return xsw_are_ours(pfn, XSW_BLOCK_PAGES) && !xsw_is_contiguous(pfn, XSW_BLOCK_PAGES, 0);
}

u64 xsw_search_next(struct xsw_search *s)
{
	u64 pfn;

	while (s->left) {
		if (cursor.block >= s->blocks)
			cursor.block = 0;
		pfn = cursor.block++ << XSW_BLOCK_ORDER;
		s->left--;
		s->looked++;
		if (is_scattered_block(pfn))
			return pfn;
		cond_resched();
		if (xsw_is_awaited())
			break;
	}
	return XSW_NO_FRAME;
}

void xsw_search_busy(struct xsw_search *s)
{
	if (!--s->tries)
		s->left = 0;
}

void xsw_search_end(struct xsw_search *s, bool enough)
{
	cursor.in_vain = enough ? 0 : cursor.in_vain + s->looked;
	if (!s->looked || cursor.in_vain < s->blocks)
		return;
	cursor.in_vain = 0;
	cursor.at_rest = true;
	cursor.rest_ends = jiffies + REST;
}

void xsw_search_forget(void)
{
	cursor.begun = cursor.at_rest = false;
	cursor.in_vain = 0;
}
