// SPDX-License-Identifier: GPL-2.0-only
/*
 * DESIGN 1, 2 and 4: when a mapping bounces and why, alignment, masks, other domains' frames.
 */
#include "world.h"

static struct world w;

static int start(void **state)
{
	(void)state;
	world_start(&w, &usual_machine, 8 * MIB);
	world_attach(&w, LOW4G);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	world_stop(&w);
	return 0;
}

static void reachable_buffers_stay_direct(void **state)
{
	struct xsw_outcome o;
	u64 p = model_buffer(4, true), bus;

	(void)state;
	w.dev.dma_mask = ~0ULL;
	bus = must_map(&w, p + 100, 4096 * 3, XSW_TO_DEVICE, &o);
	assert_reason(o, XSW_BOUNCE_NONE);
	assert_int_equal(bus, (xsw_pfn_to_mfn(p >> 12) << 12) + 100);
	assert_int_equal(o.slots, 0);
	assert_int_equal(xsw_unmap(&w.dev, bus, 4096 * 3, XSW_TO_DEVICE, 0), 0);
	assert_false(xsw_sync_for_cpu(&w.dev, bus, 10, XSW_FROM_DEVICE));
}

static void reasons_are_told(void **state)
{
	u64 scattered = model_buffer(4, false), high = model_buffer(1, false);
	struct xsw_outcome o;
	u64 bus;

	(void)state;
	bus = must_map(&w, high, 4096, XSW_TO_DEVICE, &o);
	assert_reason(o, XSW_BOUNCE_MASK);
	assert_int_equal(o.slots, 2);
	must_unmap(&w, bus, 4096, XSW_TO_DEVICE);

	w.dev.dma_mask = ~0ULL;
	bus = must_map(&w, scattered + 4000, 200, XSW_TO_DEVICE, &o);
	assert_reason(o, XSW_BOUNCE_STRADDLE);
	must_unmap(&w, bus, 200, XSW_TO_DEVICE);
	bus = must_map(&w, scattered + 3896, 200, XSW_TO_DEVICE, &o);
	assert_reason(o, XSW_BOUNCE_NONE);

	w.dev.force = true;
	bus = must_map(&w, high, 512, XSW_TO_DEVICE, &o);
	assert_reason(o, XSW_BOUNCE_FORCED);
	must_unmap(&w, bus, 512, XSW_TO_DEVICE);
	w.dev.force = false;
	xsw_force_all(w.e, true);
	bus = must_map(&w, high, 512, XSW_TO_DEVICE, &o);
	assert_reason(o, XSW_BOUNCE_FORCED);
	must_unmap(&w, bus, 512, XSW_TO_DEVICE);
	xsw_force_all(w.e, false);
}

/* Machine frames cross a boundary that the buffer itself does not */
static void boundary_crossed_by_translation_bounces(void **state)
{
	u64 p = model_buffer(40, true) + 0xf000;
	struct xsw_outcome o;
	u64 pfn, bus;

	(void)state;
	p &= ~0xffffULL; /* 16 pages that cross no 64 KiB boundary by their own addresses */
	for (pfn = p >> 12; pfn < (p >> 12) + 16; pfn++)
		assert_true((xsw_pfn_to_mfn(pfn) - xsw_pfn_to_mfn(p >> 12)) == pfn - (p >> 12));
	if (!(xsw_pfn_to_mfn(p >> 12) & 15))
		skip();
	w.dev.dma_mask = ~0ULL;
	bus = must_map(&w, p, 65536, XSW_TO_DEVICE, &o);
	assert_reason(o, XSW_BOUNCE_NONE);
	w.dev.boundary_mask = 0xffff;
	bus = must_map(&w, p, 65536, XSW_TO_DEVICE, &o);
	assert_reason(o, XSW_BOUNCE_ALIGN);
	assert_int_equal(bus & 0xffff, 0);
	must_unmap(&w, bus, 65536, XSW_TO_DEVICE);
	/* a buffer that crosses by itself is the driver's own business */
	bus = must_map(&w, p + 0x8000, 65536, XSW_TO_DEVICE, &o);
	assert_reason(o, XSW_BOUNCE_NONE);
}

static void bounces_keep_min_align_bits(void **state)
{
	u64 p = model_buffer(80, false), seed = 3;
	int n;

	(void)state;
	for (n = 0; n < 3000; n++) {
		static const u64 masks[] = { 0xfff, 0x1ff, 0xffff, 0x7ff };
		size_t size = 1 + model_random(&seed) % 70000;
		u64 at = p + model_random(&seed) % 100000, bus;
		struct xsw_outcome o;

		w.dev.min_align_mask = masks[n % 4];
		bus = must_map(&w, at, size, XSW_TO_DEVICE, &o);
		assert_int_equal(bus & masks[n % 4], at & masks[n % 4]);
		if (n % 3)
			must_unmap(&w, bus, size, XSW_TO_DEVICE);
		else
			assert_int_equal(xsw_unmap(&w.dev, bus, size, XSW_TO_DEVICE, 0), o.slots);
	}
	w.dev.min_align_mask = 0;
}

