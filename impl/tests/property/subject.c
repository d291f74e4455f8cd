// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random operations on an engine, each checked against the naive model.
 */
#include <stdio.h>
#include <stdlib.h>

#include "subject.h"

#define MIB (1ULL << 20)

static u32 draw(struct source *s, u32 n)
{
	u32 v = 0;

	if (!s->bytes)
		return (u32)(model_random(&s->seed) % n);
	do {
		v = v << 8 | (s->left ? *s->bytes : 0);
		if (s->left) {
			s->bytes++;
			s->left--;
		}
		n >>= 8;
	} while (n);
	return v;
}

bool source_dry(const struct source *s)
{
	return s->bytes && !s->left;
}

u32 pick(struct subject *s, u32 n)
{
	return draw(s->from, n) % n;
}

static void attach(struct subject *s, u32 k)
{
	static const struct xsw_dev kinds[DEVICES] = {
		{ .dma_mask = LOW4G, .boundary_mask = ~0ULL },
		{ .dma_mask = ~0ULL,
		  .min_align_mask = 0xfff,
		  .boundary_mask = ~0ULL,
		  .force = true },
		{ .dma_mask = LOW4G, .boundary_mask = 0xffff, .min_align_mask = 0x1ff },
		{ .dma_mask = (1ULL << 30) - 1, .boundary_mask = LOW4G },
	};

	s->dev[k] = kinds[k];
	s->dev[k].coherent_mask = kinds[k].dma_mask;
	s->dev[k].id = 0x100 + k;
	if (!xsw_dev_init(s->e, &s->dev[k]))
		s->attached[k] = true;
}

void subject_start(struct subject *s, struct source *from)
{
	static const struct model_config machine = {
		.pages = 32768,
		.frames = (1 << 20) + (1 << 16),
		.first_mfn = (1 << 20) + 99,
		.low_first = (1 << 18) - 4096,
		.low_free = 20480,
		.seed = 5,
	};
	struct xsw_change c;
	u32 k;

	*s = (struct subject){ .from = from };
	model_start(&machine);
	s->owner = calloc(1u << 21, sizeof(*s->owner));
	s->e = xsw_engine_create((u64)pick(s, 3) << 20);
	xsw_pool_grow(s->e, (u64)(1 + pick(s, 3)) * 2 * MIB, 32, &c);
	xsw_pool_grow(s->e, 2 * MIB, 30, &c);
	for (k = 0; k < DEVICES; k++)
		attach(s, k);
	s->buffer = model_buffer(MAPPINGS * BUFFER_PAGES, false);
}

u32 random_size(struct subject *s)
{
	static const u32 most[] = { 64, 2048, 4096, 8192, 65536, BUFFER_PAGES * 4096 - 4096 };

	return 1 + pick(s, most[pick(s, 6)]);
}

static void op_grow(struct subject *s)
{
	struct xsw_change c;

	xsw_pool_grow(s->e, (u64)(1 + pick(s, 64)) << 16, pick(s, 2) ? 32 : 30, &c);
}

static void op_set(struct subject *s)
{
	u64 bytes = (u64)(2 + pick(s, 12)) << 20;
	struct xsw_change c;

	xsw_pool_set(s->e, bytes, 32, &c);
	if (c.leaked_bytes)
		wrong(s, "shrinking leaked");
}

static void op_faults(struct subject *s)
{
	model_faults = (struct model_faults){ 0 };
	switch (pick(s, 6)) {
	case 0:
		model_faults.refuse_exchanges = 1 + pick(s, 4);
		break;
	case 1:
		model_faults.partial = 1 + pick(s, 3);
		break;
	case 2:
		model_faults.busy_every = 2 + pick(s, 4);
		break;
	case 3:
		model_faults.highest_order = 1 + pick(s, 9);
		break;
	case 4:
		model_faults.fail_zalloc_at = 1 + pick(s, 8);
		break;
	}
}

