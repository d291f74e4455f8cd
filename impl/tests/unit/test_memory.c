// SPDX-License-Identifier: GPL-2.0-only
/*
 * DESIGN 1, 3, 9 and 10: memory from Xen and back, and coherent blocks, with planned faults.
 */
#include "world.h"

static struct world w;

static void one_hypercall_serves_a_batch(void **state)
{
	(void)state;
	world_start(&w, &usual_machine, 64 * MIB);
	assert_int_equal(w.change.hypercalls, 1);
	assert_int_equal(w.change.smallest_order, 9);
	world_stop(&w);
	assert_int_equal(w.change.bytes, 64 * MIB);
	assert_int_equal(w.change.kept_low_bytes, 0);
}

static void everything_returns_to_xen(void **state)
{
	(void)state;
	world_start(&w, &usual_machine, 32 * MIB);
	assert_true(model_xen_low_free() < usual_machine.low_free);
	world_attach(&w, LOW4G);
	assert_int_equal(model_detach(&w.dev), 0);
	xsw_engine_destroy(w.e, &w.change);
	assert_int_equal(model_xen_low_free(), usual_machine.low_free);
	assert_int_equal(model_used_pages(), 0);
	assert_int_equal(model_counts.zallocs, 0);
	assert_true(model_consistent());
	model_stop();
}

static void partial_completion_is_continued(void **state)
{
	(void)state;
	world_start(&w, &usual_machine, 0);
	model_faults.partial = 3;
	assert_int_equal(xsw_pool_grow(w.e, 64 * MIB, 32, &w.change), 0);
	assert_int_equal(w.change.hypercalls, 11);
	assert_int_equal(w.change.last, XSW_EXCHANGE_PARTIAL);
	world_stop(&w);
}

/* A fragmented host: no free extent above order 3 */
static void smaller_orders_give_a_pool(void **state)
{
	struct model_config c = usual_machine;
	u64 p, bus;

	(void)state;
	world_start(&w, &c, 0);
	model_faults.highest_order = 3;
	assert_int_equal(xsw_pool_grow(w.e, 4 * MIB, 32, &w.change), 0);
	assert_int_equal(w.change.smallest_order, 3);
	assert_int_equal(w.change.last, XSW_EXCHANGE_ORDER);
	world_attach(&w, LOW4G);
	p = model_buffer(16, false);
	bus = must_map(&w, p, 32768, XSW_BIDIRECTIONAL, NULL);
	assert_fail(must_fail(&w, p, 32769, XSW_TO_DEVICE), XSW_FAIL_TOO_LARGE);
	fill(xsw_phys_to_virt(p), 32768, 4);
	assert_true(xsw_sync_for_device(&w.dev, bus + 9000, 4000, XSW_TO_DEVICE));
	must_unmap(&w, bus, 32768, XSW_TO_DEVICE);
	world_stop(&w);
}

static void single_pages_give_a_pool(void **state)
{
	struct xsw_pool_state st;
	u64 p, held[128];
	int i;

	(void)state;
	world_start(&w, &usual_machine, 0);
	model_faults.alloc_above = 1;
	model_faults.highest_order = 1;
	assert_int_equal(xsw_pool_grow(w.e, 512 << 10, 32, &w.change), 0);
	xsw_pool_state(w.e, &st);
	assert_int_equal(st.bytes, 512 << 10);
	assert_int_equal(st.segments, 64);
	world_attach(&w, LOW4G);
	p = model_buffer(1, false);
	for (i = 0; i < 128; i++)
		held[i] = must_map(&w, p, 4096, XSW_TO_DEVICE, NULL);
	assert_fail(must_fail(&w, p, 4096, XSW_TO_DEVICE), XSW_FAIL_FULL);
	for (i = 0; i < 128; i++)
		assert_int_equal(xsw_unmap(&w.dev, held[i], 4096, XSW_TO_DEVICE, 0), 2);
	world_stop(&w);
}

