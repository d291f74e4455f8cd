// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames that Xen was given, and gets its blocks back for.
 *
 * How this works.  Whole blocks go back for frames of one zone each, as long as a zone was given as
 * many.  For the rest, less than a block in each zone, a block goes back in halves, quarters and so
 * on down to pages, each for frames of one zone.  Xen finds the frames for a part before it has the
 * part.  A part is larger than any block of what its zone was given and still has, if that zone is
 * asked first: so Xen cuts up none that it has just got back.
 */
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "../xen/blocks.h"
#include "../xen/p2m.h"
#include "contiguity.h"
#include "defrag.h"
#include "given.h"

#define ANYWHERE 0

static unsigned int zone_of(u64 mfn)
{
	return min_t(unsigned int, fls64(mfn), XSW_ZONES - 1);
}

static u8 bits_of(unsigned int zone)
{
	return zone + PAGE_SHIFT;
}

static u64 *zone_of_page(struct xsw_given *g, u64 pfn)
{
	return &g->frames[zone_of(xsw_pfn_to_mfn(pfn))];
}

void xsw_given_add(struct xsw_given *g, const struct xsw_block *b, size_t n)
{
	u64 i;

	for (; n--; b++)
		for (i = 0; i < 1ULL << b->order; i++)
			++*zone_of_page(g, b->pfn + i);
}

void xsw_given_keep(struct xsw_given *g, const struct xsw_block *b, size_t n)
{
	u64 i;

	for (; n--; b++)
		for (i = 0; i < 1ULL << b->order; i++) {
			u64 *frames = zone_of_page(g, b->pfn + i);

			/* What comes back may be from where it was given none. */
			if (*frames)
				--*frames;
		}
}

/* The highest zone that was given so many frames.  Return: 0 if there is none. */
static unsigned int zone_with(const struct xsw_given *g, u64 frames)
{
	unsigned int zone = XSW_ZONES;

	while (--zone)
		if (g->frames[zone] >= frames)
			break;
	return zone;
}

/* Return: how many Xen took of blocks that are all of one order; *@result: why no more. */
static size_t undo(struct xsw_block *b, size_t n, u8 bits, enum xsw_exchange_result *result)
{
	size_t undone = 0, most = n, done;

	*result = XSW_EXCHANGE_OK;
	while (undone < n) {
		*result = xsw_hv_undo(b + undone, min_t(size_t, most, n - undone), bits, &done);
		undone += done;
		if (*result == XSW_EXCHANGE_UNTRIED && most > 1)
			most /= 2; /* the exchange's arrays are shorter then */
		else if (!done)
			break;
	}
	return undone;
}

/* Of blocks that are all of one order.  Return: how many, from the first, went back. */
static size_t by_zones(struct xsw_given *g, struct xsw_block *b, size_t n)
{
	u64 pages = 1ULL << b->order;
	size_t undone = 0, done;

	while (undone < n) {
		unsigned int zone = zone_with(g, pages);
		enum xsw_exchange_result result;

		if (!zone)
			break;
		done = undo(b + undone, min_t(u64, n - undone, g->frames[zone] / pages),
			    bits_of(zone), &result);
		xsw_given_keep(g, b + undone, done);
		undone += done;
		if (result == XSW_EXCHANGE_NO_MEMORY)
			g->frames[zone] = 0; /* others have them */
		else if (!done)
			break;
	}
	return undone;
}

/* Xen gets the part for frames of @zone, or for any if others have those.  Return: did it take it?
 */
static bool give_part(struct xsw_given *g, struct xsw_block *part, unsigned int zone)
{
	enum xsw_exchange_result result;

	if (!undo(part, 1, bits_of(zone), &result) && !undo(part, 1, ANYWHERE, &result))
		return false;
	xsw_given_keep(g, part, 1);
	return true;
}

/* The zone that a part's frames are asked from.  Return: 0 if none was given so many. */
static unsigned int zone_for(const struct xsw_given *g, const struct xsw_block *part)
{
	unsigned int own = zone_of(xsw_pfn_to_mfn(part->pfn));

	return g->frames[own] >= 1ULL << part->order ? own : zone_with(g, 1ULL << part->order);
}

/* Two out of one: @first has twice the room. */
static size_t halve(struct xsw_block *first, size_t n)
{
	size_t i;

	for (i = n; i--;) {
		struct xsw_block half = first[i];

		half.order--;
		first[2 * i] = half;
		half.pfn += 1ULL << half.order;
		half.va = (u8 *)half.va + (PAGE_SIZE << half.order);
		first[2 * i + 1] = half;
	}
	return 2 * n;
}

/*
 * @part: room for two parts in each zone: fewer than there are zones are left of an order, for all
 * that was given is as much as the block
 * Return: did Xen take all of the block?
 */
static bool by_parts(struct xsw_given *g, struct xsw_block *b, struct xsw_block *part)
{
	size_t n = 1, i, left;

	part[0] = *b;
	do {
		n = halve(part, n);
		for (i = left = 0; i < n; i++) {
			unsigned int zone = zone_for(g, &part[i]);

			if (!zone)
				part[left++] = part[i];
			else if (!give_part(g, &part[i], zone))
				return false;
		}
		n = left;
	} while (n && part->order);
	b->origin = XSW_ORIGIN_NONE;
	return true;
}

static u64 all_given(const struct xsw_given *g)
{
	unsigned int zone;
	u64 frames = 0;

	for (zone = 1; zone < XSW_ZONES; zone++)
		frames += g->frames[zone];
	return frames;
}

size_t xsw_given_back(struct xsw_given *g, struct xsw_block *b, size_t n)
{
	size_t undone = by_zones(g, b, n);
	enum xsw_exchange_result result;
	struct xsw_block *part;

	if (undone == n)
		return n;
	part = kvmalloc_array(2 * XSW_ZONES, sizeof(*part), XSW_GFP_ARRAY);
	while (part && undone < n && all_given(g) >= XSW_BLOCK_PAGES) {
		if (!by_parts(g, &b[undone], part)) {
			kvfree(part);
			return undone;
		}
		undone++;
	}
	kvfree(part);
	return undone + undo(b + undone, n - undone, ANYWHERE, &result);
}