/* A device comes and goes, and leaves nothing behind */
static void op_rebind(struct subject *s)
{
	u32 device = pick(s, DEVICES), k;

	for (k = 0; k < MAPPINGS; k++)
		if (s->map[k].live && s->map[k].device == device)
			subject_unmap(s, &s->map[k]);
	for (k = 0; k < BLOCKS; k++)
		if (s->block[k].va && s->block[k].device == device)
			subject_free_block(s, &s->block[k]);
	if (s->attached[device] && model_detach(&s->dev[device]))
		wrong(s, "a device left something behind");
	s->attached[device] = false;
	attach(s, device);
}

/* A driver goes and leaves all it has; another one comes.  Later operations end what was left. */
static void op_leave(struct subject *s)
{
	u32 device = pick(s, DEVICES), k;
	u64 left = 0;

	if (!s->attached[device])
		return;
	for (k = 0; k < MAPPINGS; k++) {
		struct mapping *m = &s->map[k];

		if (!m->live || m->device != device || !m->bounced)
			continue;
		left++;
		if (!m->left)
			s->left_slots += m->slots;
		m->left = true;
	}
	for (k = 0; k < BLOCKS; k++)
		left += s->block[k].va && s->block[k].device == device;
	if (xsw_dev_abandon(&s->dev[device]) != left)
		wrong(s, "a driver left another number of mappings than it had");
	s->lefts += left;
}

static void op_force(struct subject *s)
{
	s->dev[pick(s, DEVICES)].force ^= 1;
	xsw_force_all(s->e, !pick(s, 4));
}

static const struct {
	void (*run)(struct subject *);
	u32 weight;
} operations[] = {
	{ op_map, 400 },     { op_unmap, 330 }, { op_sync, 150 }, { op_device_write, 100 },
	{ op_coherent, 60 }, { op_work, 10 },   { op_grow, 2 },   { op_set, 2 },
	{ op_faults, 5 },    { op_rebind, 1 },  { op_leave, 2 },  { op_force, 8 },
};

void subject_operate(struct subject *s)
{
	u32 sum = 0, k, at;

	for (k = 0; k < sizeof(operations) / sizeof(operations[0]); k++)
		sum += operations[k].weight;
	at = pick(s, sum);
	for (k = 0; at >= operations[k].weight; k++)
		at -= operations[k].weight;
	s->ops++;
	operations[k].run(s);
	if (s->ops % 512 == 0)
		naive_check_pool(s);
	if (model_counts.violations)
		wrong(s, "something touched a frame that is not ours");
}

/* Everything freed is claimable again, coalesced, and goes back to Xen */
void subject_stop(struct subject *s)
{
	struct xsw_pool_state st;
	struct xsw_change c;
	u32 k;

	for (k = 0; k < MAPPINGS; k++)
		if (s->map[k].live)
			subject_unmap(s, &s->map[k]);
	for (k = 0; k < BLOCKS; k++)
		if (s->block[k].va)
			subject_free_block(s, &s->block[k]);
	naive_check_pool(s);
	xsw_pool_state(s->e, &st);
	for (k = 0; k < s->e->pool[XSW_KIND_STREAMING].table->ids; k++) {
		const struct xsw_segment *seg = s->e->pool[XSW_KIND_STREAMING].table->seg[k];

		if (seg && xsw_largest_free(seg) != seg->slots)
			wrong(s, "a segment is not whole again");
	}
	if (st.used || st.coherent_used_bytes)
		wrong(s, "%llu slots are lost", (unsigned long long)st.used);
	for (k = 0; k < DEVICES; k++)
		if (s->attached[k] && model_detach(&s->dev[k]))
			wrong(s, "a mapping is lost");
	model_faults = (struct model_faults){ 0 };
	xsw_engine_destroy(s->e, &c);
	if (c.leaked_bytes || c.kept_low_bytes || model_counts.zallocs || !model_consistent())
		wrong(s, "memory is lost: %llu bytes leaked, %llu allocations",
		      (unsigned long long)c.leaked_bytes, (unsigned long long)model_counts.zallocs);
	free(s->owner);
	model_stop();
}
