// SPDX-License-Identifier: GPL-2.0-only
/* Words for a pool's room, and for the causes that the kernel names in one message. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "show/room.h"
#include "show/text.h"

#define STOCK_BLOCK (4096ULL << ROOM_STOCK_ORDER)

static const char *const states[] = { "yes", "possible", "no", "unknown" };

static void tell(struct told *t, const char *state, const char *format, ...)
{
	va_list values;

	t->state = state;
	va_start(values, format);
	vsnprintf(t->why, sizeof(t->why), format, values);
	va_end(values);
}

static const char *estimate(const struct room_facts *f)
{
	return f->sampled ? "about " : "";
}

/* "about 40 MiB in blocks of order 9, about 2 MiB in blocks of order 8", of those used */
static const char *own_words(const struct room_facts *f, const struct room *r)
{
	static char words[240];
	int order, n = 0;

	for (order = XB_ORDERS - 1; order >= ROOM_STOCK_ORDER; order--)
		if (r->own[order] && n < (int)sizeof(words))
			n += snprintf(words + n, sizeof(words) - n, "%s%s%s in blocks of order %d",
				      n ? ", " : "", estimate(f), text_bytes(r->own[order]), order);
	return n ? words : "nothing in blocks of 256 KiB and more";
}

static const char *xen_words(const struct room_facts *f, const struct room *r)
{
	static char words[64];

	words[0] = '\0';
	if (f->xen != ROOM_NOT_KNOWN)
		snprintf(words, sizeof(words), "; Xen has %s free", text_bytes(r->xen));
	return words;
}

static void told_module(const struct room_facts *f, const struct room *r, struct told *t)
{
	const char *state = states[r->state], *about = estimate(f);

	switch (r->why) {
	case ROOM_OWN:
		tell(t, state,
		     "the domain has low frames outside of pools: %s, if they can be moved%s",
		     own_words(f, r),
		     f->pools_told
			     ? ""
			     : "; but the kernel's pool may be a part of them, for nobody tells "
			       "how large it is (mount debugfs)");
		break;
	case ROOM_WITH_XEN:
		tell(t, state,
		     "the domain has low frames outside of pools: %s; and Xen has the other %s free, but "
		     "does not tell in blocks of which size",
		     own_words(f, r), text_bytes(r->xen));
		break;
	case ROOM_SCATTERED:
		tell(t, state,
		     "the domain has low frames outside of pools: %s%s; and %s%s lie scattered, which the "
		     "module puts together, or takes in blocks down to order %d",
		     own_words(f, r), xen_words(f, r), about, text_bytes(r->scattered), r->order);
		break;
	case ROOM_UNAVAILABLE:
		tell(t, state,
		     "the domain has %s of memory available, and the pool gets no more than is left: %s",
		     text_bytes(f->available), text_bytes(f->available / 2));
		break;
	case ROOM_NOT_TOLD:
		tell(t, state,
		     "the domain has %s%s of low frames outside of pools, and Xen tells dom0 alone what "
		     "it has free (run this there)",
		     about, text_bytes(room_own(f, 0)));
		break;
	default:
		tell(t, state,
		     "the domain has %s%s of low frames outside of pools, and Xen has %s free there: have "
		     "less memory given to other domains, or ask for less",
		     about, text_bytes(room_own(f, 0)), text_bytes(f->xen));
	}
}

static void told_stock(const struct room_facts *f, const struct room *r, struct told *t)
{
	const char *state = states[r->state], *about = estimate(f);

	switch (r->why) {
	case ROOM_XEN_ONLY:
		tell(t, state,
		     "Xen has %s free there, but does not tell whether in the blocks of order %d (256 "
		     "KiB) that it takes",
		     text_bytes(f->xen_stock), ROOM_STOCK_ORDER);
		break;
	case ROOM_GIVEN_BACK:
		tell(t, state,
		     "Xen has %s free there, and for each block of order %d (256 KiB) it gets one of "
		     "the domain's back, which has %s%s in such blocks",
		     text_bytes(f->xen_stock), ROOM_STOCK_ORDER, about,
		     text_bytes(room_own(f, ROOM_STOCK_ORDER)));
		break;
	case ROOM_FORBIDDEN:
		tell(t, state,
		     "it takes blocks of order %d (256 KiB), and Xen lets this domain exchange blocks of "
		     "up to order %u",
		     ROOM_STOCK_ORDER, f->order.most);
		break;
	case ROOM_NOT_TOLD:
		tell(t, state,
		     "it is made of what Xen has free, in blocks of order %d (256 KiB), which Xen tells "
		     "dom0 alone (run this there)",
		     ROOM_STOCK_ORDER);
		break;
	default:
		tell(t, state,
		     "it is made of what Xen has free, and Xen has %s there; low frames of the domain's "
		     "own help it only in blocks of order %d (256 KiB), of which there are %s%s",
		     text_bytes(f->xen_stock), ROOM_STOCK_ORDER, about,
		     text_bytes(room_own(f, ROOM_STOCK_ORDER)));
	}
}