/* A page or more is page aligned, but only where the device names no alignment of its own */
static void page_alignment_without_min_align(void **state)
{
	u64 p = model_buffer(4, false), one, bus;
	struct xsw_outcome o;

	(void)state;
	one = must_map(&w, p, 100, XSW_TO_DEVICE, NULL);
	bus = must_map(&w, p + 10, 4096, XSW_TO_DEVICE, &o);
	assert_int_equal(bus & 0xfff, 0);
	assert_int_equal(o.slots, 2);
	must_unmap(&w, bus, 4096, XSW_TO_DEVICE);
	w.dev.min_align_mask = 0x1ff;
	bus = must_map(&w, p, 4096, XSW_TO_DEVICE, &o);
	assert_int_equal(bus & 0x7ff, 0);
	must_unmap(&w, bus, 4096, XSW_TO_DEVICE);
	w.dev.min_align_mask = 0;
	must_unmap(&w, one, 100, XSW_TO_DEVICE);
}

static void boundary_mask_is_kept(void **state)
{
	static const u64 bounds[] = { 0xfff, 0xffff, 0x7ff, 0x1ff };
	u64 p = model_buffer(20, false), seed = 5, held[64];
	size_t sizes[64];
	int n;

	(void)state;
	for (n = 0; n < 64; n++) {
		u64 b = bounds[n % 4];

		w.dev.boundary_mask = b;
		sizes[n] = 1 + model_random(&seed) % (b + 1);
		held[n] = must_map(&w, p, sizes[n], XSW_TO_DEVICE, NULL);
		assert_int_equal(held[n] & ~b, (held[n] + sizes[n] - 1) & ~b);
	}
	w.dev.boundary_mask = 0xfff;
	assert_fail(must_fail(&w, p, 5000, XSW_TO_DEVICE), XSW_FAIL_TOO_LARGE);
	w.dev.boundary_mask = ~0ULL;
	for (n = 0; n < 64; n++)
		must_unmap(&w, held[n], sizes[n], XSW_TO_DEVICE);
}

static void mmio_and_unbounceable_never_bounce(void **state)
{
	u64 high = model_buffer(1, false);
	struct xsw_outcome o;

	(void)state;
	xsw_force_all(w.e, true);
	assert_int_equal(model_map(&w.dev, 0xfe001000, 4096, XSW_TO_DEVICE, XSW_ATTR_MMIO, &o),
			 0xfe001000);
	assert_reason(o, XSW_BOUNCE_NONE);
	assert_int_equal(model_map(&w.dev, 1ULL << 33, 4096, XSW_TO_DEVICE, XSW_ATTR_MMIO, &o),
			 XSW_BUS_ERROR);
	assert_fail(o.fail, XSW_FAIL_MASK);
	assert_int_equal(model_map(&w.dev, high, 4096, XSW_TO_DEVICE, XSW_ATTR_NO_BOUNCE, &o),
			 XSW_BUS_ERROR);
	assert_fail(o.fail, XSW_FAIL_MASK);
	w.dev.dma_mask = ~0ULL;
	assert_int_equal(model_map(&w.dev, high, 4096, XSW_TO_DEVICE, XSW_ATTR_NO_BOUNCE, &o),
			 xsw_pfn_to_mfn(high >> 12) << 12);
	xsw_force_all(w.e, false);
}

/*
 * DESIGN 4: a granted frame's M2P entry is another domain's PFN.  Here it equals a PFN of our
 * pool: whoever goes by the M2P takes the direct mapping for a bounced one.
 */
static void granted_frames_are_not_ours(void **state)
{
	u64 p = model_buffer(1, false), pool_pfn, bus;
	struct xsw_segment *s = w.e->pool[XSW_KIND_STREAMING].table->seg[XSW_GROUP];
	struct xsw_outcome o;

	(void)state;
	pool_pfn = s->block.pfn;
	model_grant(p >> 12, pool_pfn);
	assert_int_equal(model_m2p(xsw_pfn_to_mfn(p >> 12)), pool_pfn);
	w.dev.dma_mask = ~0ULL;
	bus = must_map(&w, p, 4096, XSW_TO_DEVICE, &o);
	assert_reason(o, XSW_BOUNCE_NONE);
	assert_int_equal(bus >> 52, 0); /* the FOREIGN bit is stripped */
	assert_false(owns(&w, bus));
	assert_int_equal(xsw_unmap(&w.dev, bus, 4096, XSW_TO_DEVICE, 0), 0);

	w.dev.dma_mask = LOW4G;
	fill(xsw_phys_to_virt(p), 4096, 8);
	bus = must_map(&w, p, 4096, XSW_FROM_DEVICE, &o);
	assert_reason(o, XSW_BOUNCE_MASK);
	assert_true(owns(&w, bus));
	must_unmap(&w, bus, 4096, XSW_FROM_DEVICE);
	assert_true(is_filled(xsw_phys_to_virt(p), 4096, 8));
}

