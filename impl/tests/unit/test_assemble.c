// SPDX-License-Identifier: GPL-2.0-only
/*
 * DESIGN 1: Xen has nothing low, the domain has low frames, but scattered: they serve.
 */
#include "world.h"

static struct world w;

/* 256 MiB of domain below 4 GiB, no two frames of it neighbours; Xen has none free that low */
static struct model_config all_ours(void)
{
	struct model_config c = usual_machine;

	c.first_mfn = (1 << 18) - 2048; /* 8 MiB of it below 1 GiB */
	c.low_free = 0;
	return c;
}

static void scattered_frames_make_a_pool(void **state)
{
	struct model_config c = all_ours();
	struct xsw_pool_state st;
	u64 p, bus;

	(void)state;
	world_start(&w, &c, 16 * MIB);
	assert_int_equal(w.change.last, XSW_EXCHANGE_NO_MEMORY);
	assert_int_equal(w.change.assembled_bytes, 16 * MIB);
	assert_int_equal(w.change.smallest_order, 9);
	assert_true(model_consistent());
	xsw_pool_state(w.e, &st);
	assert_int_equal(st.assembled_bytes, 16 * MIB);
	assert_int_equal(st.exchanged_bytes, 0);
	world_attach(&w, LOW4G);
	xsw_force_all(w.e, true);
	p = model_buffer(64, false);
	fill(xsw_phys_to_virt(p), 256 << 10, 7);
	bus = must_map(&w, p, 256 << 10, XSW_TO_DEVICE, NULL);
	assert_true(owns(&w, bus));
	for (u64 i = 0; i < 256 << 10; i += 4096) {
		u8 got;

		assert_true(model_dma_read(LOW4G, bus + i, &got, 1));
		assert_int_equal(got, *(u8 *)xsw_phys_to_virt(p + i));
	}
	must_unmap(&w, bus, 256 << 10, XSW_TO_DEVICE);
	world_stop(&w);
	assert_int_equal(w.change.kept_low_bytes, 0);
	assert_int_equal(model_counts.undo_calls, 0);
}

static void what_xen_has_is_taken_first(void **state)
{
	struct model_config c = all_ours();

	(void)state;
	c.low_free = 1024;
	world_start(&w, &c, 8 * MIB);
	assert_int_equal(w.change.bytes, 8 * MIB);
	assert_int_equal(model_counts.blocks_made, 2);
	assert_int_equal(w.change.assembled_bytes, 4 * MIB);
	world_stop(&w);
	assert_int_equal(w.change.kept_low_bytes, 0);
}

/* Frames of pages in use stay where they are: with them everywhere only small runs are whole */
static void pages_in_use_are_left_alone(void **state)
{
	struct model_config c = all_ours();
	const u64 pages = 4096;
	u64 p, i, *frames = calloc(pages, sizeof(*frames));

	(void)state;
	assert_non_null(frames);
	world_start(&w, &c, 0);
	p = model_buffer(pages, false);
	fill(xsw_phys_to_virt(p), pages << XSW_PAGE_SHIFT, 3);
	for (i = 0; i < pages; i++)
		frames[i] = xsw_pfn_to_mfn((p >> XSW_PAGE_SHIFT) + i);
	assert_int_equal(xsw_pool_grow(w.e, 4 * MIB, 32, &w.change), 0);
	assert_int_equal(w.change.assembled_bytes, 4 * MIB);
	assert_in_range(w.change.smallest_order, 1, 7);
	for (i = 0; i < pages; i++)
		assert_int_equal(xsw_pfn_to_mfn((p >> XSW_PAGE_SHIFT) + i), frames[i]);
	assert_true(is_filled(xsw_phys_to_virt(p), pages << XSW_PAGE_SHIFT, 3));
	world_stop(&w);
	free(frames);
}

static void coherent_memory_is_assembled_within_its_mask(void **state)
{
	struct model_config c = all_ours();
	u64 bus, mask30 = (1ULL << 30) - 1;
	u8 *va;
	size_t i;

	(void)state;
	world_start(&w, &c, 0);
	w.dev.coherent_mask = mask30;
	w.dev.dma_mask = mask30;
	w.dev.boundary_mask = ~0ULL;
	assert_int_equal(xsw_dev_init(w.e, &w.dev), 0);
	va = alloc_block(&w.dev, 1 << 20, false, &bus);
	assert_non_null(va);
	assert_true(bus + (1 << 20) - 1 <= mask30);
	assert_int_equal(bus & ((1 << 20) - 1), 0);
	for (i = 0; i < 1 << 20; i++)
		assert_int_equal(va[i], 0);
	assert_true(xsw_coherent_free(&w.dev, 1 << 20, va, bus));
	w.dev.coherent_mask = (1ULL << 29) - 1; /* nothing of ours is that low */
	assert_null(alloc_block(&w.dev, 4096, false, &bus));
	world_stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scattered_frames_make_a_pool),
		cmocka_unit_test(what_xen_has_is_taken_first),
		cmocka_unit_test(pages_in_use_are_left_alone),
		cmocka_unit_test(coherent_memory_is_assembled_within_its_mask),
	};

	return xsw_run_tests(tests);
}
