/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs of free slots inside one 64-bit word, by shifts and counts alone.
 */
#ifndef XSW_BITS_H
#define XSW_BITS_H

#include "platform.h"

#define XSW_WORD_BITS 64u
#define XSW_ALL_BUSY  (~(u64)0)

/* @n bits from @bit up; 1 <= n and bit + n <= 64 */
static inline u64 xsw_run_mask(u32 bit, u32 n)
{
	return (XSW_ALL_BUSY >> (XSW_WORD_BITS - n)) << bit;
}

/* floor(log2(n)), n > 0 */
static inline u32 xsw_log2_floor(u32 n)
{
	return 31 - (u32)__builtin_clz(n);
}

/* ceil(log2(n)), n > 0 */
static inline u32 xsw_log2_ceil(u32 n)
{
	return n == 1 ? 0 : 32 - (u32)__builtin_clz(n - 1);
}

/* bits needed to write @v: 0 for 0, 32 for 2^32 - 1 */
static inline u32 xsw_bit_length(u64 v)
{
	return v ? XSW_WORD_BITS - (u32)__builtin_clzll(v) : 0;
}

/* ones at the low end of @v */
static inline u32 xsw_low_ones(u64 v)
{
	return v == XSW_ALL_BUSY ? XSW_WORD_BITS : (u32)__builtin_ctzll(~v);
}

/* ones at the high end of @v */
static inline u32 xsw_high_ones(u64 v)
{
	return v == XSW_ALL_BUSY ? XSW_WORD_BITS : (u32)__builtin_clzll(~v);
}

/* without the compiler's builtin, which is a library call in a kernel */
static inline u32 xsw_popcount(u64 v)
{
	v -= (v >> 1) & 0x5555555555555555ULL;
	v = (v & 0x3333333333333333ULL) + ((v >> 2) & 0x3333333333333333ULL);
	v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return (u32)((v * 0x0101010101010101ULL) >> 56);
}

/*
 * Where runs of @n ones begin in @v: after the step from 'have' to 'have + s' a bit says that
 * 'have + s' ones begin there, so log2(n) steps do.
 */
static inline u64 xsw_runs_of(u64 v, u32 n)
{
	u32 have = 1;

	while (have < n) {
		u32 s = min(have, n - have);

		v &= v >> s;
		have += s;
	}
	return v;
}

#endif /* XSW_BITS_H */
