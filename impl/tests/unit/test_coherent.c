// SPDX-License-Identifier: GPL-2.0-only
/*
 * Coherent memory: blocks, their cache, the atomic reserve, masks.
 */
#include "world.h"

static struct world w;

/* DESIGN 10: one extent, contiguous in PFN and MFN, zeroed, naturally aligned */
static void coherent_blocks_are_whole(void **state)
{
	static const size_t sizes[] = { 1,      4096,    4097,    16384,  100000,
					262144, 2 << 20, 2411724, 4 << 20 };
	size_t k, i;

	(void)state;
	world_start(&w, &usual_machine, 0);
	world_attach(&w, LOW4G);
	for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		u64 order = xsw_log2_ceil((u32)((sizes[k] + 4095) / 4096)), bus, again;
		size_t bytes = (sizes[k] + 4095) & ~4095UL;
		u8 *va = alloc_block(&w.dev, sizes[k], false, &bus), *va2;

		assert_non_null(va);
		assert_int_equal(bus & ((4096ULL << order) - 1), 0);
		assert_int_equal((uintptr_t)va & ((4096ULL << order) - 1), 0);
		for (i = 0; i < bytes; i++)
			assert_int_equal(va[i], 0);
		for (i = 0; i < bytes; i += 4096) {
			u8 x = (u8)(i / 4096 + k);

			assert_true(model_dma_write(LOW4G, bus + i + 9, &x, 1));
			assert_int_equal(va[i + 9], x);
		}
		memset(va, 0xff, bytes);
		assert_true(xsw_coherent_free(&w.dev, sizes[k], va, bus));
		va2 = alloc_block(&w.dev, sizes[k], false, &again);
		for (i = 0; i < bytes; i++)
			assert_int_equal(va2[i], 0);
		assert_true(xsw_coherent_free(&w.dev, sizes[k], va2, again));
		assert_true(xsw_coherent_free(&w.dev, sizes[k], va2 + 64, again));
		assert_int_equal(model_told.stray, k + 1);
	}
	assert_null(alloc_block(&w.dev, (4 << 20) + 1, false, &(u64){ 0 }));
	world_stop(&w);
}

static void coherent_blocks_are_aligned_beside_small_ones(void **state)
{
	u64 one, bus[5];
	void *page, *va[5];
	size_t k;

	(void)state;
	world_start(&w, &usual_machine, 0);
	world_attach(&w, LOW4G);
	page = alloc_block(&w.dev, 4096, false, &one);
	for (k = 0; k < 5; k++) {
		va[k] = alloc_block(&w.dev, 8192 << k, false, &bus[k]);
		assert_int_equal(bus[k] & ((8192 << k) - 1), 0);
		assert_int_equal((uintptr_t)va[k] & ((8192 << k) - 1), 0);
	}
	for (k = 0; k < 5; k++)
		assert_true(xsw_coherent_free(&w.dev, 8192 << k, va[k], bus[k]));
	assert_true(xsw_coherent_free(&w.dev, 4096, page, one));
	world_stop(&w);
}

static void coherent_needs_no_hypercall_twice(void **state)
{
	u64 calls = 0, bus;
	int n;

	(void)state;
	world_start(&w, &usual_machine, 0);
	world_attach(&w, LOW4G);
	for (n = 0; n < 1000; n++) {
		void *va = alloc_block(&w.dev, 16384, false, &bus);

		assert_non_null(va);
		if (!n)
			calls = model_counts.make_calls;
		assert_true(xsw_coherent_free(&w.dev, 16384, va, bus));
	}
	assert_int_equal(model_counts.make_calls, calls);
	world_stop(&w);
}

/* DESIGN 3: an atomic allocation takes from the reserve, a worker refills, nobody sleeps */
static void atomic_allocations_use_the_reserve(void **state)
{
	void *va[64];
	u64 bus[64], calls;
	int n;

	(void)state;
	world_start(&w, &usual_machine, 0);
	world_attach(&w, LOW4G);
	calls = model_counts.make_calls;
	for (n = 0; n < 16; n++) {
		va[n] = alloc_block(&w.dev, 65536, true, &bus[n]);
		assert_non_null(va[n]);
	}
	assert_null(alloc_block(&w.dev, 65536, true, &bus[n]));
	assert_int_equal(model_counts.make_calls, calls);
	assert_true(xsw_coherent_wants_work(&w.dev));
	xsw_coherent_work(w.e);
	assert_false(xsw_coherent_wants_work(&w.dev));
	assert_true(model_counts.make_calls > calls);
	va[n] = alloc_block(&w.dev, 65536, true, &bus[n]);
	assert_non_null(va[n]);
	for (; n >= 0; n--)
		assert_true(xsw_coherent_free(&w.dev, 65536, va[n], bus[n]));
	world_stop(&w);
}

