// SPDX-License-Identifier: GPL-2.0-only
/* Latencies: sorted, exact percentiles, and a histogram of eight bounds an octave. */
#include <linux/bitops.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "samples.h"

int samples_init(struct samples *s, unsigned int room)
{
	s->n = 0;
	s->room = room;
	s->ticks = kvcalloc(max(room, 1u), sizeof(*s->ticks), GFP_KERNEL);
	return s->ticks ? 0 : -ENOMEM;
}

void samples_free(struct samples *s)
{
	kvfree(s->ticks);
	s->ticks = NULL;
}

void samples_merge(struct samples *to, const struct samples *from)
{
	unsigned int i;

	for (i = 0; i < from->n; i++)
		samples_add(to, from->ticks[i]);
}

static int by_size(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* The value that @permille of all are not above: the nearest rank. */
static u64 percentile(const struct samples *s, unsigned int permille)
{
	unsigned int rank = DIV_ROUND_UP_ULL((u64)s->n * permille, 1000);

	return s->ticks[max(rank, 1u) - 1];
}

/* The least bound of the histogram that is not below @ticks. */
static u64 bound(u64 ticks)
{
	unsigned int shift;

	if (ticks < 16)
		return ticks;
	shift = fls64(ticks) - 4;
	return round_up(ticks, 1ULL << shift);
}

static void describe_histogram(const struct samples *s, struct text *t)
{
	unsigned int i = 0, from;
	u64 upper;

	text_printf(t, ",\"hist\":[");
	while (i < s->n) {
		from = i;
		upper = bound(s->ticks[i]);
		while (i < s->n && s->ticks[i] <= upper)
			i++;
		text_printf(t, "%s[%llu,%u]", from ? "," : "", upper, i - from);
	}
	text_printf(t, "]");
}

void samples_describe(struct samples *s, const char *name, struct text *t)
{
	u64 sum = 0;
	unsigned int i;

	text_printf(t, "{\"op\":\"%s\",\"n\":%u", name, s->n);
	if (!s->n) {
		text_printf(t, ",\"min\":null,\"median\":null,\"p99\":null,\"p999\":null");
		text_printf(t, ",\"max\":null,\"mean\":null,\"hist\":[]}");
		return;
	}
	sort(s->ticks, s->n, sizeof(*s->ticks), by_size, NULL);
	cond_resched();
	for (i = 0; i < s->n; i++)
		sum += s->ticks[i];
	text_printf(t, ",\"min\":%llu,\"median\":%llu,\"p99\":%llu,\"p999\":%llu", s->ticks[0],
		    percentile(s, 500), percentile(s, 990), percentile(s, 999));
	text_printf(t, ",\"max\":%llu,\"mean\":%llu", s->ticks[s->n - 1], div_u64(sum, s->n));
	describe_histogram(s, t);
	text_printf(t, "}");
}
