// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on coherent blocks.
 */
#include "subject.h"

/* A block has all pages of its order */
static u32 slots_of(const struct block *b)
{
	return 2u << xsw_log2_ceil((b->size + 4095) / 4096);
}

void subject_free_block(struct subject *s, struct block *b)
{
	u32 i;

	for (i = 0; i < b->size; i++)
		if (b->va[i] != b->mark)
			wrong(s, "a coherent block changed");
	if (b->bus < LOW4G)
		naive_give(s, b->bus, slots_of(b), (u32)(b - s->block) + 1 + MAPPINGS);
	if (!xsw_coherent_free(&s->dev[b->device], b->size, b->va, b->bus))
		wrong(s, "a coherent block is not known");
	b->va = NULL;
}

void op_coherent(struct subject *s)
{
	struct block *b = &s->block[pick(s, BLOCKS)];
	u32 device = pick(s, DEVICES), pages, i;
	enum xsw_coherent_source from;

	if (b->va) {
		subject_free_block(s, b);
		return;
	}
	if (!s->attached[device])
		return;
	b->device = device;
	b->size = pick(s, 30) ? random_size(s) : 2411724;
	b->va = xsw_coherent_alloc(&s->dev[device], b->size, pick(s, 2), &b->bus, &from);
	if (!b->va)
		return;
	pages = (b->size + 4095) / 4096;
	if (b->bus + b->size - 1 > s->dev[device].coherent_mask)
		wrong(s, "coherent memory out of reach");
	if (b->bus & ((4096ULL << xsw_log2_ceil(pages)) - 1) ||
	    (uintptr_t)b->va & ((4096ULL << xsw_log2_ceil(pages)) - 1))
		wrong(s, "coherent memory is not aligned");
	for (i = 0; i < pages * 4096; i++)
		if (b->va[i])
			wrong(s, "coherent memory is not zero");
	b->mark = (u8)(1 + pick(s, 255));
	memset(b->va, b->mark, pages * 4096);
	if (b->bus < LOW4G)
		naive_take(s, b->bus, slots_of(b), (u32)(b - s->block) + 1 + MAPPINGS);
}

void op_work(struct subject *s)
{
	xsw_coherent_work(s->e);
}
