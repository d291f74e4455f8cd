// SPDX-License-Identifier: GPL-2.0-only
/* Numbers and names as people read them. */
#include <stdio.h>

#include "show/text.h"
#include "engine/name.h"

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

const char *text_comm(const char comm[16])
{
	char *text = next_text();

	snprintf(text, 24, "%.15s", comm);
	name_clean(text, 24);
	return text;
}
