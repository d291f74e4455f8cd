// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding a free run in a segment that fits what a claim wants.
 *
 * How this works.  A run of up to 64 slots lies inside a word or across the border of two: for
 * the first, shifts tell at once all places in the word where such a run begins, and a
 * pattern leaves the aligned ones; for the second, only the free ends of two neighbours matter.
 * A longer run crosses a border always, so only runs that touch one are looked at.  So the cost
 * is the number of words (at most 32), not that of free runs.  What is found is not claimed:
 * another CPU may be quicker, then the caller searches again.
 */
#include "segment.h"

/* Bits of a word at which a run may begin: every stride-th, from the phase */
static u64 aligned_bits(const struct xsw_segment *s, const struct xsw_want *w, u32 word)
{
	u32 stride = w->stride;
	u32 skip = (w->phase - s->first - word * XSW_WORD_BITS) & (stride - 1);
	u64 pattern = 1;

	if (skip >= XSW_WORD_BITS)
		return 0;
	for (; stride < XSW_WORD_BITS; stride *= 2)
		pattern |= pattern << stride;
	return pattern << skip;
}

/* The first slot from @i up that is aligned as wanted */
static u32 align_up(const struct xsw_segment *s, const struct xsw_want *w, u32 i)
{
	return i + ((w->phase - s->first - i) & (w->stride - 1));
}

/* Runs that may not cross a boundary: the rare case, looked at place by place */
static u32 find_in_blocks(const struct xsw_segment *s, const struct xsw_want *w)
{
	u32 i, start, run;

	for (i = align_up(s, w, 0); i + w->slots <= s->slots; i += w->stride) {
		if (!xsw_fits_at(s, w, i))
			continue;
		run = xsw_free_run(s, i, &start);
		if (run && start + run >= i + w->slots)
			return i;
	}
	return XSW_NOWHERE;
}

static u32 find_inside(const struct xsw_segment *s, const struct xsw_want *w, u32 word, u64 free)
{
	u64 starts = xsw_runs_of(free, w->slots);

	if (starts && w->stride > 1)
		starts &= aligned_bits(s, w, word);
	return starts ? word * XSW_WORD_BITS + (u32)__builtin_ctzll(starts) : XSW_NOWHERE;
}

/* A run that begins in the free end of @word and goes on into the next words */
static u32 find_across(const struct xsw_segment *s, const struct xsw_want *w, u32 word, u64 free)
{
	u32 border = (word + 1) * XSW_WORD_BITS;
	u32 i = align_up(s, w, border - xsw_high_ones(free));
	u32 end = border, next;

	if (i >= border)
		return XSW_NOWHERE;
	for (next = word + 1; end < i + w->slots && next < s->words; next++) {
		u32 run = xsw_low_ones(~READ_ONCE(s->map[next]));

		end += run;
		if (run < XSW_WORD_BITS)
			break;
	}
	return end >= i + w->slots ? i : XSW_NOWHERE;
}

static u32 find_from_word(const struct xsw_segment *s, const struct xsw_want *w, u32 word)
{
	u64 free = ~READ_ONCE(s->map[word]);
	u32 at = XSW_NOWHERE;

	if (!free)
		return at;
	if (w->slots <= XSW_WORD_BITS)
		at = find_inside(s, w, word, free);
	if (at == XSW_NOWHERE && w->slots > 1 && free >> (XSW_WORD_BITS - 1))
		at = find_across(s, w, word, free);
	return at;
}

u32 xsw_find(const struct xsw_segment *s, const struct xsw_want *w, u32 from)
{
	u32 k;

	if (w->slots > s->slots)
		return XSW_NOWHERE;
	if (unlikely(w->block))
		return find_in_blocks(s, w);
	for (k = 0; k < s->words; k++) {
		u32 word = from + k < s->words ? from + k : from + k - s->words;
		u32 at = find_from_word(s, w, word);

		if (at != XSW_NOWHERE)
			return at;
	}
	return XSW_NOWHERE;
}
