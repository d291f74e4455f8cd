// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the pool, resizes it, and does what a DMA call must not do itself: grow and refill.
 *
 * How the pool grows by itself.  A pool that may grow is looked at four times a second, and at
 * once after a map that found no room; what that map needed is remembered by its reason, the
 * last one of each.  xsw_pool_grow_for() decides what to add.  Growing needs hypercalls and may
 * sleep, so a burst that fills the pool within a tick still fails: the pool grows for the next.
 */
#define pr_fmt(fmt) "xen_swiotlb: " fmt

#include <linux/jiffies.h>
#include <linux/kernel.h>

#include "pool.h"
#include "xen_swiotlb.h"

#define LOOK_EVERY (HZ / 4)
#define REST       (HZ * 2) /* after growing in vain */

/* ---- telling the operator ---- */

const char *xsw_shortage(const struct xsw_change *c)
{
	return c->domain_short ? "the domain has no more memory to spare"
			       : xsw_exchange_name(c->last);
}

static void tell_grown(const struct xsw_change *c, u64 wanted)
{
	if (c->bytes < wanted)
		pr_warn("only %llu of %llu KiB could be had below 2^%u: %s\n", c->bytes >> 10,
			wanted >> 10, xsw.address_bits, xsw_shortage(c));
	else
		pr_info("pool grown by %llu KiB below 2^%u, blocks of order %u and more\n",
			c->bytes >> 10, xsw.address_bits, c->smallest_order);
	if (c->assembled_bytes)
		pr_info("%llu KiB of it out of scattered frames of our own\n",
			c->assembled_bytes >> 10);
}

static void tell_given_back(const struct xsw_change *c)
{
	pr_info("gave back %llu KiB to Xen's whole memory, kept low %llu KiB, leaked %llu KiB\n",
		c->bytes >> 10, c->kept_low_bytes >> 10, c->leaked_bytes >> 10);
	if (c->kept_low_bytes)
		pr_warn("%llu KiB of low memory could not be given back (%s): Linux has it now\n",
			c->kept_low_bytes >> 10, xsw_exchange_name(c->last));
	if (c->leaked_bytes)
		pr_warn("%llu KiB may still be written by a device: kept for ever, on purpose\n",
			c->leaked_bytes >> 10);
}

/* ---- refilling coherent memory ---- */

static void refill(struct work_struct *work)
{
	xsw_coherent_work(xsw.engine);
}

static DECLARE_WORK(refill_work, refill);

void xsw_refill_soon(void)
{
	queue_work(xsw.workqueue, &refill_work);
}

/* ---- growing by itself ---- */

static u64 failed_mask[XSW_NR_FAIL]; /* of the last map that failed so; 0: none since the look */
static unsigned long rest_until[XSW_NR_FAIL]; /* jiffies, by reason; the worker's alone */

/*
 * Where nothing could be had, that is not tried again at once: maps may fail at a high rate, and
 * each try takes hypercalls.
 */
static void grow_for(enum xsw_fail why, u64 mask, u64 most)
{
	struct xsw_change change = {};
	u64 bytes;

	if (rest_until[why] && time_before(jiffies, rest_until[why]))
		return;
	bytes = xsw_pool_grow_for(xsw.engine, mask, why, most, xsw.address_bits, &change);
	rest_until[why] = 0;
	if (bytes)
		tell_grown(&change, bytes);
	else if (change.hypercalls || change.domain_short)
		rest_until[why] = (jiffies + REST) | 1;
}

static void grow(struct work_struct *work);
static DECLARE_DELAYED_WORK(grow_work, grow);

static void grow(struct work_struct *work)
{
	u64 most = rounddown(READ_ONCE(xsw.pool_most), XSW_POOL_STEP);
	int why;

	for (why = XSW_FAIL_NONE + 1; why < XSW_NR_FAIL; why++) {
		u64 mask = xchg(&failed_mask[why], 0);

		if (mask)
			grow_for(why, mask, most);
	}
	grow_for(XSW_FAIL_NONE, ~0ULL, most);
	if (most)
		queue_delayed_work(xsw.workqueue, &grow_work, LOOK_EVERY);
}

