// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scheme of Linux's swiotlb, written anew from its documented behaviour; user space only.
 *
 * How it works.  The pool is cut into areas of equal size, one or more CPUs each, every area
 * under a lock.  Slots are grouped by 128 (256 KiB); each slot's 'run' says how many slots are
 * free from it to the end of its group, 0 if it is in use.  A claim walks its area from where the
 * last claim ended, slot by slot or alignment by alignment, until a slot has a run long enough,
 * then the areas of the other CPUs.  Claiming and releasing rewrite 'run' of each slot and of
 * the free ones before it, and every slot carries the original address.  One counter
 * of slots in use is shared by all.
 */
#include "baseline.h"

#define GROUP 128u /* slots: the longest mapping */

struct slot {
	u64 orig;
	u64 size; /* bytes from this slot to the mapping's end */
	u32 run;
};

struct area {
	struct xsw_lock lock;
	u32 used;
	u32 next;     /* slot of the area where the next search begins */
	u64 searched; /* slots that its searches looked at */
} __attribute__((aligned(64)));

struct xsw_baseline {
	u32 slots, areas, area_slots;
	u64 bus;
	struct area *area;
	struct slot *slot;
	u64 used __attribute__((aligned(64)));
	u64 high_water;
};

/* The alignment a search keeps: @mask of bits that must equal the original's, @whole of zeros */
struct alignment {
	u64 whole, same;
	u32 stride;
};

static u32 in_group(u32 slot)
{
	return slot % GROUP;
}

struct xsw_baseline *xsw_baseline_open(u32 slots, u32 areas)
{
	struct xsw_baseline *b = xsw_zalloc(sizeof(*b));
	u32 i;

	if (!b)
		return NULL;
	while (areas > 1 && slots / areas < GROUP)
		areas /= 2;
	b->slots = slots;
	b->bus = XSW_SLOTS_BUS;
	b->areas = areas;
	b->area_slots = slots / areas;
	b->area = xsw_zalloc(areas * sizeof(*b->area));
	b->slot = xsw_zalloc(slots * sizeof(*b->slot));
	if (!b->area || !b->slot) {
		xsw_baseline_close(b);
		return NULL;
	}
	for (i = 0; i < areas; i++)
		xsw_lock_init(&b->area[i].lock);
	for (i = 0; i < slots; i++)
		b->slot[i] = (struct slot){ .orig = ~0ULL, .run = GROUP - in_group(i) };
	return b;
}

void xsw_baseline_close(struct xsw_baseline *b)
{
	xsw_free(b->area);
	xsw_free(b->slot);
	xsw_free(b);
}

void xsw_baseline_locate(struct xsw_baseline *b, u64 bus, u32 slot)
{
	b->bus = bus;
	b->area[slot / b->area_slots].next = slot % b->area_slots;
}

static struct alignment alignment_of(const struct xsw_request *r, u64 bytes)
{
	struct alignment a = { .same = r->min_align_mask };

	if (!a.same && bytes >= XSW_PAGE_SIZE)
		a.whole = XSW_PAGE_SIZE - 1;
	a.whole |= XSW_SLOT_SIZE - 1;
	a.same &= ~a.whole;
	a.stride = (u32)((max(a.whole, a.same) >> XSW_SLOT_SHIFT) + 1);
	return a;
}

/* Would @n slots from @slot cross a boundary every @block slots (0: none)? */
static bool spans(const struct xsw_baseline *b, u32 slot, u32 n, u64 block)
{
	u64 at = (b->bus >> XSW_SLOT_SHIFT) + slot;

	return block && (at & (block - 1)) + n > block;
}

static u32 search(const struct xsw_baseline *b, struct area *a, u32 base,
		  const struct xsw_request *r, u32 n, const struct alignment *align)
{
	u64 block = r->boundary_mask == ~0ULL ? 0 : (r->boundary_mask >> XSW_SLOT_SHIFT) + 1;
	u32 at = a->next, seen = 0, looks = 0, found = XSW_SLOTS_NONE;

	while (seen < b->area_slots && found == XSW_SLOTS_NONE) {
		u64 bus = b->bus + ((u64)(base + at) << XSW_SLOT_SHIFT);
		u32 step = align->stride;

		looks++;
		if (bus & align->whole || (r->orig && (bus ^ r->orig) & align->same))
			step = 1;
		else if (!spans(b, base + at, n, block) && b->slot[base + at].run >= n)
			found = base + at;
		seen += step;
		at += step;
		if (at >= b->area_slots)
			at = 0;
	}
	a->searched += looks;
	return found;
}

/* Free slots before @slot, within its group, now end at @run more */
static void rewrite_before(struct xsw_baseline *b, u32 slot, u32 run)
{
	while (in_group(slot) && b->slot[slot - 1].run)
		b->slot[--slot].run = ++run;
}

