// SPDX-License-Identifier: GPL-2.0-only
/* Which pools a recording is replayed on. */
#include <stdlib.h>

#include "sizes.h"

#define PIECE    1024u /* slots of a segment of the module's pool */
#define SEGMENT  128u  /* slots that an area of stock's has at least */
#define SMALLEST 256u  /* stock pool worth a try */

bool sizes_read(struct numbers *to, const char *text, u32 least, u32 most)
{
	to->n = 0;
	for (;;) {
		char *end;
		unsigned long value;

		if (*text < '0' || *text > '9' || to->n == SIZES_MOST)
			return false;
		value = strtoul(text, &end, 0);
		if (value < least || value > most || (*end && *end != ','))
			return false;
		to->value[to->n++] = (u32)value;
		if (!*end)
			return true;
		text = end + 1;
	}
}

u32 sizes_round_up(u64 n)
{
	u32 power = 1;

	while (power < n && power < 1u << 31)
		power *= 2;
	return power;
}

static void add(struct numbers *to, u64 value)
{
	u32 i, k;

	if (!value || value > SIZES_SLOTS_MAX || to->n == SIZES_MOST)
		return;
	for (i = 0; i < to->n && to->value[i] < value; i++)
		;
	if (i < to->n && to->value[i] == value)
		return;
	for (k = to->n++; k > i; k--)
		to->value[k] = to->value[k - 1];
	to->value[i] = (u32)value;
}

void sizes_choose(struct numbers *to, bool stock, u64 peak, u64 today)
{
	static const u32 eighths[] = { 2, 4, 6, 8, 16, 32 };
	u64 pieces = max((peak + PIECE - 1) / PIECE, (u64)1), i;
	u64 power = max(sizes_round_up(peak), SMALLEST);

	to->n = 0;
	if (stock) {
		for (i = max(power / 8, (u64)SMALLEST); i <= power * 8; i *= 2)
			add(to, i);
		if (!(today % SEGMENT))
			add(to, today);
		return;
	}
	for (i = 0; i < sizeof(eighths) / sizeof(eighths[0]); i++)
		add(to, (pieces * eighths[i] + 7) / 8 * PIECE);
	for (i = 1; i <= 4; i++)
		add(to, (pieces + i) * PIECE);
	if (pieces > 1)
		add(to, (pieces - 1) * PIECE);
	if (!(today % PIECE))
		add(to, today);
}

static bool is_stock_size(const struct sizes *sizes, u32 slots, u32 areas)
{
	if (sizes->any_segments && areas == 1)
		return !(slots % SEGMENT);
	return !(slots & (slots - 1)) && !(areas & (areas - 1)) && slots / areas >= SEGMENT;
}

static bool open_stock(const struct sizes *sizes, struct pools *pools, const struct numbers *slots)
{
	u32 i, k;

	for (i = 0; i < slots->n; i++)
		for (k = 0; k < sizes->areas.n; k++) {
			u32 n = slots->value[i], areas = sizes->areas.value[k];

			if (!is_stock_size(sizes, n, areas))
				continue;
			if (!pools_add(pools, &xsw_scheme_upstream, n, areas))
				return false;
		}
	return true;
}

static bool open_module(struct pools *pools, const struct numbers *slots)
{
	u32 i;

	for (i = 0; i < slots->n; i++)
		if (!(slots->value[i] % PIECE) &&
		    !pools_add(pools, &xsw_scheme_ours, slots->value[i], 0))
			return false;
	return true;
}

bool sizes_open(const struct sizes *sizes, struct pools *pools, u64 peak, u64 stock_today,
		u64 module_today)
{
	struct numbers chosen = sizes->slots;

	if (sizes->stock) {
		if (!sizes->slots.n)
			sizes_choose(&chosen, true, peak, stock_today);
		if (!open_stock(sizes, pools, &chosen))
			return false;
	}
	if (sizes->module) {
		if (!sizes->slots.n)
			sizes_choose(&chosen, false, peak, module_today);
		if (!open_module(pools, &chosen))
			return false;
	}
	return true;
}