void xsw_growth_soon(void)
{
	if (READ_ONCE(xsw.pool_most))
		mod_delayed_work(xsw.workqueue, &grow_work, 0);
}

void xsw_growth_for(u64 mask, enum xsw_fail why)
{
	if (why != XSW_FAIL_FULL && why != XSW_FAIL_FRAGMENTED)
		return;
	WRITE_ONCE(failed_mask[why], mask);
	xsw_growth_soon();
}

/* ---- the operator's size ---- */

int xsw_pool_resize(u64 bytes)
{
	struct xsw_change change = {};
	struct xsw_pool_state before;
	int err;

	if (bytes > XSW_POOL_MOST)
		return -EINVAL;
	bytes = roundup(bytes, XSW_POOL_STEP);
	xsw_pool_state(xsw.engine, &before); /* for the message alone */
	err = xsw_pool_set(xsw.engine, bytes, xsw.address_bits, &change);
	if (change.grew)
		tell_grown(&change, bytes > before.bytes ? bytes - before.bytes : change.bytes);
	else
		tell_given_back(&change);
	return err;
}

/* ---- restore ---- */

static u64 remake_bytes; /* 0: nothing to be done */

static void remake(struct work_struct *work)
{
	u64 bytes = xchg(&remake_bytes, 0);
	struct xsw_change change = {};
	struct xsw_pool_state now;

	xsw_pool_glance(xsw.engine, &now);
	if (now.bytes < bytes)
		xsw_pool_grow(xsw.engine, bytes - now.bytes, xsw.address_bits, &change);
	if (now.bytes || change.bytes)
		tell_grown(&change, bytes > now.bytes ? bytes - now.bytes : 0);
	else
		pr_err("no memory below 2^%u after the restore (%s): nothing can be bounced until "
		       "a write to pool_bytes finds some\n",
		       xsw.address_bits, xsw_shortage(&change));
	xsw_coherent_work(xsw.engine);
}

static DECLARE_WORK(remake_work, remake);

void xsw_pool_drop(void)
{
	struct xsw_change change = {};

	xsw_engine_empty(xsw.engine, &change);
	tell_given_back(&change);
}

void xsw_pool_remake_soon(u64 bytes)
{
	if (bytes) /* else an earlier restore's may still be waiting */
		WRITE_ONCE(remake_bytes, bytes);
	if (READ_ONCE(remake_bytes))
		queue_work(xsw.workqueue, &remake_work);
}

/* ---- load and unload ---- */

/* A pool that is smaller than wanted is better than none: only an empty one is refused. */
int xsw_pool_start(u64 bytes)
{
	struct xsw_change change = {};

	xsw.engine = xsw_engine_create(xsw.coherent_limit);
	if (!xsw.engine)
		return -ENOMEM;
	xsw_force_all(xsw.engine, xsw.force);
	xsw_pool_set(xsw.engine, bytes, xsw.address_bits, &change);
	if (!change.bytes) {
		pr_err("no memory below 2^%u: %s\n", xsw.address_bits, xsw_shortage(&change));
		xsw_engine_destroy(xsw.engine, &change);
		xsw.engine = NULL;
		return -ENOMEM;
	}
	tell_grown(&change, bytes);
	xsw_coherent_work(xsw.engine);
	return 0;
}

void xsw_pool_stop(void)
{
	struct xsw_change change = {};

	WRITE_ONCE(xsw.pool_most, 0);
	cancel_delayed_work_sync(&grow_work);
	cancel_work_sync(&refill_work);
	cancel_work_sync(&remake_work);
	xsw_engine_destroy(xsw.engine, &change);
	tell_given_back(&change);
}
