// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices: attaching them, having memory for them, what they counted.
 */
#include "state.h"

#define USEFUL_BYTES (256u << 10) /* within a mask, for it to be supported */
#define USEFUL_SLOTS 32u          /* of one segment at least: 64 KiB */

int xsw_dev_init(struct xsw_engine *e, struct xsw_dev *d)
{
	xsw_might_sleep();
	d->tally = xsw_percpu_alloc(sizeof(*d->tally), 64);
	if (!d->tally)
		return -ENOMEM;
	d->engine = e;
	d->owner = xsw_mark_owner(d->id);
	d->gate = &e->gate;
	d->promised = 0;
	d->left = 0;
	xsw_mutex_lock(&e->mutex);
	xsw_large_provide(e, d->dma_mask);
	xsw_atomic_provide(e, d->coherent_mask);
	d->next = e->devices;
	e->devices = d;
	xsw_mutex_unlock(&e->mutex);
	return 0;
}

/* Is enough of the streaming pool within @mask to be of use?  Under the mutex. */
static bool is_useful(struct xsw_engine *e, u64 mask)
{
	const struct xsw_table *t = xsw_table_of(&e->pool[XSW_KIND_STREAMING]);
	u64 bytes = 0;
	bool wide = false;
	u32 id;

	for (id = 0; id < t->ids; id++) {
		const struct xsw_segment *s = xsw_segment_at(t, id);

		if (!s || s->top > mask)
			continue;
		bytes += xsw_segment_bytes(s);
		wide |= s->slots >= USEFUL_SLOTS;
	}
	return wide && bytes >= USEFUL_BYTES;
}

bool xsw_dev_prepare(struct xsw_dev *d, u64 mask, u8 bits, struct xsw_change *c)
{
	struct xsw_memory_want want = {
		.bytes = XSW_PAGE_SIZE << XSW_SEGMENT_ORDER,
		.bits = min(bits, xsw_bits_within(mask)),
		.order = XSW_SEGMENT_ORDER,
		.kind = XSW_KIND_STREAMING,
	};
	struct xsw_engine *e = d->engine;
	bool useful;

	xsw_might_sleep();
	*c = (struct xsw_change){ 0 };
	if (want.bits <= XSW_PAGE_SHIFT)
		return false;
	xsw_mutex_lock(&e->mutex);
	useful = is_useful(e, mask);
	if (!useful) {
		xsw_memory_get(e, &want, c);
		useful = is_useful(e, mask);
	}
	if (useful) {
		xsw_large_provide(e, mask);
		xsw_atomic_provide(e, mask);
	}
	xsw_mutex_unlock(&e->mutex);
	return useful;
}

void xsw_dev_exit(struct xsw_dev *d)
{
	struct xsw_engine *e = d->engine;
	struct xsw_dev **at;

	xsw_might_sleep();
	xsw_mutex_lock(&e->mutex);
	for (at = &e->devices; *at; at = &(*at)->next) {
		if (*at == d) {
			*at = d->next;
			break;
		}
	}
	xsw_settle_left(d);
	xsw_mutex_unlock(&e->mutex);
	xsw_percpu_free(d->tally);
	d->tally = NULL;
	d->engine = NULL;
	d->gate = NULL;
}

static struct xsw_tally tally_sum(const struct xsw_dev *d)
{
	struct xsw_tally sum = { 0 };
	u64 *to = (u64 *)&sum;
	u32 cpu, k;

	xsw_for_each_cpu(cpu) {
		const u64 *from = (const u64 *)xsw_percpu_ptr(d->tally, cpu);

		for (k = 0; k < sizeof(sum) / sizeof(u64); k++)
			to[k] += READ_ONCE(from[k]);
	}
	return sum;
}

void xsw_dev_counts(struct xsw_dev *d, struct xsw_counts *c)
{
	struct xsw_tally t = tally_sum(d);
	u32 k;

	*c = (struct xsw_counts){
		.maps = t.direct,
		.map_bytes = t.direct_bytes + t.bounce_bytes,
		.bounce_bytes = t.bounce_bytes,
		.copy_in_bytes = t.bounce_bytes - t.not_copied_bytes + t.sync_in_bytes,
		.copy_out_bytes = t.copy_out_bytes,
		.unmaps = t.unmaps,
		.syncs = t.syncs,
		.coherent_allocs = t.coherent_allocs,
		.coherent_frees = t.coherent_frees,
		.coherent_fails = t.coherent_fails,
		.stray_unmaps = t.stray_unmaps,
		.late_returns = t.late_returns,
	};
	for (k = 0; k < XSW_NR_BOUNCE; k++) {
		c->bounces[k] = t.bounces[k];
		c->maps += t.bounces[k];
	}
	for (k = 0; k < XSW_NR_FAIL; k++)
		c->fails[k] = t.fails[k];
}