/* Idle memory above the limit (4 MiB) goes back, by the worker and never by the free itself */
static void idle_coherent_memory_is_given_back(void **state)
{
	struct xsw_pool_state st;
	void *va[8];
	u64 bus[8];
	int n;

	(void)state;
	world_start(&w, &usual_machine, 0);
	world_attach(&w, LOW4G);
	for (n = 0; n < 8; n++)
		va[n] = alloc_block(&w.dev, 2 << 20, false, &bus[n]);
	for (n = 0; n < 8; n++)
		assert_true(xsw_coherent_free(&w.dev, 2 << 20, va[n], bus[n]));
	assert_int_equal(model_counts.undo_calls, 0);
	assert_true(xsw_coherent_wants_work(&w.dev));
	xsw_coherent_work(w.e);
	xsw_pool_state(w.e, &st);
	assert_int_equal(st.coherent_bytes, 4 * MIB + MIB); /* and the atomic reserve */
	assert_int_equal(st.coherent_used_bytes, 0);
	world_stop(&w);
}

/* A machine whose free memory below 4 GiB begins 4 MiB below 1 GiB */
static void start_about_one_gib(void)
{
	struct model_config c = usual_machine;

	c.low_first = (1 << 18) - 1024;
	world_start(&w, &c, 0);
	world_attach(&w, LOW4G);
}

static void coherent_memory_obeys_its_mask(void **state)
{
	u64 bus, mask30 = (1ULL << 30) - 1;
	void *va;

	(void)state;
	start_about_one_gib();
	w.dev.coherent_mask = mask30;
	va = alloc_block(&w.dev, 8192, false, &bus);
	assert_non_null(va);
	assert_true(bus + 8191 <= mask30);
	assert_true(xsw_coherent_free(&w.dev, 8192, va, bus));
	world_stop(&w);
}

/* A place that was freed last is no place for a device that reaches less */
static void a_hint_obeys_the_coherent_mask(void **state)
{
	u64 bus, mask30 = (1ULL << 30) - 1;
	void *va;

	(void)state;
	start_about_one_gib();
	va = alloc_block(&w.dev, 8192, false, &bus);
	assert_true(bus > mask30);
	assert_true(xsw_coherent_free(&w.dev, 8192, va, bus));
	w.dev.coherent_mask = mask30;
	va = alloc_block(&w.dev, 8192, false, &bus);
	assert_non_null(va);
	assert_true(bus + 8191 <= mask30);
	assert_true(xsw_coherent_free(&w.dev, 8192, va, bus));
	world_stop(&w);
}

/* No block lies below so few bits: nothing is exchanged, in neither direction */
static void a_coherent_mask_without_a_page_gets_nothing(void **state)
{
	static const u64 masks[] = { 0, 1, 0xfff, 0x1ffe };
	u64 bus;
	size_t i;

	(void)state;
	world_start(&w, &usual_machine, 0);
	world_attach(&w, LOW4G);
	model_counts.make_calls = 0;
	for (i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		w.dev.coherent_mask = masks[i];
		assert_null(alloc_block(&w.dev, 8192, false, &bus));
		assert_null(alloc_block(&w.dev, 4096, true, &bus));
		xsw_coherent_work(w.e);
	}
	assert_int_equal(model_counts.undo_calls, 0);
	assert_int_equal(model_counts.make_calls, 0);
	world_stop(&w);
}

/* Callers that may not sleep and find nothing ask for room; what cannot serve them is not piled up
 */
static void misses_do_not_pile_up(void **state)
{
	struct xsw_pool_state st;
	u64 bus;
	u32 i;

	(void)state;
	world_start(&w, &usual_machine, 0);
	model_faults.highest_order = 3;
	world_attach(&w, LOW4G);
	for (i = 0; i < 20; i++) {
		assert_null(alloc_block(&w.dev, 65536, true, &bus));
		xsw_coherent_work(w.e);
	}
	xsw_pool_state(w.e, &st);
	assert_int_equal(st.coherent_bytes, 0);
	model_faults.highest_order = 0;
	for (i = 0; i < 20; i++) {
		void *va = alloc_block(&w.dev, 3 << 20, true, &bus);

		if (va)
			assert_true(xsw_coherent_free(&w.dev, 3 << 20, va, bus));
		assert_int_equal(!va,
				 !i); /* the worker makes room of the size that was asked for */
		xsw_coherent_work(w.e);
	}
	xsw_pool_state(w.e, &st);
	assert_int_equal(st.coherent_bytes, 4 * MIB);
	world_stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(coherent_blocks_are_whole),
		cmocka_unit_test(coherent_blocks_are_aligned_beside_small_ones),
		cmocka_unit_test(coherent_needs_no_hypercall_twice),
		cmocka_unit_test(atomic_allocations_use_the_reserve),
		cmocka_unit_test(idle_coherent_memory_is_given_back),
		cmocka_unit_test(coherent_memory_obeys_its_mask),
		cmocka_unit_test(a_hint_obeys_the_coherent_mask),
		cmocka_unit_test(a_coherent_mask_without_a_page_gets_nothing),
		cmocka_unit_test(misses_do_not_pile_up),
	};

	return xsw_run_tests(tests);
}
