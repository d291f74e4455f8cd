// SPDX-License-Identifier: GPL-2.0-only
/* Numbers and names as people read them. */
#include <stdio.h>

#include "text.h"

const char *const text_reasons[XB_NR_REASONS] = { "direct", "mask", "straddle", "align", "forced" };
const char *const text_fails[XB_NR_FAILS] = { "ok", "full", "fragmented", "too-large",
					      "mask-unreachable" };
const char *const text_calls[XB_NR_CALLS] = { "map direct", "map bounced", "unmap bounced",
					      "sync bounced" };

static char *next_text(void)
{
	static char texts[8][24];
	static unsigned int at;

	return texts[at++ % 8];
}

static const char *scaled(double value, double step, const char *const *units)
{
	char *text = next_text();

	while (value >= step && units[1]) {
		value /= step;
		units++;
	}
	snprintf(text, 24, value < 10 && value != (int)value ? "%.1f %s" : "%.0f %s", value,
		 *units);
	return text;
}

const char *text_bytes(u64 bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", NULL };

	return scaled(bytes, 1024, units);
}

const char *text_ns(u64 ns)
{
	static const char *const units[] = { "ns", "us", "ms", "s", NULL };

	return scaled(ns, 1000, units);
}

const char *text_mask(u64 mask)
{
	char *text = next_text();
	int bits = 0;

	for (; mask; mask >>= 1)
		bits++;
	snprintf(text, 24, "%d", bits);
	return text;
}

const char *text_domain(u32 domain)
{
	char *text = next_text();

	if (domain == XB_DOMAIN_OWN)
		return "own";
	snprintf(text, 24, "%u", domain);
	return text;
}

static u64 sum_of(const u64 *counts, int first, int end)
{
	u64 sum = 0;

	for (; first < end; first++)
		sum += counts[first];
	return sum;
}

void text_clean(char *text, size_t size)
{
	size_t i;

	text[size - 1] = '\0';
	for (i = 0; text[i]; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			text[i] = '?';
}

const char *text_comm(const char comm[16])
{
	char *text = next_text();

	snprintf(text, 24, "%.15s", comm);
	text_clean(text, 24);
	return text;
}

u64 text_bounces(const struct xb_stat *s)
{
	return sum_of(s->bounces, XB_MASK, XB_NR_REASONS);
}

u64 text_failures(const struct xb_stat *s)
{
	return sum_of(s->fails, XB_FAIL_FULL, XB_NR_FAILS);
}

enum xb_reason text_main_reason(const struct xb_stat *s)
{
	enum xb_reason main = XB_DIRECT, i;

	for (i = XB_MASK; i < XB_NR_REASONS; i++)
		if (s->bounces[i] > s->bounces[main])
			main = i;
	return main;
}
