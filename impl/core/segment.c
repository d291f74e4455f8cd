// SPDX-License-Identifier: GPL-2.0-only
/*
 * One segment: claiming and releasing runs of slots in its bitmap.
 *
 * Cost.  xsw_take() and xsw_give() of a run inside one word: one atomic and one cache line
 * written each.  A run of w words: w atomics to claim; to release one atomic and w - 1 plain
 * stores, the ends excepted.  512 slots share a cache line of the bitmap.
 */
#include "segment.h"

struct xsw_segment *xsw_segment_new(const struct xsw_block *b, u64 mfn)
{
	u32 slots = 1u << (b->order + XSW_PAGE_SHIFT - XSW_SLOT_SHIFT);
	u32 words = (slots + XSW_WORD_BITS - 1) / XSW_WORD_BITS;
	struct xsw_segment *s;

	s = xsw_zalloc(sizeof(*s) + words * sizeof(u64) + slots * sizeof(struct xsw_slot));
	if (!s)
		return NULL;
	s->bus = mfn << XSW_PAGE_SHIFT;
	s->top = s->bus + ((u64)slots << XSW_SLOT_SHIFT) - 1;
	s->va = b->va;
	s->slot = (struct xsw_slot *)(s->map + words);
	s->slots = slots;
	s->words = (u16)words;
	s->id = XSW_NOWHERE;
	s->first = (u32)(s->bus >> XSW_SLOT_SHIFT);
	s->block = *b;
	s->zone = (u8)xsw_bit_length(s->top);
	if (slots < XSW_WORD_BITS)
		s->map[0] |= XSW_ALL_BUSY << slots;
	return s;
}

u32 xsw_free_slots(const struct xsw_segment *s)
{
	u32 busy = 0, i;

	for (i = 0; i < s->words; i++)
		busy += xsw_popcount(READ_ONCE(s->map[i]));
	return s->words * XSW_WORD_BITS - busy;
}

u32 xsw_largest_free(const struct xsw_segment *s)
{
	u32 i = 0, best = 0;

	while (i < s->slots) {
		u64 busy = READ_ONCE(s->map[i / XSW_WORD_BITS]) >> (i % XSW_WORD_BITS);
		u32 start, run;

		if (busy & 1) {
			i += min(xsw_low_ones(busy), XSW_WORD_BITS - i % XSW_WORD_BITS);
			continue;
		}
		run = xsw_free_run(s, i, &start);
		best = max(best, run);
		i += max(run, 1u);
	}
	return best;
}

u32 xsw_free_run(const struct xsw_segment *s, u32 i, u32 *start)
{
	u32 end = i, begin = i;

	while (end < s->slots) {
		u32 bit = end % XSW_WORD_BITS;
		u64 free = ~READ_ONCE(s->map[end / XSW_WORD_BITS]) >> bit;
		u32 run = min(xsw_low_ones(free), XSW_WORD_BITS - bit);

		end += run;
		if (run < XSW_WORD_BITS - bit)
			break;
	}
	while (end > i && begin > 0) {
		u32 bits = (begin - 1) % XSW_WORD_BITS + 1;
		u64 free = ~READ_ONCE(s->map[(begin - 1) / XSW_WORD_BITS]);
		u32 run = min(xsw_high_ones(free << (XSW_WORD_BITS - bits)), bits);

		begin -= run;
		if (run < bits)
			break;
	}
	*start = begin;
	return end - begin;
}

u32 xsw_head_of(const struct xsw_segment *s, u32 i)
{
	u32 head = i;

	for (;;) {
		u32 slots = xsw_run_slots(xsw_mark_of(&s->slot[head]));

		if (slots)
			return head + slots > i ? head : XSW_NOWHERE;
		if (!head--)
			return XSW_NOWHERE;
	}
}