static void low_frames_of_our_own_come_first(void **state)
{
	struct model_config c = usual_machine;

	(void)state;
	c.contiguous_pages = 4096;
	c.contiguous_mfn = 1 << 17;
	world_start(&w, &c, 8 * MIB);
	assert_int_equal(w.change.hypercalls, 0);
	assert_int_equal(model_counts.make_calls, 0);
	world_stop(&w);
	assert_int_equal(model_counts.undo_calls, 0);
}

/* Segments off the 2 MiB grid of the bus share chunks of the index with their neighbours */
static void unaligned_low_frames_serve_too(void **state)
{
	struct model_config c = usual_machine;
	u64 p, held[64];
	int i;

	(void)state;
	c.contiguous_pages = 4096;
	c.contiguous_mfn = (1 << 17) + 1;
	world_start(&w, &c, 8 * MIB);
	assert_int_equal(w.change.hypercalls, 0);
	world_attach(&w, LOW4G);
	p = model_buffer(32, false);
	for (i = 0; i < 64; i++)
		held[i] = must_map(&w, p, 128 << 10, XSW_TO_DEVICE, NULL);
	assert_fail(must_fail(&w, p, 4096, XSW_TO_DEVICE), XSW_FAIL_FULL);
	for (i = 0; i < 64; i++) {
		assert_true(xsw_owns(w.e, held[i]) && xsw_owns(w.e, held[i] + (128 << 10) - 1));
		assert_int_equal(xsw_unmap(&w.dev, held[i], 128 << 10, XSW_TO_DEVICE, 0), 64);
	}
	assert_false(xsw_owns(w.e, (u64)(c.contiguous_mfn - 1) << XSW_PAGE_SHIFT));
	world_stop(&w);
}

/* A block with a page in use elsewhere is skipped, the others are not lost */
static void a_busy_page_spoils_only_its_block(void **state)
{
	(void)state;
	world_start(&w, &usual_machine, 0);
	model_faults.busy_every = 3;
	assert_int_equal(xsw_pool_grow(w.e, 32 * MIB, 32, &w.change), 0);
	assert_int_equal(w.change.last, XSW_EXCHANGE_PAGE);
	assert_int_equal(w.change.smallest_order, 9);
	model_faults.busy_every = 0;
	world_stop(&w);
}

static void a_refused_undo_is_told(void **state)
{
	(void)state;
	world_start(&w, &usual_machine, 4 * MIB);
	model_faults.refuse_undos = 1;
	world_stop(&w);
	assert_int_equal(w.change.bytes, 4 * MIB);
	assert_int_equal(w.change.kept_low_bytes, 2 * MIB);
}

static void nothing_low_says_so(void **state)
{
	struct model_config c = usual_machine;

	(void)state;
	c.low_free = 0;
	world_start(&w, &c, 0);
	assert_int_equal(xsw_pool_grow(w.e, 2 * MIB, 32, &w.change), -ENOMEM);
	assert_int_equal(w.change.bytes, 0);
	assert_int_equal(w.change.last, XSW_EXCHANGE_NO_MEMORY);
	assert_false(xsw_pool_has(&w.e->pool[XSW_KIND_STREAMING], LOW4G, 1, NULL));
	assert_int_equal(model_used_pages(), 0);
	world_stop(&w);
}

