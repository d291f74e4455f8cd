// SPDX-License-Identifier: GPL-2.0-only
/* Words for a pool's room, and for the causes that the kernel names in one message. */
#include <errno.h>
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

#define ABOUTS 4

/* "64 MiB", or "about 64 MiB ± 96 MiB" of what was sampled; lasts until the fourth next call */
static const char *about(const struct room_facts *f, u64 bytes)
{
	static char words[ABOUTS][64];
	static int next;
	char *text = words[next++ % ABOUTS];

	if (f->unsure)
		snprintf(text, sizeof(words[0]), "about %s ± %s", text_bytes(bytes),
			 text_bytes(f->unsure));
	else
		snprintf(text, sizeof(words[0]), "%s", text_bytes(bytes));
	return text;
}

/* "about 40 MiB in blocks of order 9, about 2 MiB in blocks of order 8 (± 96 MiB)", of those used
 */
static const char *own_words(const struct room_facts *f, const struct room *r)
{
	static char words[300];
	int order, n = 0;

	for (order = XB_ORDERS - 1; order >= ROOM_STOCK_ORDER; order--)
		if (r->own[order] && n < (int)sizeof(words))
			n += snprintf(words + n, sizeof(words) - n, "%s%s%s in blocks of order %d",
				      n ? ", " : "", f->unsure ? "about " : "",
				      text_bytes(r->own[order]), order);
	if (!n)
		return "nothing in blocks of 256 KiB and more";
	if (f->unsure && n < (int)sizeof(words))
		snprintf(words + n, sizeof(words) - n, " (± %s)", text_bytes(f->unsure));
	return words;
}

static const char *xen_words(const struct room_facts *f, u64 xen)
{
	static char words[64];

	words[0] = '\0';
	if (f->xen != ROOM_NOT_KNOWN)
		snprintf(words, sizeof(words), "; Xen has %s free", text_bytes(xen));
	return words;
}

/* Else it is there, and this process may not have it: in a container, say. */
static bool no_device(int error)
{
	return error == ENOENT || error == ENXIO || error == ENODEV;
}

/* Why Xen told nothing, and what to do; @what: of its own; @error: as in struct xen_heap */
static const char *not_told(const struct room_facts *f, int error, const char *what)
{
	static char words[160];

	if (!f->dom0)
		snprintf(words, sizeof(words), "Xen tells dom0 alone %s (run this there)", what);
	else if (error)
		snprintf(words, sizeof(words),
			 "Xen can't be asked %s: /dev/xen/privcmd can't be opened: %s%s", what,
			 strerror(error), no_device(error) ? " (modprobe xen-privcmd)" : "");
	else
		snprintf(words, sizeof(words), "Xen refuses to tell %s (its security policy?)",
			 what);
	return words;
}

static const char *heap_not_told(const struct room_facts *f)
{
	return not_told(f, f->xen_error, "what it has free");
}

/* Of an answer that hangs on it */
static const char *sample_words(const struct room_facts *f)
{
	static char words[120];

	if (f->more_blocks)
		snprintf(words, sizeof(words),
			 "only a part of memory was looked at: --blocks %llu looks at more",
			 f->more_blocks);
	else
		snprintf(words, sizeof(words),
			 "only a part of memory was looked at, and more than %d blocks can't be",
			 CONTIGUITY_MAX_BLOCKS);
	return words;
}

static const char *pools_words(const struct room_facts *f)
{
	static char words[160];

	if (!f->pools_told)
		return "the kernel's pool may be a part of them, for nobody tells how large it is "
		       "(mount debugfs)";
	snprintf(words, sizeof(words),
		 "%s of pools may be a part of them, for nobody tells how low those lie",
		 text_bytes(f->pools_maybe));
	return words;
}

/* What room_own() and struct room count */
static const char *low_frames(const struct room_facts *f)
{
	return f->pools_told && !f->pools_maybe ? "low frames outside of pools"
						: "low frames, some of which may be pools'";
}

