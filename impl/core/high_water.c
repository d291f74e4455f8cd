// SPDX-License-Identifier: GPL-2.0-only
/*
 * The most slots that were in use at once: sampled for nothing, or exact for an atomic a call.
 *
 * A claim and a release count on their CPU or, while the mark is exact, in the pool; never in both,
 * so the sum of all is right at any time.  When the switch to exact was seen by every call, what
 * the CPUs have counted stays as it is: it is read once, and with the pool's count it is from then
 * on the number of slots in use at each claim.
 */
#include "high_water.h"
#include "state.h"

static void raise_mark(struct xsw_pool *p, u64 used)
{
	u64 high = READ_ONCE(p->high_water);

	while ((s64)used > (s64)high) {
		u64 seen = xsw_cmpxchg64(&p->high_water, high, used);

		if (seen == high)
			break;
		high = seen;
	}
}

void xsw_count_exact(struct xsw_pool *p, u32 slots)
{
	u64 here = xsw_fetch_add64(&p->used_exact, slots) + slots;

	raise_mark(p, here + READ_ONCE(p->used_on_cpus));
}

void xsw_pool_sample(struct xsw_pool *p)
{
	u64 now = xsw_stamp();

	if (READ_ONCE(p->exact_high_water) || READ_ONCE(p->sampled_at) == now)
		return;
	WRITE_ONCE(p->sampled_at, now);
	raise_mark(p, xsw_pool_used(p));
}

/* Calls that mix old and new are over before the mark begins anew */
void xsw_high_water_begin(struct xsw_engine *e, bool exact)
{
	struct xsw_pool *p = &e->pool[XSW_KIND_STREAMING];

	xsw_might_sleep();
	xsw_mutex_lock(&e->mutex);
	if (exact != p->exact_high_water) {
		WRITE_ONCE(p->exact_high_water, exact);
		xsw_rcu_synchronize();
		WRITE_ONCE(p->used_on_cpus, xsw_pool_used_on_cpus(p));
		xsw_rcu_synchronize();
	}
	WRITE_ONCE(p->high_water, 0);
	raise_mark(p, xsw_pool_used(p));
	p->mark_began = xsw_now_ns();
	xsw_mutex_unlock(&e->mutex);
}