/* Every allocation of the engine's own fails once: nothing leaks, nothing breaks */
static void no_memory_at_any_step_is_survived(void **state)
{
	struct model_config c = usual_machine;
	u32 n;

	(void)state;
	c.pages = 8192;
	for (n = 1; n < 24; n++) {
		struct xsw_engine *e;
		struct xsw_dev d = { .dma_mask = LOW4G, .coherent_mask = LOW4G };
		struct xsw_change change;
		u64 bus;
		void *va;

		model_start(&c);
		model_faults.fail_zalloc_at = n;
		e = xsw_engine_create(0);
		if (e) {
			xsw_pool_grow(e, 6 * MIB, 32, &change);
			if (!xsw_dev_init(e, &d)) {
				va = xsw_coherent_alloc(&d, 10000, false, &bus, NULL);
				if (va)
					assert_true(xsw_coherent_free(&d, 10000, va, bus));
				assert_int_equal(model_detach(&d), 0);
			}
			xsw_engine_destroy(e, &change);
			assert_int_equal(change.leaked_bytes, 0);
		}
		assert_int_equal(model_counts.zallocs, 0);
		assert_int_equal(model_used_pages(), 0);
		assert_int_equal(model_counts.violations, 0);
		assert_true(model_consistent());
		model_stop();
	}
}

/* More than there is: the domain keeps as much as the pool gets, and the change says why */
static void a_request_leaves_the_domain_half(void **state)
{
	struct model_config c = usual_machine;

	(void)state;
	c.low_free = 1 << 16;
	world_start(&w, &c, 0);
	model_buffer(8192, false); /* 32 of 256 MiB are in use */
	assert_int_equal(xsw_pool_grow(w.e, 3072 * MIB, 32, &w.change), -ENOMEM);
	assert_int_equal(w.change.bytes, 112 * MIB);
	assert_true(w.change.domain_short);
	assert_int_equal(model_used_pages() << XSW_PAGE_SHIFT, (32 + 112) * MIB);

	assert_int_equal(xsw_pool_grow(w.e, 16 * MIB, 32, &w.change), 0);
	assert_false(w.change.domain_short);
	world_stop(&w);
}

/* Where it is Xen that has no more, the domain is not told of as short */
static void what_xen_lacks_is_not_the_domains_lack(void **state)
{
	struct model_config c = usual_machine;

	(void)state;
	c.low_free = 4096;
	world_start(&w, &c, 0);
	assert_int_equal(xsw_pool_grow(w.e, 64 * MIB, 32, &w.change), -ENOMEM);
	assert_int_equal(w.change.bytes, 16 * MIB);
	assert_false(w.change.domain_short);
	world_stop(&w);
}

static void shrinking_spares_busy_segments(void **state)
{
	struct xsw_change c;
	u64 p, bus;

	(void)state;
	world_start(&w, &usual_machine, 16 * MIB);
	world_attach(&w, LOW4G);
	p = model_buffer(2, false);
	bus = must_map(&w, p, 4096, XSW_TO_DEVICE, NULL);
	assert_int_equal(xsw_pool_shrink(w.e, 4 * MIB, &c), 0);
	assert_int_equal(c.bytes, 12 * MIB);
	assert_true(xsw_owns(w.e, bus));
	assert_int_equal(xsw_unmap(&w.dev, bus, 4096, XSW_TO_DEVICE, 0), 2);
	assert_int_equal(xsw_pool_grow(w.e, 8 * MIB, 32, &c), 0);
	world_stop(&w);
}

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
		u8 *va = xsw_coherent_alloc(&w.dev, sizes[k], false, &bus, NULL), *va2;

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
		va2 = xsw_coherent_alloc(&w.dev, sizes[k], false, &again, NULL);
		for (i = 0; i < bytes; i++)
			assert_int_equal(va2[i], 0);
		assert_true(xsw_coherent_free(&w.dev, sizes[k], va2, again));
		assert_true(xsw_coherent_free(&w.dev, sizes[k], va2 + 64, again));
		assert_int_equal(model_told.stray, k + 1);
	}
	assert_null(xsw_coherent_alloc(&w.dev, (4 << 20) + 1, false, &(u64){ 0 }, NULL));
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
	page = xsw_coherent_alloc(&w.dev, 4096, false, &one, NULL);
	for (k = 0; k < 5; k++) {
		va[k] = xsw_coherent_alloc(&w.dev, 8192 << k, false, &bus[k], NULL);
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
		void *va = xsw_coherent_alloc(&w.dev, 16384, false, &bus, NULL);

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
		va[n] = xsw_coherent_alloc(&w.dev, 65536, true, &bus[n], NULL);
		assert_non_null(va[n]);
	}
	assert_null(xsw_coherent_alloc(&w.dev, 65536, true, &bus[n], NULL));
	assert_int_equal(model_counts.make_calls, calls);
	assert_true(xsw_coherent_wants_work(w.e));
	xsw_coherent_work(w.e);
	assert_false(xsw_coherent_wants_work(w.e));
	assert_true(model_counts.make_calls > calls);
	va[n] = xsw_coherent_alloc(&w.dev, 65536, true, &bus[n], NULL);
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
		va[n] = xsw_coherent_alloc(&w.dev, 2 << 20, false, &bus[n], NULL);
	for (n = 0; n < 8; n++)
		assert_true(xsw_coherent_free(&w.dev, 2 << 20, va[n], bus[n]));
	assert_int_equal(model_counts.undo_calls, 0);
	assert_true(xsw_coherent_wants_work(w.e));
	xsw_coherent_work(w.e);
	xsw_pool_state(w.e, &st);
	assert_int_equal(st.coherent_bytes, 4 * MIB + MIB); /* and the atomic reserve */
	assert_int_equal(st.coherent_used_bytes, 0);
	world_stop(&w);
}

