// SPDX-License-Identifier: GPL-2.0-only
/* Reads latency histograms. */
#include "show/quantile.h"

u64 hist_lower(unsigned int slot)
{
	unsigned int octave = slot / XB_HIST_SUB, step = slot % XB_HIST_SUB;

	if (!octave)
		return slot;
	return (u64)(XB_HIST_SUB + step) << (octave - 1);
}

u64 quantile(const struct xb_hist *h, double q)
{
	u64 seen = 0, wanted = h->count * q;
	unsigned int i;

	if (!h->count)
		return 0;
	for (i = 0; i < XB_HIST_SLOTS - 1; i++) {
		seen += h->slots[i];
		if (seen > wanted)
			break;
	}
	return (hist_lower(i) + hist_lower(i + 1)) / 2;
}

void hist_sum(struct xb_hist *to, const struct xb_hist *from)
{
	unsigned int i;

	to->ns += from->ns;
	to->count += from->count;
	for (i = 0; i < XB_HIST_SLOTS; i++)
		to->slots[i] += from->slots[i];
}
