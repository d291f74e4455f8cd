// SPDX-License-Identifier: GPL-2.0-only
/*
 * DESIGN 8: max_mapping_size is told from segments that exist, and kept.
 */
#include "world.h"

#define SLOTS 4096 /* of 8 MiB */

static struct world w;
static u64 buffer;
static u64 held[SLOTS];

static int start(void **state)
{
	(void)state;
	world_start(&w, &usual_machine, 8 * MIB);
	world_attach(&w, LOW4G);
	buffer = model_buffer(600, false);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	world_stop(&w);
	return 0;
}

static void fill_pool(size_t n, size_t size)
{
	size_t i;

	for (i = 0; i < n; i++)
		held[i] = must_map(&w, buffer, size, XSW_TO_DEVICE, NULL);
}

static void empty_pool(size_t n, size_t size)
{
	size_t i;

	for (i = 0; i < n; i++)
		must_unmap(&w, held[i], size, XSW_TO_DEVICE);
}

static void another_device(struct xsw_dev *d)
{
	*d = (struct xsw_dev){
		.dma_mask = LOW4G, .coherent_mask = LOW4G, .boundary_mask = ~0ULL, .id = 0x20
	};
	assert_int_equal(xsw_dev_init(w.e, d), 0);
}

/* DESIGN 8: one small mapping held in every segment, and the largest map still succeeds */
static void the_largest_map_is_always_served(void **state)
{
	size_t most = xsw_max_mapping_size(&w.dev), i;
	u64 bus;

	(void)state;
	assert_true(most >= 2 * MIB);
	fill_pool(SLOTS, 2048);
	for (i = 0; i < SLOTS; i++)
		if (i % 1024 != 500)
			must_unmap(&w, held[i], 2048, XSW_TO_DEVICE);
	bus = must_map(&w, buffer, most, XSW_BIDIRECTIONAL, NULL);
	assert_fail(must_fail(&w, buffer, most, XSW_TO_DEVICE), XSW_FAIL_FRAGMENTED);
	must_unmap(&w, bus, most, XSW_BIDIRECTIONAL);
	/* and on a pool that is quite full, with the device's alignment */
	for (i = 0; i < SLOTS; i++)
		if (i % 1024 != 500)
			held[i] = must_map(&w, buffer, 2048, XSW_TO_DEVICE, NULL);
	w.dev.min_align_mask = 0xfff;
	most = xsw_max_mapping_size(&w.dev);
	bus = must_map(&w, buffer + 0xfff, most, XSW_TO_DEVICE, NULL);
	assert_int_equal(bus & 0xfff, 0xfff);
	must_unmap(&w, bus, most, XSW_TO_DEVICE);
	w.dev.min_align_mask = 0;
	empty_pool(SLOTS, 2048);
}

static void the_promise_never_sinks(void **state)
{
	size_t most = xsw_max_mapping_size(&w.dev);
	struct xsw_change c;
	u64 bus;

	(void)state;
	assert_int_equal(xsw_pool_set(w.e, 0, 32, &c), -EBUSY);
	assert_int_equal(c.bytes, 6 * MIB);
	assert_true(xsw_pool_has(&w.e->pool[XSW_KIND_STREAMING], LOW4G, 1, NULL));
	assert_int_equal(xsw_max_mapping_size(&w.dev), most);
	bus = must_map(&w, buffer, most, XSW_TO_DEVICE, NULL);
	must_unmap(&w, bus, most, XSW_TO_DEVICE);
}

static void without_a_large_segment_stocks_size_is_promised(void **state)
{
	(void)state;
	assert_int_equal(model_detach(&w.dev), 0);
	world_stop(&w);
	world_start(&w, &usual_machine, 8 * MIB);
	model_faults.refuse_exchanges = 1000;
	world_attach(&w, LOW4G);
	assert_int_equal(xsw_max_mapping_size(&w.dev), 256 << 10);
	w.dev.min_align_mask = 0xfff;
	assert_int_equal(xsw_max_mapping_size(&w.dev), (256 << 10) - 4096);
	w.dev.min_align_mask = 0;
}