static void coherent_memory_obeys_its_mask(void **state)
{
	struct model_config c = usual_machine;
	u64 bus, mask30 = (1ULL << 30) - 1;
	void *va;

	(void)state;
	c.low_first = (1 << 18) - 1024;
	world_start(&w, &c, 0);
	world_attach(&w, LOW4G);
	w.dev.coherent_mask = mask30;
	va = xsw_coherent_alloc(&w.dev, 8192, false, &bus, NULL);
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
		assert_null(xsw_coherent_alloc(&w.dev, 8192, false, &bus, NULL));
		assert_null(xsw_coherent_alloc(&w.dev, 4096, true, &bus, NULL));
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
		assert_null(xsw_coherent_alloc(&w.dev, 65536, true, &bus, NULL));
		xsw_coherent_work(w.e);
	}
	xsw_pool_state(w.e, &st);
	assert_int_equal(st.coherent_bytes, 0);
	model_faults.highest_order = 0;
	for (i = 0; i < 20; i++) {
		void *va = xsw_coherent_alloc(&w.dev, 3 << 20, true, &bus, NULL);

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
		cmocka_unit_test(one_hypercall_serves_a_batch),
		cmocka_unit_test(everything_returns_to_xen),
		cmocka_unit_test(partial_completion_is_continued),
		cmocka_unit_test(smaller_orders_give_a_pool),
		cmocka_unit_test(single_pages_give_a_pool),
		cmocka_unit_test(low_frames_of_our_own_come_first),
		cmocka_unit_test(unaligned_low_frames_serve_too),
		cmocka_unit_test(a_busy_page_spoils_only_its_block),
		cmocka_unit_test(a_refused_undo_is_told),
		cmocka_unit_test(nothing_low_says_so),
		cmocka_unit_test(no_memory_at_any_step_is_survived),
		cmocka_unit_test(a_request_leaves_the_domain_half),
		cmocka_unit_test(what_xen_lacks_is_not_the_domains_lack),
		cmocka_unit_test(shrinking_spares_busy_segments),
		cmocka_unit_test(coherent_blocks_are_whole),
		cmocka_unit_test(coherent_blocks_are_aligned_beside_small_ones),
		cmocka_unit_test(coherent_needs_no_hypercall_twice),
		cmocka_unit_test(atomic_allocations_use_the_reserve),
		cmocka_unit_test(idle_coherent_memory_is_given_back),
		cmocka_unit_test(coherent_memory_obeys_its_mask),
		cmocka_unit_test(a_coherent_mask_without_a_page_gets_nothing),
		cmocka_unit_test(misses_do_not_pile_up),
	};

	return xsw_run_tests(tests);
}
