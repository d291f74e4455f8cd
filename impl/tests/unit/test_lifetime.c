// SPDX-License-Identifier: GPL-2.0-only
/*
 * DESIGN 9: who may end a mapping, and what becomes of what a driver leaves behind.
 */
#include "world.h"

static struct world w;
static struct xsw_dev b; /* another device */
static u64 buffer;

static int start(void **state)
{
	(void)state;
	world_start(&w, &usual_machine, 8 * MIB);
	world_attach(&w, LOW4G);
	b = (struct xsw_dev){
		.dma_mask = LOW4G, .coherent_mask = LOW4G, .boundary_mask = ~0ULL, .id = 0x20
	};
	assert_int_equal(xsw_dev_init(w.e, &b), 0);
	buffer = model_buffer(600, false);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	assert_int_equal(model_detach(&b), 0);
	world_stop(&w);
	return 0;
}

/* The engine ends with memory leaked on purpose; the next stop() finds an empty one */
static void end_leaking(u64 bytes)
{
	xsw_engine_destroy(w.e, &w.change);
	assert_int_equal(w.change.leaked_bytes, bytes);
	assert_int_equal(model_counts.violations, 0);
	model_stop();
	world_start(&w, &usual_machine, 0);
	assert_int_equal(xsw_dev_init(w.e, &b), 0);
}

static u64 strays(void)
{
	struct xsw_counts c;

	xsw_dev_counts(&w.dev, &c);
	return c.stray_unmaps;
}

/* A second unmap may hit another device's mapping, which by then has the slots */
static void a_second_unmap_ends_nobodys_mapping(void **state)
{
	u64 one[8], big;
	struct xsw_outcome o;
	int i;

	(void)state;
	for (i = 0; i < 8; i++)
		one[i] = must_map(&w, buffer, 2048, XSW_TO_DEVICE, NULL);
	for (i = 0; i < 8; i++)
		must_unmap(&w, one[i], 2048, XSW_TO_DEVICE);
	big = model_map(&b, buffer, 16384, XSW_FROM_DEVICE, 0, &o);
	for (i = 0; i < 8; i++)
		assert_int_equal(xsw_unmap(&w.dev, one[i], 2048, XSW_TO_DEVICE, 0), 0);
	assert_int_equal(strays(), 8);
	assert_int_equal(model_told.stray, 8);
	assert_ptr_equal(model_told.last_stray.dev, &w.dev);
	assert_int_equal(model_told.last_stray.stray.owner, 0x20);
	assert_int_equal(model_told.last_stray.stray.begins, big);
	assert_int_equal(xsw_unmap(&b, big, 16384, XSW_FROM_DEVICE, 0), 8);
}

/* Only the first byte names a mapping: an inner address is for syncs */
static void an_unmap_names_the_first_byte(void **state)
{
	u64 bus = must_map(&w, buffer + 100, 9000, XSW_FROM_DEVICE, NULL);

	(void)state;
	assert_int_equal(xsw_unmap(&w.dev, bus + 1, 1, XSW_FROM_DEVICE, 0), 0);
	assert_int_equal(xsw_unmap(&w.dev, bus + 2048, 2048, XSW_FROM_DEVICE, 0), 0);
	assert_int_equal(strays(), 2);
	assert_int_equal(model_told.last_stray.stray.begins, bus);
	assert_int_equal(model_told.last_stray.stray.owner, w.dev.id);
	assert_true(xsw_sync_for_cpu(&w.dev, bus + 2048, 10, XSW_FROM_DEVICE));
	assert_false(xsw_sync_for_cpu(&b, bus + 2048, 10, XSW_FROM_DEVICE));
	must_unmap(&w, bus, 9000, XSW_FROM_DEVICE);
	assert_int_equal(strays(), 2);
	assert_int_equal(xsw_unmap(&w.dev, bus, 9000, XSW_FROM_DEVICE, 0), 0);
	assert_int_equal(strays(), 3);
	assert_int_equal(model_told.last_stray.stray.begins, 0);
}