static void told_module(const struct room_facts *f, const struct room *r, struct told *t)
{
	const char *state = states[r->state];

	switch (r->why) {
	case ROOM_OWN:
		tell(t, state,
		     "the domain has low frames outside of pools: %s, if they can be moved",
		     own_words(f, r));
		break;
	case ROOM_POOLS:
		tell(t, state, "the domain has low frames: %s, if they can be moved; but %s",
		     own_words(f, r), pools_words(f));
		break;
	case ROOM_SAMPLED:
		tell(t, state, "the domain has %s of %s%s; but %s", about(f, room_own(f, 0)),
		     low_frames(f), xen_words(f, f->xen), sample_words(f));
		break;
	case ROOM_WITH_XEN:
		tell(t, state,
		     "the domain has %s: %s; and Xen has the other %s free, but "
		     "does not tell in blocks of which size",
		     low_frames(f), own_words(f, r), text_bytes(r->xen));
		break;
	case ROOM_SCATTERED:
		tell(t, state,
		     "the domain has %s: %s%s; and %s lie scattered, which the "
		     "module puts together, or takes in blocks down to order %d",
		     low_frames(f), own_words(f, r), xen_words(f, r->xen), about(f, r->scattered),
		     r->order);
		break;
	case ROOM_UNAVAILABLE:
		tell(t, state,
		     "the domain has %s of memory available, and the pool gets no more than is left: %s",
		     text_bytes(f->available), text_bytes(f->available / 2));
		break;
	case ROOM_NOT_TOLD:
		tell(t, state, "the domain has %s of %s, and %s", about(f, room_own(f, 0)),
		     low_frames(f), heap_not_told(f));
		break;
	default:
		tell(t, state,
		     "the domain has %s of %s, and Xen has %s free there: have less memory given to other "
		     "domains, or ask for less",
		     about(f, room_own(f, 0)), low_frames(f), text_bytes(f->xen));
	}
}

/* Stock's pool hangs on what the domain can give back: is that enough? */
static void told_doubt(const struct room_facts *f, const struct room *r, struct told *t,
		       const char *state)
{
	tell(t, state,
	     "Xen has %s free there, and for each block of order %d (256 KiB) gets one of the domain's "
	     "back, which has %s in such blocks; but %s",
	     text_bytes(f->xen_stock), ROOM_STOCK_ORDER, about(f, room_own(f, ROOM_STOCK_ORDER)),
	     r->why == ROOM_SAMPLED ? sample_words(f) : pools_words(f));
}

