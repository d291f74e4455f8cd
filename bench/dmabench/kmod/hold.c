// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fills the bounce pool to a share, in a layout that a seed decides.
 *
 * The plan: sizes are drawn from a mix until together they ask for 60 % of 'slots' slots, a slot
 * being 2 KiB and a size asking for ceil(size / 2 KiB); from the mix without large ones until 94 %,
 * then of one slot: each kind fits into the holes that the one before left. All are mapped, in
 * this order; then, in an order shuffled by the same seed, mappings are dropped until those that
 * remain ask for no more than 'percent' of 'slots'. What is free then lies scattered, as after
 * long use. At 100 percent nothing is dropped, and maps of one slot follow until one fails, so
 * that the pool is full whatever the backend could not place.
 *
 * A map that fails is left out, not repeated: its request counts for the plan all the same, and
 * the result tells how many slots the served ones asked for.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "address.h"
#include "bench.h"
#include "options.h"

#define SLOT          2048
#define SOURCE_SIZE   (256 << 10)
#define LARGE_PERCENT 60
#define MIXED_PERCENT 94
#define SMALL_MIX     0

struct held {
	dma_addr_t bus; /* DMA_MAPPING_ERROR: not served, or dropped */
	unsigned int size;
};

struct plan {
	unsigned int percent, slots, seed, mix, mask, min_align;
	u64 random; /* state of the generator */
	unsigned int asked, failed, topped_up;
};

static const char *const mix_words[] = { "small", "wide", "large", NULL };

/* Sizes and how many of a thousand draws take them. */
static const struct {
	unsigned int size, weight[3];
} sizes[] = { { 1522, { 400, 350, 200 } },
	      { 4096, { 400, 350, 250 } },
	      { 16384, { 200, 200, 200 } },
	      { 65536, { 0, 80, 250 } },
	      { 262144, { 0, 20, 100 } } };

static const struct option hold_options[] = {
	{ .key = "percent", .offset = offsetof(struct plan, percent), .min = 0, .max = 100 },
	{ .key = "slots", .offset = offsetof(struct plan, slots), .min = 0, .max = 1 << 24 },
	{ .key = "seed", .offset = offsetof(struct plan, seed), .min = 0, .max = UINT_MAX },
	{ .key = "mix", .offset = offsetof(struct plan, mix), .words = mix_words },
	{ .key = "mask", .offset = offsetof(struct plan, mask), .min = 24, .max = 64 },
	{ .key = "min_align", .offset = offsetof(struct plan, min_align), .min = 0, .max = 65535 },
	{}
};

static unsigned int slots_of(unsigned int size)
{
	return DIV_ROUND_UP(size, SLOT);
}

