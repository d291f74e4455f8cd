// SPDX-License-Identifier: GPL-2.0-only
/*
 * What went otherwise than asked for in a run, one line of the log each.
 */
#define pr_fmt(fmt) "xen_swiotlb_defrag: " fmt

#include <linux/printk.h>

#include "module.h"

/* What the lines depend on but for their counts: two runs alike in it would say the same. */
struct kinds {
	enum xsw_unkept unkept;
	u8 forbidden;
	bool whole_only, on_credit;
	bool untried, unreturned, deals_refused;
};

static struct kinds kinds_of(const struct xsw_defrag *d)
{
	return (struct kinds){
		.unkept = d->unkept,
		.forbidden = d->forbidden,
		.whole_only = d->whole_only,
		.on_credit = d->on_credit,
		.untried = d->untried,
		.unreturned = d->unreturned,
		.deals_refused = d->deals_refused,
	};
}

static bool are_alike(const struct kinds *a, const struct kinds *b)
{
	return a->unkept == b->unkept && a->forbidden == b->forbidden &&
	       a->whole_only == b->whole_only && a->on_credit == b->on_credit &&
	       a->untried == b->untried && a->unreturned == b->unreturned &&
	       a->deals_refused == b->deals_refused;
}

static const char *const why[] = {
	[XSW_UNKEPT_MEMORY] = "the domain has no memory to spare",
	[XSW_UNKEPT_BLOCKS] = "too few scattered blocks could be emptied",
	[XSW_UNKEPT_LOW] = "that might take more low memory than low_most_bytes",
	[XSW_UNKEPT_REFUSED] = "Xen refuses",
	[XSW_UNKEPT_RESTORED] = "the domain was restored meanwhile",
};

static const char *asked_for(const struct xsw_defrag *d)
{
	if (d->on_credit)
		return "for half as much, together, while that is so";
	return d->whole_only ? "for 2 MiB in exchange for whole blocks alone" : "for nothing";
}

static void tell_of_xen(const struct xsw_defrag *d)
{
	if (d->forbidden)
		pr_notice("Xen permits this domain no exchange of order %u%s\n", d->forbidden,
			  d->unkept == XSW_UNKEPT_ORDER
				  ? ": it was asked for nothing, as the blocks that it is to keep "
				    "could not be held (xen_floor_blocks)"
				  : "");
	else if (d->unkept != XSW_KEPT)
		pr_notice(
			"the %llu blocks that Xen is to keep could not be held (%s): it was asked %s\n",
			d->limits.xen_floor_blocks, why[d->unkept], asked_for(d));
	if (d->unreturned)
		pr_notice("%llu blocks that Xen was to keep it did not take back: the domain has "
			  "them\n",
			  d->unreturned);
}

void xsw_tell_notices(const struct xsw_defrag *d, bool background)
{
	static struct kinds last;
	struct kinds now = kinds_of(d);
	bool told = background && are_alike(&now, &last);

	last = background ? now : (struct kinds){ 0 };
	if (told)
		return;
	tell_of_xen(d);
	if (d->untried)
		pr_notice("%llu exchanges were not tried: no memory for their arrays\n",
			  d->untried);
	if (d->deals_refused)
		pr_notice("%llu times pages could not change frames among themselves (%d)\n",
			  d->deals_refused, d->deal_error);
}
