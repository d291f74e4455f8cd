// SPDX-License-Identifier: GPL-2.0-only
/*
 * The naive model: an owner for each slot's worth of low machine memory.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "subject.h"

void wrong(struct subject *s, const char *what, ...)
{
	va_list args;

	va_start(args, what);
	printf("not ok 1 - operation %llu: ", (unsigned long long)s->ops);
	vprintf(what, args);
	printf("\n");
	va_end(args);
	fflush(stdout);
	abort();
}

void naive_take(struct subject *s, u64 bus, u32 slots, u32 owner)
{
	u64 at = bus >> XSW_SLOT_SHIFT;
	u32 k;

	for (k = 0; k < slots; k++) {
		if (s->owner[at + k])
			wrong(s, "slot %llx of %u is %u's already", (unsigned long long)(at + k),
			      owner, s->owner[at + k]);
		s->owner[at + k] = owner;
	}
}

void naive_give(struct subject *s, u64 bus, u32 slots, u32 owner)
{
	u64 at = bus >> XSW_SLOT_SHIFT;
	u32 k;

	for (k = 0; k < slots; k++) {
		if (s->owner[at + k] != owner)
			wrong(s, "slot %llx was not %u's", (unsigned long long)(at + k), owner);
		s->owner[at + k] = 0;
	}
}

static bool fits_at(struct subject *s, const struct xsw_dev *d, u64 phys, u32 size, u64 slot_bus)
{
	u64 offset = phys & d->min_align_mask & (XSW_SLOT_SIZE - 1);
	u64 bus = slot_bus + offset, end = bus + size - 1, at;

	if ((bus ^ phys) & d->min_align_mask)
		return false;
	if (!d->min_align_mask && size >= XSW_PAGE_SIZE && bus & (XSW_PAGE_SIZE - 1))
		return false;
	/* by whole slots, as the contract has it: a run of slots crosses no boundary */
	if ((slot_bus ^ end) & ~(d->boundary_mask | (XSW_SLOT_SIZE - 1)))
		return false;
	if ((bus ^ end) & ~d->boundary_mask)
		return false;
	for (at = slot_bus >> XSW_SLOT_SHIFT; at <= end >> XSW_SLOT_SHIFT; at++)
		if (s->owner[at])
			return false;
	return true;
}

static bool pool_has_fit(struct subject *s, enum xsw_kind kind, const struct xsw_dev *d, u64 phys,
			 u32 size)
{
	const struct xsw_table *t = xsw_table_of(&s->e->pool[kind]);
	u64 offset = phys & d->min_align_mask & (XSW_SLOT_SIZE - 1);
	u32 id, i;

	for (id = 0; id < t->ids; id++) {
		const struct xsw_segment *seg = xsw_segment_at(t, id);

		if (!seg || seg->top > d->dma_mask)
			continue;
		for (i = 0; i < seg->slots; i++) {
			u64 bus = xsw_slot_bus(seg, i);

			if (bus + offset + size - 1 > seg->top)
				break;
			if (fits_at(s, d, phys, size, bus))
				return true;
		}
	}
	return false;
}

bool naive_has_fit(struct subject *s, const struct xsw_dev *d, u64 phys, u32 size)
{
	u64 offset = phys & d->min_align_mask & (XSW_SLOT_SIZE - 1);
	bool large = (offset + size + XSW_SLOT_SIZE - 1) / XSW_SLOT_SIZE > XSW_LARGE_ABOVE;

	return pool_has_fit(s, XSW_KIND_STREAMING, d, phys, size) ||
	       (large && pool_has_fit(s, XSW_KIND_LARGE, d, phys, size));
}

/* Bitmaps, counts and records say what the naive model says */
void naive_check_pool(struct subject *s)
{
	const struct xsw_table *t = xsw_table_of(&s->e->pool[XSW_KIND_STREAMING]);
	struct xsw_pool_state st;
	u64 used = 0;
	u32 id, i;

	for (id = 0; id < t->ids; id++) {
		const struct xsw_segment *seg = xsw_segment_at(t, id);

		for (i = 0; seg && i < seg->slots; i++) {
			bool busy = seg->map[i / 64] >> i % 64 & 1;

			used += busy;
			if (busy != !!s->owner[xsw_slot_bus(seg, i) >> XSW_SLOT_SHIFT])
				wrong(s, "slot %u of segment %u is %s", i, id,
				      busy ? "lost" : "in use but free");
		}
	}
	if (used != s->pool_slots_live || xsw_pool_used(&s->e->pool[XSW_KIND_STREAMING]) != used)
		wrong(s, "%llu slots in use, counted %llu, live %llu", (unsigned long long)used,
		      (unsigned long long)xsw_pool_used(&s->e->pool[XSW_KIND_STREAMING]),
		      (unsigned long long)s->pool_slots_live);
	xsw_pool_state(s->e, &st);
	if (st.used != used || st.quarantined != s->left_slots)
		wrong(s, "state tells %llu used, %llu quarantined", (unsigned long long)st.used,
		      (unsigned long long)st.quarantined);
}