/* splitmix64: the same numbers on every kernel. */
static u64 draw(struct plan *p)
{
	u64 z = p->random += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static bool asked_percent(const struct plan *p, unsigned int percent)
{
	return (u64)p->asked * 100 >= (u64)p->slots * percent;
}

static unsigned int draw_size(struct plan *p)
{
	unsigned int mix = asked_percent(p, LARGE_PERCENT) ? SMALL_MIX : p->mix;
	unsigned int i, at = draw(p) % 1000;

	if (asked_percent(p, MIXED_PERCENT))
		return SLOT;
	for (i = 0; at >= sizes[i].weight[mix]; i++)
		at -= sizes[i].weight[mix];
	return sizes[i].size;
}

/* Whether to stop here: the caller is killed, or the device is taken away. */
static bool cut_short(const struct bench *bench)
{
	return fatal_signal_pending(current) || READ_ONCE(bench->leaving);
}

static dma_addr_t map_one(struct bench *bench, unsigned int size)
{
	dma_addr_t bus = dma_map_page_attrs(bench->dev, bench->hold.source.page[0], 0, size,
					    DMA_TO_DEVICE, DMA_ATTR_NO_WARN);

	cond_resched();
	return dma_mapping_error(bench->dev, bus) ? DMA_MAPPING_ERROR : bus;
}

static void unmap_one(struct bench *bench, struct held *held)
{
	if (held->bus == DMA_MAPPING_ERROR)
		return;
	dma_unmap_page_attrs(bench->dev, held->bus, held->size, DMA_TO_DEVICE, 0);
	held->bus = DMA_MAPPING_ERROR;
	cond_resched();
}

static int map_all(struct bench *bench, struct plan *p)
{
	struct hold *h = &bench->hold;
	struct held *held;

	while (p->asked < p->slots) {
		if (cut_short(bench))
			return -EINTR;
		held = &h->held[h->n++];
		held->size = min(draw_size(p), (p->slots - p->asked) * SLOT);
		held->bus = map_one(bench, held->size);
		p->asked += slots_of(held->size);
		p->failed += held->bus == DMA_MAPPING_ERROR;
	}
	return 0;
}

/* Drop in shuffled order (Fisher-Yates, drawn as we go) until few enough slots are asked for. */
static int drop_some(struct bench *bench, struct plan *p)
{
	struct hold *h = &bench->hold;
	unsigned int most = (u64)p->slots * p->percent / 100, left = h->n, i;

	while (p->asked > most && left) {
		i = draw(p) % left--;
		p->asked -= slots_of(h->held[i].size);
		unmap_one(bench, &h->held[i]);
		swap(h->held[i], h->held[left]);
	}
	return cut_short(bench) ? -EINTR : 0;
}

static int top_up(struct bench *bench, struct plan *p, unsigned int room)
{
	struct hold *h = &bench->hold;
	dma_addr_t bus;

	while (h->n < room) {
		bus = map_one(bench, SLOT);
		if (bus == DMA_MAPPING_ERROR)
			return 0;
		h->held[h->n++] = (struct held){ bus, SLOT };
		p->topped_up++;
		if (cut_short(bench))
			return -EINTR;
	}
	return 0;
}

/*
 * The kernel's own search goes on where the last one ended: turn it to the start of an area, by
 * single slots, so that a layout does not depend on what was mapped since the boot.
 */
static void turn_search(struct bench *bench, const struct plan *p)
{
	struct held one = { .size = SLOT };
	unsigned int i;
	long slot;

	for (i = 0; i < p->slots; i++) {
		one.bus = map_one(bench, SLOT);
		if (one.bus == DMA_MAPPING_ERROR)
			return;
		slot = address_slot(bench->dev, one.bus);
		unmap_one(bench, &one);
		if (slot < 0 || address_ends_area(bench->dev, slot))
			return;
	}
}

/* Mappings that a plan may hold: each takes a slot at least, and those at the top one more. */
static unsigned int room_for(const struct plan *p)
{
	return 2 * p->slots;
}

static int fill(struct bench *bench, struct plan *p)
{
	struct hold *h = &bench->hold;
	unsigned int room = room_for(p);
	int rc;

	h->held = kvcalloc(room, sizeof(*h->held), GFP_KERNEL);
	if (!h->held)
		return -ENOMEM;
	rc = buffers_get(&h->source, bench->dev, 1, SOURCE_SIZE, REACH_FAR,
			 nearest_cpu(bench->dev, 0));
	if (!rc)
		turn_search(bench, p);
	rc = rc ?: map_all(bench, p);
	rc = rc ?: drop_some(bench, p);
	if (!rc && p->percent == 100)
		rc = top_up(bench, p, room);
	return rc;
}

static void describe(struct bench *bench, const struct plan *p)
{
	struct hold *h = &bench->hold;
	unsigned int i, mappings = 0, slots = 0;

	for (i = 0; i < h->n; i++) {
		if (h->held[i].bus == DMA_MAPPING_ERROR)
			continue;
		mappings++;
		slots += slots_of(h->held[i].size);
	}
	text_printf(&h->result, "{\"percent\":%u,\"slots\":%u,\"seed\":%u,\"mix\":\"%s\"",
		    p->percent, p->slots, p->seed, mix_words[p->mix]);
	text_printf(&h->result, ",\"requested_slots\":%u,\"held_slots\":%u,\"held\":%u",
		    p->asked + p->topped_up, slots, mappings);
	text_printf(&h->result, ",\"failed\":%u,\"topped_up\":%u}\n", p->failed, p->topped_up);
}

void hold_drop(struct bench *bench)
{
	struct hold *h = &bench->hold;

	while (h->n)
		unmap_one(bench, &h->held[--h->n]);
	kvfree(h->held);
	h->held = NULL;
	buffers_put(&h->source);
}

int hold_run(struct bench *bench, char *line)
{
	struct plan plan = { .mask = 32, .seed = 1 };
	struct text *result = &bench->hold.result;
	int rc;

	text_clear(result);
	rc = options_read(line, hold_options, &plan, result);
	if (rc)
		return rc;
	if (!memory_allows((u64)room_for(&plan) * sizeof(struct held) + SOURCE_SIZE)) {
		text_printf(
			result,
			"{\"error\":\"so many slots want more than half of the free memory\"}\n");
		return -ENOMEM;
	}
	hold_drop(bench);
	dma_set_min_align_mask(bench->dev, plan.min_align);
	rc = dma_set_mask_and_coherent(bench->dev, DMA_BIT_MASK(plan.mask));
	plan.random = plan.seed;
	if (!rc && plan.percent)
		rc = fill(bench, &plan);
	if (rc) {
		hold_drop(bench);
		text_printf(result, "{\"error\":\"cannot hold: %s\",\"errno\":%d}\n",
			    rc == -ERANGE ? "the device reaches all memory" : "failed", -rc);
		return rc;
	}
	describe(bench, &plan);
	return 0;
}