static u32 claim_in_area(struct xsw_baseline *b, u32 index, const struct xsw_request *r, u32 n,
			 u64 bytes)
{
	struct area *a = &b->area[index];
	struct alignment align = alignment_of(r, bytes);
	u32 at = XSW_SLOTS_NONE, i;
	unsigned long flags;

	xsw_lock(&a->lock, flags);
	if (n <= b->area_slots - a->used)
		at = search(b, a, index * b->area_slots, r, n, &align);
	if (at != XSW_SLOTS_NONE) {
		for (i = 0; i < n; i++) {
			b->slot[at + i].run = 0;
			b->slot[at + i].size = bytes - ((u64)i << XSW_SLOT_SHIFT);
		}
		rewrite_before(b, at, 0);
		a->next = at - index * b->area_slots + n;
		if (a->next >= b->area_slots)
			a->next = 0;
		a->used += n;
	}
	xsw_unlock(&a->lock, flags);
	return at;
}

static void count_used(struct xsw_baseline *b, u32 n)
{
	u64 now = xsw_fetch_add64(&b->used, n) + n;
	u64 high = READ_ONCE(b->high_water);

	while (now > high) {
		u64 seen = xsw_cmpxchg64(&b->high_water, high, now);

		if (seen == high)
			break;
		high = seen;
	}
}

/* Upstream looks at the mask only when it has the slots */
static bool is_within(const struct xsw_baseline *b, u32 slot, u64 bytes, u64 mask)
{
	return !mask || b->bus + ((u64)slot << XSW_SLOT_SHIFT) + bytes - 1 <= mask;
}

u32 xsw_baseline_claim(struct xsw_baseline *b, const struct xsw_request *r, enum xsw_fail *why)
{
	u32 offset = (u32)(r->orig & r->min_align_mask & (XSW_SLOT_SIZE - 1));
	u64 bytes = (u64)r->size + offset;
	u32 n = (u32)((bytes + XSW_SLOT_SIZE - 1) >> XSW_SLOT_SHIFT);
	u32 first = xsw_cpu() & (b->areas - 1), k, i;

	if (n > GROUP) {
		*why = XSW_FAIL_TOO_LARGE;
		return XSW_SLOTS_NONE;
	}
	for (k = 0; k < b->areas; k++) {
		u32 at = claim_in_area(b, (first + k) & (b->areas - 1), r, n, bytes);

		if (at == XSW_SLOTS_NONE)
			continue;
		count_used(b, n);
		for (i = 0; i < n; i++)
			b->slot[at + i].orig = r->orig + ((u64)i << XSW_SLOT_SHIFT);
		if (is_within(b, at, bytes, r->mask))
			return at;
		xsw_baseline_release(b, at, r);
		*why = XSW_FAIL_MASK;
		return XSW_SLOTS_NONE;
	}
	*why = b->slots - READ_ONCE(b->used) < n ? XSW_FAIL_FULL : XSW_FAIL_FRAGMENTED;
	return XSW_SLOTS_NONE;
}

void xsw_baseline_release(struct xsw_baseline *b, u32 slot, const struct xsw_request *r)
{
	u32 n = (u32)((b->slot[slot].size + XSW_SLOT_SIZE - 1) >> XSW_SLOT_SHIFT);
	struct area *a = &b->area[slot / b->area_slots];
	u32 run = 0, i;
	unsigned long flags;

	(void)r;
	xsw_lock(&a->lock, flags);
	if (in_group(slot + n))
		run = b->slot[slot + n].run;
	for (i = n; i-- > 0;)
		b->slot[slot + i] = (struct slot){ .orig = ~0ULL, .run = ++run };
	rewrite_before(b, slot, run);
	a->used -= n;
	xsw_unlock(&a->lock, flags);
	xsw_fetch_add64(&b->used, -(u64)n);
}

static void *scheme_open(u32 slots, u32 areas)
{
	return xsw_baseline_open(slots, areas);
}

static void scheme_close(void *pool)
{
	xsw_baseline_close(pool);
}

static u32 scheme_claim(void *pool, const struct xsw_request *r, enum xsw_fail *why)
{
	return xsw_baseline_claim(pool, r, why);
}

static void scheme_release(void *pool, u32 slot, const struct xsw_request *r)
{
	xsw_baseline_release(pool, slot, r);
}

static u32 scheme_used(void *pool)
{
	return (u32)READ_ONCE(((struct xsw_baseline *)pool)->used);
}

static u32 scheme_largest_free(void *pool)
{
	const struct xsw_baseline *b = pool;
	u32 i, largest = 0;

	for (i = 0; i < b->slots && largest < GROUP; i += max(b->slot[i].run, 1u))
		largest = max(largest, b->slot[i].run);
	return largest;
}

static u64 scheme_searched(void *pool)
{
	const struct xsw_baseline *b = pool;
	u64 sum = 0;
	u32 i;

	for (i = 0; i < b->areas; i++)
		sum += b->area[i].searched;
	return sum;
}

const struct xsw_scheme xsw_scheme_upstream = {
	.name = "upstream",
	.open = scheme_open,
	.close = scheme_close,
	.claim = scheme_claim,
	.release = scheme_release,
	.used = scheme_used,
	.largest_free = scheme_largest_free,
	.searched = scheme_searched,
};