/* With the device's alignment a mapping begins inside its first slot */
static void an_unmap_knows_the_offset(void **state)
{
	u64 bus;

	(void)state;
	w.dev.min_align_mask = 0xfff;
	bus = must_map(&w, buffer + 0x234, 5000, XSW_TO_DEVICE, NULL);
	assert_int_equal(xsw_unmap(&w.dev, bus & ~0x7ffULL, 5000, XSW_TO_DEVICE, 0), 0);
	assert_int_equal(strays(), 1);
	must_unmap(&w, bus, 5000, XSW_TO_DEVICE);
	assert_int_equal(strays(), 1);
	w.dev.min_align_mask = 0;
}

static void a_stray_free_gives_nothing_back(void **state)
{
	struct xsw_pool_state st;
	u64 bus;
	u8 *va = alloc_block(&b, 8192, false, &bus);

	(void)state;
	assert_true(xsw_coherent_free(&w.dev, 8192, va, bus));
	assert_true(xsw_coherent_free(&b, 4096, va + 4096, bus + 4096));
	assert_true(xsw_coherent_free(&b, 8192, va + 4096, bus));
	assert_int_equal(strays(), 1);
	assert_int_equal(model_told.stray, 3);
	xsw_pool_state(w.e, &st);
	assert_int_equal(st.coherent_used_bytes, 8192);
	assert_true(xsw_coherent_free(&b, 8192, va, bus));
	assert_true(xsw_coherent_free(&b, 8192, va, bus));
	assert_int_equal(model_told.stray, 4);
	assert_false(xsw_coherent_free(&b, 8192, va, 0x1000));
}

/* What comes back after remove() is copied back and released, and the last is told */
static void what_comes_late_comes_back(void **state)
{
	static const u8 late[3000] = { 0x66, 0x67 };
	struct xsw_pool_state st;
	struct xsw_counts c;
	u64 bus, second, block;
	void *va;

	(void)state;
	bus = must_map(&w, buffer, 3000, XSW_FROM_DEVICE, NULL);
	second = must_map(&w, buffer + 8192, 100, XSW_TO_DEVICE, NULL);
	va = alloc_block(&w.dev, 12288, false, &block);
	assert_int_equal(xsw_dev_abandon(&w.dev), 3);
	assert_int_equal(model_told.left, 3);
	assert_true(model_told.last_left.left.quarantined);
	assert_int_equal(model_told.last_left.left.owner, 0x10);
	assert_int_equal(xsw_dev_left(&w.dev), 3);
	xsw_pool_state(w.e, &st);
	assert_int_equal(st.quarantined, 3);
	assert_true(model_dma_write(LOW4G, bus, late, sizeof(late)));

	assert_int_equal(xsw_unmap(&w.dev, bus, 3000, XSW_FROM_DEVICE, 0), 2);
	assert_memory_equal(xsw_phys_to_virt(buffer), late, sizeof(late));
	assert_true(xsw_coherent_free(&w.dev, 12288, va, block));
	assert_int_equal(model_told.back, 0);
	assert_int_equal(xsw_unmap(&w.dev, second, 100, XSW_TO_DEVICE, 0), 1);
	assert_int_equal(model_told.back, 1);
	assert_ptr_equal(model_told.last_back.dev, &w.dev);
	assert_int_equal(xsw_dev_left(&w.dev), 0);
	assert_int_equal(strays(), 0);
	xsw_dev_counts(&w.dev, &c);
	assert_int_equal(c.late_returns, 3);
	xsw_pool_state(w.e, &st);
	assert_int_equal(st.quarantined, 0);
	assert_int_equal(st.used, 0);
	assert_int_equal(st.coherent_used_bytes, 0);
}