/* A pool of small pieces promises no more than its largest */
static void no_more_is_promised_than_there_is(void **state)
{
	size_t most;

	(void)state;
	model_detach(&w.dev);
	world_stop(&w);
	world_start(&w, &usual_machine, 0);
	model_faults.highest_order = 3;
	assert_int_equal(xsw_pool_grow(w.e, 4 * MIB, 32, &w.change), 0);
	world_attach(&w, LOW4G);
	most = xsw_max_mapping_size(&w.dev);
	assert_int_equal(most, 8 * XSW_PAGE_SIZE);
	must_unmap(&w, must_map(&w, buffer, most, XSW_TO_DEVICE, NULL), most, XSW_TO_DEVICE);
	assert_fail(must_fail(&w, buffer, most + XSW_SLOT_SIZE, XSW_TO_DEVICE), XSW_FAIL_TOO_LARGE);
}

/* A request of several entries is served in whole on a full pool */
static void a_request_of_several_entries_is_served(void **state)
{
	static const u32 parts[] = { 2, 4, 16 };
	size_t most = xsw_max_mapping_size(&w.dev);
	u64 entry[16];
	u32 k, i;

	(void)state;
	fill_pool(SLOTS, 2048);
	for (k = 0; k < 3; k++) {
		for (i = 0; i < parts[k]; i++)
			entry[i] = must_map(&w, buffer, most / parts[k], XSW_TO_DEVICE, NULL);
		assert_fail(must_fail(&w, buffer, most / parts[k], XSW_TO_DEVICE), XSW_FAIL_FULL);
		for (i = 0; i < parts[k]; i++)
			must_unmap(&w, entry[i], most / parts[k], XSW_TO_DEVICE);
	}
	empty_pool(SLOTS, 2048);
}

/* A small map never uses what large ones were promised */
static void small_maps_leave_the_promise_alone(void **state)
{
	size_t most = xsw_max_mapping_size(&w.dev);

	(void)state;
	fill_pool(SLOTS, 2048);
	assert_fail(must_fail(&w, buffer, XSW_LARGE_ABOVE * XSW_SLOT_SIZE, XSW_TO_DEVICE),
		    XSW_FAIL_FULL);
	must_unmap(&w, must_map(&w, buffer, most, XSW_TO_DEVICE, NULL), most, XSW_TO_DEVICE);
	empty_pool(SLOTS, 2048);
}

/* What one device leaks of the large pool is replaced for the others */
static void a_leak_breaks_nobodys_promise(void **state)
{
	struct xsw_dev b;
	struct xsw_outcome o;
	size_t most;
	u64 bus;

	(void)state;
	another_device(&b);
	fill_pool(SLOTS, 2048);
	most = xsw_max_mapping_size(&b);
	must_map(&w, buffer, most, XSW_TO_DEVICE, NULL);
	assert_int_equal(xsw_dev_abandon(&w.dev), SLOTS + 1);
	assert_int_equal(xsw_max_mapping_size(&b), most);
	bus = model_map(&b, buffer, most, XSW_TO_DEVICE, 0, &o);
	assert_int_not_equal(bus, XSW_BUS_ERROR);
	assert_int_equal(xsw_unmap(&b, bus, most, XSW_TO_DEVICE, 0), most >> XSW_SLOT_SHIFT);
	model_detach(&b);
	model_detach(&w.dev);
	xsw_engine_destroy(w.e, &w.change);
	assert_int_equal(w.change.leaked_bytes, 10 * MIB);
	model_stop();
	world_start(&w, &usual_machine, 0);
}

/* Where the leaked segment cannot be replaced, who asks later is told less */
static void who_asks_later_is_told_what_is_left(void **state)
{
	struct xsw_dev b;

	(void)state;
	must_map(&w, buffer, 2 * MIB, XSW_TO_DEVICE, NULL); /* in the pool */
	fill_pool(SLOTS - 1024, 2048);
	held[SLOTS - 1] = must_map(&w, buffer, 2 * MIB, XSW_TO_DEVICE, NULL);
	model_faults.refuse_exchanges = 1000;
	xsw_dev_abandon(&w.dev);
	another_device(&b);
	assert_int_equal(xsw_max_mapping_size(&b), 0 + XSW_SLOT_SIZE);
	model_detach(&b);
	model_detach(&w.dev);
	xsw_engine_destroy(w.e, &w.change);
	model_stop();
	world_start(&w, &usual_machine, 0);
}

