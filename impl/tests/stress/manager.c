// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the manager does: the pool's size, faults, drivers and devices that come and go.
 */
#include "stress.h"

static bool count_live(const struct xsw_live *l, void *ctx)
{
	(void)l;
	++*(u64 *)ctx;
	return true;
}

#define LEAKS_AT_MOST 8 /* slots that the manager's own device leaves for good */

/* A driver goes and leaves all it has; another comes, and the workers go on with both's mappings */
static void change_driver(struct worker *w)
{
	xsw_dev_abandon(&device[pick(w, DEVICES)]);
}

/* A device comes, is used and goes, beside the others' traffic; now and then it leaks */
static void come_and_go(struct worker *w, struct managed *m)
{
	static u64 mine; /* a buffer that is never given back: a leaked mapping keeps it */
	struct xsw_dev d = {
		.dma_mask = LOW4G, .coherent_mask = LOW4G, .boundary_mask = ~0ULL, .id = 77
	};
	bool leak = m->leaked_slots < LEAKS_AT_MOST && !pick(w, 50);
	u64 bus[16];
	u32 k;

	if (!mine)
		mine = model_buffer(PAGES, false);
	if (xsw_dev_init(engine, &d))
		return;
	for (k = 0; k < 16; k++)
		bus[k] = xsw_map(&d, mine, 1 + pick(w, 4096), XSW_TO_DEVICE, XSW_ATTR_QUIET);
	for (k = 0; k < 8; k++)
		if (bus[k] != XSW_BUS_ERROR && !xsw_unmap(&d, bus[k], 1, XSW_TO_DEVICE, 0))
			wrong("a live mapping was not ended", NULL);
	xsw_dev_abandon(&d);
	for (k = 8; k < 16; k++) {
		if (bus[k] == XSW_BUS_ERROR)
			continue;
		if (leak && k == 8) {
			struct xsw_outcome o;

			xsw_map_outcome(&d, bus[k], &o);
			m->leaked_slots += o.slots;
		} else if (!xsw_unmap(&d, bus[k], 1, XSW_TO_DEVICE, 0)) {
			wrong("a mapping did not come back late", NULL);
		}
	}
	if (xsw_dev_left(&d) != (leak && bus[8] != XSW_BUS_ERROR))
		wrong("another number is left behind than there is", NULL);
	xsw_dev_exit(&d);
}

/* One turn of what may sleep */
void manage(struct worker *w, struct managed *m)
{
	struct xsw_pool_state st;
	struct xsw_change c;
	u64 live = 0;

	model_faults = (struct model_faults){
		.refuse_exchanges = pick(w, 3) ? 0 : 1 + pick(w, 3),
		.partial = pick(w, 3) ? 0 : 1 + pick(w, 3),
		.busy_every = pick(w, 3) ? 0 : 2 + pick(w, 4),
		.highest_order = pick(w, 3) ? 0 : 2 + pick(w, 8),
		.fail_zalloc_at = pick(w, 3) ? 0 : 1 + pick(w, 6),
	};
	switch (pick(w, 8)) {
	case 0:
		xsw_pool_grow(engine, (u64)(1 + pick(w, 48)) << 16, 32, &c);
		m->grown += c.bytes;
		break;
	case 1:
		xsw_pool_set(engine, (u64)pick(w, 5) << 20, 32, &c);
		*(c.grew ? &m->grown : &m->shrunk) += c.bytes;
		if (c.leaked_bytes)
			wrong("shrinking leaked", NULL);
		break;
	case 2:
		xsw_coherent_work(engine);
		break;
	case 3:
		xsw_for_each_live(engine, count_live, &live);
		break;
	case 4:
		change_driver(w);
		break;
	case 5:
		come_and_go(w, m);
		break;
	case 6:
		xsw_high_water_begin(engine, pick(w, 2));
		break;
	default:
		xsw_pool_state(engine, &st);
		if (st.used > st.slots)
			wrong("more in use than there is", NULL);
	}
}