/* A 12 KiB block has four pages, as its order has: the fourth is nobody else's */
static void a_late_free_gives_back_its_own_pages(void **state)
{
	u64 bus, other;
	u8 *va = alloc_block(&w.dev, 12288, false, &bus), *neighbour;
	size_t i;

	(void)state;
	neighbour = alloc_block(&b, 4096, false, &other);
	assert_true(other < bus || other >= bus + 16384);
	memset(neighbour, 0x5a, 4096);
	memset(va, 0xff, 12288);
	assert_int_equal(xsw_dev_abandon(&w.dev), 1);
	assert_true(xsw_coherent_free(&w.dev, 12288, va, bus));
	for (i = 0; i < 4096; i++)
		assert_int_equal(neighbour[i], 0x5a);
	assert_true(xsw_coherent_free(&b, 4096, neighbour, other));
}

/* A driver that binds again goes on beside what its predecessor left */
static void a_new_driver_works_beside_what_is_left(void **state)
{
	u64 left = must_map(&w, buffer, 3000, XSW_FROM_DEVICE, NULL), bus;

	(void)state;
	assert_int_equal(xsw_dev_abandon(&w.dev), 1);
	bus = must_map(&w, buffer + 8192, 3000, XSW_FROM_DEVICE, NULL);
	must_unmap(&w, bus, 3000, XSW_FROM_DEVICE);
	bus = must_map(&w, buffer + 8192, 3000, XSW_FROM_DEVICE, NULL);
	assert_int_equal(xsw_dev_abandon(&w.dev), 2);
	assert_int_equal(model_told.left, 2);
	assert_int_equal(xsw_unmap(&w.dev, left, 3000, XSW_FROM_DEVICE, 0), 2);
	assert_int_equal(xsw_unmap(&w.dev, bus, 3000, XSW_FROM_DEVICE, 0), 2);
	assert_int_equal(model_told.back, 1);
}

/* What a device may still write to never returns to Xen, and nobody can end it any more */
static void for_good_is_for_good(void **state)
{
	static const u8 evil[3000] = { 0x66 };
	u64 bus, coherent, free_low = model_xen_low_free();
	struct xsw_pool_state st;
	struct xsw_change c;
	void *va;

	(void)state;
	bus = must_map(&w, buffer, 3000, XSW_FROM_DEVICE, NULL);
	va = alloc_block(&w.dev, 5000, false, &coherent);
	assert_int_equal(model_detach(&w.dev), 2);
	xsw_pool_state(w.e, &st);
	assert_int_equal(st.quarantined, 2);
	assert_int_equal(st.used, 2);
	world_attach(&w, LOW4G); /* the same device again */
	assert_int_equal(xsw_unmap(&w.dev, bus, 3000, XSW_FROM_DEVICE, 0), 0);
	assert_true(xsw_coherent_free(&w.dev, 5000, va, coherent));
	assert_int_equal(strays(), 2);
	assert_int_equal(model_detach(&w.dev), 0);
	assert_int_equal(xsw_pool_set(w.e, 0, 32, &c), -EBUSY);
	assert_true(c.bytes >= 4 * MIB);
	model_detach(&b);
	xsw_engine_destroy(w.e, &c);
	assert_int_equal(c.leaked_bytes, 4 * MIB);
	assert_true(model_xen_low_free() > free_low);
	assert_true(model_dma_write(LOW4G, bus, evil, sizeof(evil)));
	assert_true(model_dma_write(LOW4G, coherent, evil, sizeof(evil)));
	assert_int_equal(model_counts.violations, 0);
	model_stop();
	world_start(&w, &usual_machine, 0);
	assert_int_equal(xsw_dev_init(w.e, &b), 0);
}

/* The engine empties itself and serves again, as after a restore */
static void an_emptied_engine_grows_again(void **state)
{
	u64 bus;

	(void)state;
	model_detach(&w.dev);
	model_detach(&b);
	xsw_engine_empty(w.e, &w.change);
	assert_int_equal(w.change.leaked_bytes, 0);
	world_attach(&w, LOW4G);
	assert_int_equal(xsw_dev_init(w.e, &b), 0);
	assert_fail(must_fail(&w, buffer, 4096, XSW_TO_DEVICE), XSW_FAIL_MASK);
	assert_int_equal(xsw_pool_grow(w.e, 2 * MIB, 32, &w.change), 0);
	bus = must_map(&w, buffer, 4096, XSW_TO_DEVICE, NULL);
	must_unmap(&w, bus, 4096, XSW_TO_DEVICE);
}

