// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CRC-32 of recordings.
 *
 * table[k][b] is what byte b does to the checksum with k bytes of zero behind it, so sixteen bytes
 * are looked up independently of each other.
 */
#include "crc.h"

#define STEP 16u

static u32 table[STEP][256];

static __attribute__((constructor)) void fill(void)
{
	u32 b, k;

	for (b = 0; b < 256; b++) {
		u32 crc = b;

		for (k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
		table[0][b] = crc;
	}
	for (b = 0; b < 256; b++)
		for (k = 1; k < STEP; k++)
			table[k][b] = table[k - 1][b] >> 8 ^ table[0][table[k - 1][b] & 255];
}

u32 crc32_more(u32 crc, const void *data, size_t n)
{
	const u8 *at = data;

	crc = ~crc;
	for (; n >= STEP; n -= STEP, at += STEP) {
		u32 w[STEP / 4], next = 0, k;

		memcpy(w, at, sizeof(w));
		w[0] ^= crc;
		for (k = 0; k < STEP / 4; k++)
			next ^= table[15 - 4 * k][w[k] & 255] ^ table[14 - 4 * k][w[k] >> 8 & 255] ^
				table[13 - 4 * k][w[k] >> 16 & 255] ^ table[12 - 4 * k][w[k] >> 24];
		crc = next;
	}
	while (n--)
		crc = crc >> 8 ^ table[0][(crc ^ *at++) & 255];
	return ~crc;
}
