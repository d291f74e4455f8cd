// SPDX-License-Identifier: GPL-2.0-only
/*
 * DESIGN 1 and 9: memory from Xen and back, with planned faults.
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
		assert_true(owns(&w, held[i]) && owns(&w, held[i] + (128 << 10) - 1));
		assert_int_equal(xsw_unmap(&w.dev, held[i], 128 << 10, XSW_TO_DEVICE, 0), 64);
	}
	assert_false(owns(&w, (u64)(c.contiguous_mfn - 1) << XSW_PAGE_SHIFT));
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
				va = alloc_block(&d, 10000, false, &bus);
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
	assert_int_equal(xsw_pool_set(w.e, 4 * MIB, 32, &c), 0);
	assert_int_equal(c.bytes, 12 * MIB);
	assert_true(owns(&w, bus));
	assert_int_equal(xsw_unmap(&w.dev, bus, 4096, XSW_TO_DEVICE, 0), 2);
	assert_int_equal(xsw_pool_grow(w.e, 8 * MIB, 32, &c), 0);
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
	};

	return xsw_run_tests(tests);
}