/* ---- the three causes ---- */

static void told_permission(const struct room_facts *f, struct told *t)
{
	if (f->order.told && f->order.most < ROOM_STOCK_ORDER)
		tell(t, "yes",
		     "Xen's memop-max-order lets this domain exchange blocks of up to order %u, and the "
		     "kernel asks for order %d",
		     f->order.most, ROOM_STOCK_ORDER);
	else if (!f->order.told)
		tell(t, "unknown",
		     "Xen tells its command line to dom0 alone; its default for this domain is order %u, "
		     "which is enough",
		     f->order.most);
	else if (f->order.policy)
		tell(t, "unknown",
		     "Xen's security module (flask) has a policy, which is not looked at; by "
		     "memop-max-order this domain may exchange blocks of up to order %u",
		     f->order.most);
	else
		tell(t, "no",
		     "by Xen's command line this domain may exchange blocks of up to order %u, and the "
		     "kernel asks for order %d",
		     f->order.most, ROOM_STOCK_ORDER);
}

static void told_too_little(const struct room_facts *f, struct told *t)
{
	struct room_facts allowed = *f;
	struct room r;

	allowed.order.told = false; /* what may not be had may be there */
	room_of_stock(&allowed, &r);
	if (r.state == ROOM_UNKNOWN)
		tell(t, "unknown", "Xen tells dom0 alone what it has free (run this there)");
	else if (r.state == ROOM_NO)
		tell(t, "yes", "Xen has %s free there, and %s are wanted", text_bytes(f->xen_stock),
		     text_bytes(f->wanted));
	else if (r.why == ROOM_GIVEN_BACK)
		tell(t, "no",
		     "Xen has %s free there, and can give out again the blocks that the domain gives "
		     "back for them",
		     text_bytes(f->xen_stock));
	else
		tell(t, "no", "Xen has %s free there", text_bytes(f->xen_stock));
}

static u64 sum_of(const u64 by_order[XB_ORDERS], int first, int last)
{
	u64 sum = 0;

	for (; first <= last; first++)
		sum += by_order[first];
	return sum;
}

/* That a larger block was refused says nothing of those that stock asks for. */
static void told_fragmented(const struct room_facts *f, struct told *t)
{
	u64 taken = sum_of(f->extents.taken, ROOM_STOCK_ORDER, XB_ORDERS - 1);
	u64 refused = sum_of(f->extents.refused, 0, ROOM_STOCK_ORDER);
	bool low = f->extents.width && f->extents.width <= 32;

	if (f->xen_stock == ROOM_NOT_KNOWN)
		tell(t, "unknown", "Xen tells dom0 alone what it has free (run this there)");
	else if (f->xen_stock < STOCK_BLOCK)
		tell(t, "no", "Xen has %s free there: that is too little for one block of 256 KiB",
		     text_bytes(f->xen_stock));
	else if (refused && !taken)
		tell(t, "yes",
		     "Xen has %s free there, and refused all %llu blocks of 256 KiB or less that the "
		     "defragmenter's last run asked for",
		     text_bytes(f->xen_stock), refused);
	else if (taken && !refused && low)
		tell(t, "no",
		     "Xen gave all %llu blocks of 256 KiB and more that the defragmenter's last run "
		     "asked for below 2^%u",
		     taken, f->extents.width);
	else
		tell(t, "unknown", "Xen tells nobody in blocks of which sizes its memory is free");
}

void room_answers(const struct room_facts *f, struct room_answers *a)
{
	struct room stock;

	room_of_module(f, &a->room);
	room_of_stock(f, &stock);
	told_module(f, &a->room, &a->module);
	told_stock(f, &stock, &a->stock);
	told_permission(f, &a->permission);
	told_too_little(f, &a->memory);
	told_fragmented(f, &a->fragmentation);
}