/* 'Supported' means memory of use, not one page */
static void a_mask_with_one_page_is_not_supported(void **state)
{
	struct model_config c = usual_machine;

	(void)state;
	model_detach(&w.dev);
	world_stop(&w);
	c.low_first = 1 << 16;
	c.low_free = 1;
	world_start(&w, &c, 0);
	world_attach(&w, ~0ULL);
	assert_false(xsw_dev_prepare(&w.dev, LOW4G, 32, &w.change));
	model_detach(&w.dev);
	world_stop(&w);
	c.low_free = 1024;
	world_start(&w, &c, 0);
	world_attach(&w, ~0ULL);
	assert_true(xsw_dev_prepare(&w.dev, LOW4G, 32, &w.change));
	assert_false(xsw_dev_prepare(&w.dev, 0, 32, &w.change));
	assert_false(xsw_dev_prepare(&w.dev, 0xfff, 32, &w.change));
}

/* A narrow coherent mask, and the question whether a narrow mask would do, move nothing */
static void a_coherent_mask_costs_no_promise(void **state)
{
	struct model_config c = usual_machine;
	u64 mask30 = (1ULL << 30) - 1;
	size_t before;

	(void)state;
	model_detach(&w.dev);
	world_stop(&w);
	c.low_first = 1 << 18; /* nothing free below 1 GiB */
	world_start(&w, &c, 8 * MIB);
	world_attach(&w, LOW4G);
	before = xsw_max_mapping_size(&w.dev);
	assert_false(xsw_dev_prepare(&w.dev, mask30, 32, &w.change));
	w.dev.coherent_mask = mask30;
	assert_int_equal(xsw_max_mapping_size(&w.dev), before);
	w.dev.dma_mask = mask30; /* out of reach of all there is */
	assert_int_equal(xsw_max_mapping_size(&w.dev), XSW_SLOT_SIZE);
	w.dev.dma_mask = LOW4G;
}

/* ... and where narrow memory can be had, a device that narrows its mask is promised that */
static void a_narrower_mask_is_provided_for(void **state)
{
	u64 mask30 = (1ULL << 30) - 1;
	size_t most;
	u64 bus;

	(void)state;
	model_detach(&w.dev);
	world_stop(&w);
	world_start(&w, &usual_machine, 8 * MIB);
	world_attach(&w, LOW4G);
	assert_true(xsw_dev_prepare(&w.dev, mask30, 32, &w.change));
	w.dev.dma_mask = mask30;
	most = xsw_max_mapping_size(&w.dev);
	assert_int_equal(most, 2 * MIB);
	bus = must_map(&w, buffer, most, XSW_TO_DEVICE, NULL);
	assert_true(bus + most - 1 <= mask30);
	must_unmap(&w, bus, most, XSW_TO_DEVICE);
}

/* A driver may lower a limit after it has asked: what can't be kept any more pins nothing */
static void a_lowered_limit_pins_no_segment(void **state)
{
	struct xsw_change c;

	(void)state;
	assert_true(xsw_max_mapping_size(&w.dev) >= 2 * MIB);
	w.dev.boundary_mask = 0xffff;
	assert_int_equal(xsw_pool_set(w.e, 2 * MIB, 32, &c), 0);
	assert_int_equal(xsw_max_mapping_size(&w.dev), 0x10000);
	w.dev.boundary_mask = ~0ULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		xsw_unit_test(the_largest_map_is_always_served),
		xsw_unit_test(the_promise_never_sinks),
		xsw_unit_test(without_a_large_segment_stocks_size_is_promised),
		xsw_unit_test(no_more_is_promised_than_there_is),
		xsw_unit_test(a_request_of_several_entries_is_served),
		xsw_unit_test(small_maps_leave_the_promise_alone),
		xsw_unit_test(a_leak_breaks_nobodys_promise),
		xsw_unit_test(who_asks_later_is_told_what_is_left),
		xsw_unit_test(a_mask_with_one_page_is_not_supported),
		xsw_unit_test(a_coherent_mask_costs_no_promise),
		xsw_unit_test(a_narrower_mask_is_provided_for),
		xsw_unit_test(a_lowered_limit_pins_no_segment),
	};

	return xsw_run_tests(tests);
}
