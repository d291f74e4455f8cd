/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads latency histograms: quantiles, sums, and a picture of one in text. */
#ifndef XB_QUANTILE_H
#define XB_QUANTILE_H

#include "bpf/shared.h"

/**
 * quantile() - the latency that a share @q of the calls did not exceed, within 12 %
 * Return: nanoseconds; 0 for an empty histogram.
 */
u64 quantile(const struct xb_hist *h, double q);

void hist_sum(struct xb_hist *to, const struct xb_hist *from);

/**
 * hist_lower() - the least latency that falls into a slot
 */
u64 hist_lower(unsigned int slot);

#endif /* XB_QUANTILE_H */
