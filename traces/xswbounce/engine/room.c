// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is there room for a pool, and what would it be made of?
 *
 * The module takes contiguous low frames of the domain's own, exchanges others for Xen's, and puts
 * scattered ones together, from 2 MiB down to single pages.  It takes no more memory than it
 * leaves.
 *
 * Stock exchanges all of it, in blocks of 256 KiB, whatever lies beneath it already.  For each it
 * needs one that is free in Xen first; then Xen has the frames that were given back, which are
 * blocks again if they were some before.
 *
 * What is the domain's own may be an estimate, and a pool may be a part of it. It is enough for
 * sure only if it is with the error and with those pools taken off, and too little for sure only if
 * it is with the error added, and none of them taken off.
 */
#include <string.h>

#include "engine/room.h"

#define STOCK_BLOCK (4096ULL << ROOM_STOCK_ORDER)

static u64 least(u64 a, u64 b)
{
	return a < b ? a : b;
}

/* Pools are made of large blocks: what those have that lie there is taken off the largest. */
static void without_pools(const struct room_facts *f, u64 own[XB_ORDERS])
{
	u64 pools = f->pools;
	int order;

	for (order = XB_ORDERS - 1; order >= 0; order--) {
		u64 less = least(pools, f->own[order]);

		own[order] = f->own[order] - less;
		pools -= less;
	}
}

u64 room_own(const struct room_facts *f, int order)
{
	u64 own[XB_ORDERS], sum = 0;

	without_pools(f, own);
	for (; order < XB_ORDERS; order++)
		sum += own[order];
	return sum;
}

/* Takes what there is, up to what is missing. */
static u64 take(u64 *missing, u64 there)
{
	u64 taken = least(*missing, there);

	*missing -= taken;
	return taken;
}

static void answer(struct room *r, enum room_state state, enum room_why why)
{
	r->state = state;
	r->why = why;
}

/* Of own memory that seems to be enough: is it? Return: ROOM_OWN, or why that is not sure. */
static enum room_why sure(const struct room_facts *f, u64 own, u64 needed)
{
	if (own < needed + f->unsure)
		return ROOM_SAMPLED;
	if (!f->pools_told || own < needed + f->unsure + f->pools_maybe)
		return ROOM_POOLS;
	return ROOM_OWN;
}

static void answer_own(const struct room_facts *f, struct room *r)
{
	enum room_why why = sure(f, room_own(f, ROOM_STOCK_ORDER), f->wanted);

	answer(r, why == ROOM_OWN ? ROOM_YES : ROOM_POSSIBLE, why);
}

void room_of_module(const struct room_facts *f, struct room *r)
{
	bool told = f->xen != ROOM_NOT_KNOWN;
	u64 own[XB_ORDERS], missing = f->wanted;
	int order;

	memset(r, 0, sizeof(*r));
	without_pools(f, own);
	r->order = XB_ORDERS - 1;
	for (order = XB_ORDERS - 1; order >= ROOM_STOCK_ORDER; order--) {
		r->own[order] = take(&missing, own[order]);
		if (r->own[order])
			r->order = order;
	}
	if (told)
		r->xen = take(&missing, f->xen);
	for (; order >= 0; order--) {
		r->own[order] = take(&missing, own[order]);
		r->scattered += r->own[order];
		if (r->own[order])
			r->order = order;
	}
	if (f->available != ROOM_NOT_KNOWN && f->wanted > f->available / 2)
		answer(r, ROOM_NO, ROOM_UNAVAILABLE);
	else if (missing && !told)
		answer(r, ROOM_UNKNOWN, ROOM_NOT_TOLD);
	else if (missing > f->unsure)
		answer(r, ROOM_NO, ROOM_TOO_LITTLE);
	else if (missing)
		answer(r, ROOM_POSSIBLE, ROOM_SAMPLED);
	else if (r->scattered)
		answer(r, ROOM_POSSIBLE, ROOM_SCATTERED);
	else if (r->xen)
		answer(r, ROOM_POSSIBLE, ROOM_WITH_XEN);
	else
		answer_own(f, r);
}

void room_of_stock(const struct room_facts *f, struct room *r)
{
	u64 own = least(room_own(f, ROOM_STOCK_ORDER), f->own_below_4g), missing = f->wanted;
	enum room_why why;

	memset(r, 0, sizeof(*r));
	r->order = ROOM_STOCK_ORDER;
	if (f->order.told && f->order.most < ROOM_STOCK_ORDER) {
		answer(r, ROOM_NO, ROOM_FORBIDDEN);
		return;
	}
	if (f->xen_stock == ROOM_NOT_KNOWN) {
		answer(r, ROOM_UNKNOWN, ROOM_NOT_TOLD);
		return;
	}
	r->xen = take(&missing, f->xen_stock);
	why = sure(f, own, missing);
	if (!missing)
		answer(r, ROOM_POSSIBLE, ROOM_XEN_ONLY);
	else if (f->xen_stock < STOCK_BLOCK || own + f->unsure < missing)
		answer(r, ROOM_NO, ROOM_TOO_LITTLE);
	else
		answer(r, ROOM_POSSIBLE, why == ROOM_OWN ? ROOM_GIVEN_BACK : why);
}