static void a_page_without_a_frame_fails(void **state)
{
	u64 p = model_buffer(1, false);

	(void)state;
	model_invalid(p >> 12);
	assert_fail(must_fail(&w, p, 100, XSW_TO_DEVICE), XSW_FAIL_MASK);
	w.dev.dma_mask = ~0ULL;
	assert_fail(must_fail(&w, p, 100, XSW_TO_DEVICE), XSW_FAIL_MASK);
}

/* DESIGN 1: a claim sees only segments within the device's mask */
static void narrow_devices_get_low_memory_only(void **state)
{
	struct model_config c = usual_machine;
	u64 p, held[600], mask30 = (1ULL << 30) - 1;
	int n = 0, k;

	(void)state;
	world_stop(&w);
	c.low_first = (1 << 18) - 1024; /* 4 MiB below 1 GiB, the rest above */
	world_start(&w, &c, 0);
	assert_int_equal(xsw_pool_grow(w.e, 8 * MIB, 32, &w.change), 0);
	assert_false(xsw_pool_has(&w.e->pool[XSW_KIND_STREAMING], mask30, 1, NULL));
	world_attach(&w, LOW4G);
	p = model_buffer(2, false);
	must_unmap(&w, must_map(&w, p, 4096, XSW_TO_DEVICE, NULL), 4096, XSW_TO_DEVICE);
	w.dev.dma_mask = mask30; /* what was just released is the first place to look */
	assert_fail(must_fail(&w, p, 4096, XSW_TO_DEVICE), XSW_FAIL_MASK);
	assert_int_equal(xsw_pool_grow(w.e, 2 * MIB, 30, &w.change), 0);
	assert_true(xsw_pool_has(&w.e->pool[XSW_KIND_STREAMING], mask30, 1, NULL));
	while (n < 512) {
		held[n] = must_map(&w, p, 4096, XSW_TO_DEVICE, NULL);
		assert_true(held[n++] + 4095 <= mask30);
	}
	assert_fail(must_fail(&w, p, 4096, XSW_TO_DEVICE), XSW_FAIL_FULL);
	w.dev.dma_mask = LOW4G;
	must_unmap(&w, must_map(&w, p, 4096, XSW_TO_DEVICE, NULL), 4096, XSW_TO_DEVICE);
	for (k = 0; k < n; k++)
		must_unmap(&w, held[k], 4096, XSW_TO_DEVICE);
}

/* A limit in the middle of an address width, as a bridge may have: part of the pool is within */
static void a_ragged_mask_is_kept_to(void **state)
{
	u64 p = model_buffer(2, false), held[4096], top = 0;
	u64 lowest = ~0ULL;
	int n, k;

	(void)state;
	for (n = 0; n < 4; n++)
		lowest = min(lowest, w.e->pool[XSW_KIND_STREAMING].table->seg[XSW_GROUP + n]->bus);
	w.dev.dma_mask = lowest + (4 << 20) - 1; /* two of four segments */
	for (n = 0; n < 1024; n++) {
		held[n] = must_map(&w, p, 4096, XSW_TO_DEVICE, NULL);
		top = max(top, held[n] + 4095);
	}
	assert_int_equal(top, w.dev.dma_mask);
	assert_fail(must_fail(&w, p, 4096, XSW_TO_DEVICE), XSW_FAIL_FULL);
	for (k = 0; k < n; k++)
		must_unmap(&w, held[k], 4096, XSW_TO_DEVICE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		xsw_unit_test(reachable_buffers_stay_direct),
		xsw_unit_test(reasons_are_told),
		xsw_unit_test(boundary_crossed_by_translation_bounces),
		xsw_unit_test(bounces_keep_min_align_bits),
		xsw_unit_test(page_alignment_without_min_align),
		xsw_unit_test(boundary_mask_is_kept),
		xsw_unit_test(mmio_and_unbounceable_never_bounce),
		xsw_unit_test(granted_frames_are_not_ours),
		xsw_unit_test(a_page_without_a_frame_fails),
		xsw_unit_test(narrow_devices_get_low_memory_only),
		xsw_unit_test(a_ragged_mask_is_kept_to),
	};

	return xsw_run_tests(tests);
}