static void told_stock(const struct room_facts *f, const struct room *r, struct told *t)
{
	const char *state = states[r->state];

	switch (r->why) {
	case ROOM_XEN_ONLY:
		tell(t, state,
		     "Xen has %s free there, but does not tell whether in the blocks of order %d (256 "
		     "KiB) that it takes",
		     text_bytes(f->xen_stock), ROOM_STOCK_ORDER);
		break;
	case ROOM_SAMPLED:
	case ROOM_POOLS:
		told_doubt(f, r, t, state);
		break;
	case ROOM_GIVEN_BACK:
		tell(t, state,
		     "Xen has %s free there, and for each block of order %d (256 KiB) it gets one of "
		     "the domain's back, which has %s in such blocks",
		     text_bytes(f->xen_stock), ROOM_STOCK_ORDER,
		     about(f, room_own(f, ROOM_STOCK_ORDER)));
		break;
	case ROOM_FORBIDDEN:
		tell(t, state,
		     "it takes blocks of order %d (256 KiB), and Xen lets this domain exchange blocks of "
		     "up to order %u",
		     ROOM_STOCK_ORDER, f->order.most);
		break;
	case ROOM_NOT_TOLD:
		tell(t, state,
		     "it is made of what Xen has free, in blocks of order %d (256 KiB), and %s",
		     ROOM_STOCK_ORDER, heap_not_told(f));
		break;
	default:
		tell(t, state,
		     "it is made of what Xen has free, and Xen has %s there; low frames of the domain's "
		     "own help it only in blocks of order %d (256 KiB), of which there are %s",
		     text_bytes(f->xen_stock), ROOM_STOCK_ORDER,
		     about(f, room_own(f, ROOM_STOCK_ORDER)));
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
		tell(t, "unknown", "%s; its default for this domain is order %u, which is enough",
		     f->dom0 ? not_told(f, f->order.error, "its command line")
			     : "Xen tells its command line to dom0 alone",
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
		tell(t, "unknown", "%s", heap_not_told(f));
	else if (r.why == ROOM_SAMPLED || r.why == ROOM_POOLS)
		told_doubt(f, &r, t, "unknown");
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

#define STALE 3600 /* seconds after which Xen's memory may be another */

/* "20 minutes ago" */
static const char *ago(u64 seconds)
{
	static char words[32];
	u64 n = seconds < 2 * 3600 ? seconds / 60 : seconds / 3600;

	if (seconds < 60)
		return "less than a minute ago";
	snprintf(words, sizeof(words), "%llu %s%s ago", n, seconds < 2 * 3600 ? "minute" : "hour",
		 n == 1 ? "" : "s");
	return words;
}

/* Blocks that stock could take: it asked for them, or for smaller ones, and Xen had none at all. */
static bool xen_lacked(const struct room_facts *f)
{
	const struct xen_extents *e = &f->extents;

	return sum_of(e->refused, 0, ROOM_STOCK_ORDER) && !e->kept &&
	       !sum_of(e->taken, ROOM_STOCK_ORDER, XB_ORDERS - 1) &&
	       (!e->width || e->width >= 32) && f->order.most >= ROOM_STOCK_ORDER;
}

/* It asked for them below 4 GiB, where stock's pool lies, and Xen had all. */
static bool xen_gave(const struct room_facts *f)
{
	const struct xen_extents *e = &f->extents;

	return sum_of(e->taken, ROOM_STOCK_ORDER, XB_ORDERS - 1) &&
	       !sum_of(e->refused, 0, ROOM_STOCK_ORDER) && e->width && e->width <= 32;
}

/* That a larger block was refused says nothing of those that stock asks for. */
static void told_fragmented(const struct room_facts *f, struct told *t)
{
	const struct xen_extents *e = &f->extents;

	if (f->xen_stock == ROOM_NOT_KNOWN)
		tell(t, "unknown", "%s", heap_not_told(f));
	else if (f->xen_stock < STOCK_BLOCK)
		tell(t, "no", "Xen has %s free there: that is too little for one block of 256 KiB",
		     text_bytes(f->xen_stock));
	else if (!e->told || (!xen_lacked(f) && !xen_gave(f)))
		tell(t, "unknown", "Xen tells nobody in blocks of which sizes its memory is free");
	else if (e->age > STALE)
		tell(t, "unknown",
		     "only the defragmenter's runs show it, and the last one ended %s: run it again",
		     ago(e->age));
	else if (xen_lacked(f))
		tell(t, "yes",
		     "Xen has %s free there, and had no block of 256 KiB for the defragmenter's last "
		     "run, which ended %s: it refused %llu requests for such or less, and gave %llu "
		     "smaller ones",
		     text_bytes(f->xen_stock), ago(e->age), sum_of(e->refused, 0, ROOM_STOCK_ORDER),
		     sum_of(e->taken, 0, ROOM_STOCK_ORDER - 1));
	else
		tell(t, "no",
		     "Xen gave all %llu blocks of 256 KiB and more that the defragmenter's last run, "
		     "which ended %s, asked for below 2^%u",
		     sum_of(e->taken, ROOM_STOCK_ORDER, XB_ORDERS - 1), ago(e->age), e->width);
}

void room_answers(const struct room_facts *f, struct room_answers *a)
{
	struct room stock;

	a->unsure = f->unsure;
	room_of_module(f, &a->room);
	room_of_stock(f, &stock);
	told_module(f, &a->room, &a->module);
	told_stock(f, &stock, &a->stock);
	told_permission(f, &a->permission);
	told_too_little(f, &a->memory);
	told_fragmented(f, &a->fragmentation);
}