#define RACES 2000

static u64 racing[RACES];

static void *unmap_all(void *unused)
{
	u32 i;

	(void)unused;
	for (i = 0; i < RACES; i++)
		assert_int_equal(xsw_unmap(&w.dev, racing[i], 2048, XSW_TO_DEVICE, 0), 1);
	return NULL;
}

/* An unmap against the quarantine of the same mapping: one of them wins, and nothing is lost */
static void unmap_and_quarantine_exclude_each_other(void **state)
{
	struct xsw_pool_state st;
	struct xsw_counts c;
	pthread_t t;
	u32 round, i;
	u64 late = 0;

	(void)state;
	for (round = 0; round < 20; round++) {
		for (i = 0; i < RACES; i++)
			racing[i] = must_map(&w, buffer, 2048, XSW_TO_DEVICE, NULL);
		assert_int_equal(pthread_create(&t, NULL, unmap_all, NULL), 0);
		xsw_dev_abandon(&w.dev);
		pthread_join(t, NULL);
		assert_int_equal(xsw_dev_left(&w.dev), 0);
		xsw_dev_counts(&w.dev, &c);
		late = c.late_returns;
		assert_int_equal(model_told.left, late);
	}
	xsw_pool_state(w.e, &st);
	assert_int_equal(st.used, 0);
	assert_int_equal(st.quarantined, 0);
	assert_int_equal(strays(), 0);
	print_message("# %llu of %u were quarantined first\n", (unsigned long long)late,
		      RACES * 20);
}

/* Unmapped only in part before the module goes: the rest is leaked, not more */
static void what_is_left_at_the_end_is_leaked(void **state)
{
	u64 first = must_map(&w, buffer, 3000, XSW_FROM_DEVICE, NULL);

	(void)state;
	must_map(&w, buffer, 3000, XSW_FROM_DEVICE, NULL);
	assert_int_equal(xsw_dev_abandon(&w.dev), 2);
	assert_int_equal(xsw_unmap(&w.dev, first, 3000, XSW_FROM_DEVICE, 0), 2);
	xsw_dev_exit(&w.dev);
	model_detach(&b);
	end_leaking(2 * MIB);
}

/* The same without a race: who saw another mark than there is ends nothing */
static void a_mark_seen_before_is_not_replaced(void **state)
{
	union xsw_mark first = xsw_mark(0x10, 5, 2), second = xsw_mark(0x10, 5, 3);
	struct xsw_slot slot = { 0 };

	(void)state;
	xsw_record(&slot, first, 0x1000, 3000, XSW_TO_DEVICE, XSW_BOUNCE_MASK);
	assert_false(xsw_mark_end(&slot, second));
	assert_false(xsw_mark_replace(&slot, second, second));
	assert_int_equal(xsw_mark_of(&slot).word, first.word);
	assert_true(xsw_mark_replace(&slot, first, second));
	assert_true(xsw_mark_end(&slot, second));
	assert_int_equal(xsw_mark_of(&slot).word, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		xsw_unit_test(a_second_unmap_ends_nobodys_mapping),
		xsw_unit_test(an_unmap_names_the_first_byte),
		xsw_unit_test(an_unmap_knows_the_offset),
		xsw_unit_test(a_stray_free_gives_nothing_back),
		xsw_unit_test(what_comes_late_comes_back),
		xsw_unit_test(a_late_free_gives_back_its_own_pages),
		xsw_unit_test(a_new_driver_works_beside_what_is_left),
		xsw_unit_test(for_good_is_for_good),
		xsw_unit_test(an_emptied_engine_grows_again),
		xsw_unit_test(unmap_and_quarantine_exclude_each_other),
		xsw_unit_test(a_mark_seen_before_is_not_replaced),
		xsw_unit_test(what_is_left_at_the_end_is_leaked),
	};

	return xsw_run_tests(tests);
}
