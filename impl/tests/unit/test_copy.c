// SPDX-License-Identifier: GPL-2.0-only
/*
 * DESIGN 7 and 4: what is copied when, and syncs from anywhere in a mapping.
 */
#include "world.h"

static struct world w;
static u64 buffer; /* 64 scattered pages above 4 GiB */
static u8 *cpu;

static int start(void **state)
{
	(void)state;
	world_start(&w, &usual_machine, 8 * MIB);
	world_attach(&w, LOW4G);
	buffer = model_buffer(64, false);
	cpu = xsw_phys_to_virt(buffer);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	world_stop(&w);
	return 0;
}

static void device_writes(u64 bus, size_t n, u32 seed)
{
	u8 *p = malloc(n);

	fill(p, n, seed);
	assert_true(model_dma_write(LOW4G, bus, p, n));
	free(p);
}

static bool device_sees(u64 bus, size_t n, u32 seed)
{
	u8 *p = malloc(n);
	bool same;

	assert_true(model_dma_read(LOW4G, bus, p, n));
	same = is_filled(p, n, seed);
	free(p);
	return same;
}

/* Breaking one line of the copy-back makes this red */
static void data_goes_both_ways(void **state)
{
	static const size_t sizes[] = {
		1, 511, 512, 2048, 2049, 4096, 5000, 65536, 200000, 262144
	};
	size_t k;

	(void)state;
	for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		size_t n = sizes[k] > 262144 - 3 ? sizes[k] - 3 : sizes[k];
		u64 bus;

		fill(cpu + 3, n, 1);
		bus = must_map(&w, buffer + 3, n, XSW_TO_DEVICE, NULL);
		assert_true(device_sees(bus, n, 1));
		must_unmap(&w, bus, n, XSW_TO_DEVICE);

		bus = must_map(&w, buffer + 3, n, XSW_FROM_DEVICE, NULL);
		device_writes(bus, n, 2);
		assert_true(is_filled(cpu + 3, n, 1));
		must_unmap(&w, bus, n, XSW_FROM_DEVICE);
		assert_true(is_filled(cpu + 3, n, 2));

		bus = must_map(&w, buffer + 3, n, XSW_BIDIRECTIONAL, NULL);
		assert_true(device_sees(bus, n, 2));
		device_writes(bus, n, 3);
		must_unmap(&w, bus, n, XSW_BIDIRECTIONAL);
		assert_true(is_filled(cpu + 3, n, 3));
	}
}

/* A TO_DEVICE unmap must not write to the buffer: the driver may have refilled it */
static void unmap_to_device_copies_nothing_back(void **state)
{
	u64 bus;

	(void)state;
	fill(cpu, 8192, 1);
	bus = must_map(&w, buffer, 8192, XSW_TO_DEVICE, NULL);
	fill(cpu, 8192, 2);
	must_unmap(&w, bus, 8192, XSW_TO_DEVICE);
	assert_true(is_filled(cpu, 8192, 2));
}

/* A device that writes less than was mapped shows nothing of an earlier mapping */
static void short_write_shows_nothing_old(void **state)
{
	u64 bus;

	(void)state;
	fill(cpu, 65536, 77);
	bus = must_map(&w, buffer, 65536, XSW_TO_DEVICE, NULL);
	must_unmap(&w, bus, 65536, XSW_TO_DEVICE);

	fill(cpu, 65536, 5);
	assert_int_equal(must_map(&w, buffer, 65536, XSW_FROM_DEVICE, NULL), bus);
	device_writes(bus, 100, 6);
	must_unmap(&w, bus, 65536, XSW_FROM_DEVICE);
	assert_true(is_filled(cpu, 100, 6));
	fill(cpu, 100, 5);
	assert_true(is_filled(cpu, 65536, 5));
}

static void skip_sync_suppresses_only_the_copy_back(void **state)
{
	struct xsw_outcome o;
	u64 bus;

	(void)state;
	fill(cpu, 4096, 1);
	bus = model_map(&w.dev, buffer, 4096, XSW_FROM_DEVICE, XSW_ATTR_SKIP_SYNC, &o);
	assert_true(device_sees(bus, 4096, 1));
	device_writes(bus, 4096, 2);
	assert_int_equal(xsw_unmap(&w.dev, bus, 4096, XSW_FROM_DEVICE, XSW_ATTR_SKIP_SYNC), 2);
	assert_true(is_filled(cpu, 4096, 1));
}

static void skip_copy_in_zeroes(void **state)
{
	static const u8 zero[4096];
	u8 seen[4096];
	u64 bus;

	(void)state;
	fill(cpu, 4096, 9);
	bus = must_map(&w, buffer, 4096, XSW_TO_DEVICE, NULL);
	must_unmap(&w, bus, 4096, XSW_TO_DEVICE);
	w.dev.skip_copy_in = true;
	assert_int_equal(must_map(&w, buffer, 4096, XSW_FROM_DEVICE, NULL), bus);
	assert_true(model_dma_read(LOW4G, bus, seen, 4096));
	assert_memory_equal(seen, zero, 4096);
	must_unmap(&w, bus, 4096, XSW_FROM_DEVICE);
	w.dev.skip_copy_in = false;
}

/* DESIGN 4: a partial sync finds the original from any slot and any byte */
static void partial_sync_from_any_slot(void **state)
{
	const size_t n = 40000;
	size_t at;
	u64 bus;

	(void)state;
	w.dev.min_align_mask = 0xfff;
	fill(cpu, n + 3000, 1);
	bus = must_map(&w, buffer + 2500, n, XSW_BIDIRECTIONAL, NULL);
	for (at = 0; at < n; at += 1111) {
		size_t part = min((size_t)700, n - at);

		device_writes(bus + at, part, (u32)at);
		assert_true(xsw_sync_for_cpu(&w.dev, bus + at, part, XSW_FROM_DEVICE));
		assert_true(is_filled(cpu + 2500 + at, part, (u32)at));
		if (part == 700 && at + 702 < n)
			assert_int_equal(
				cpu[2500 + at + 700],
				(u8)((2500 + at + 700) * 167 + (2500 + at + 700) / 256 * 13 + 1));
		fill(cpu + 2500 + at, part, (u32)at + 1);
		assert_true(xsw_sync_for_device(&w.dev, bus + at, part, XSW_TO_DEVICE));
		assert_true(device_sees(bus + at, part, (u32)at + 1));
	}
	must_unmap(&w, bus, n, XSW_TO_DEVICE);
	w.dev.min_align_mask = 0;
}

/* A sync that begins before the first byte (in the padding) or ends behind the last is cut */
static void sync_is_cut_to_the_mapping(void **state)
{
	u64 bus;

	(void)state;
	w.dev.min_align_mask = 0xfff;
	fill(cpu, 8192, 1);
	bus = must_map(&w, buffer + 1000, 3000, XSW_BIDIRECTIONAL, NULL);
	device_writes(bus, 3000, 2);
	assert_true(xsw_sync_for_cpu(&w.dev, bus - 1000, 500, XSW_FROM_DEVICE));
	assert_true(is_filled(cpu, 8192, 1));
	assert_true(xsw_sync_for_cpu(&w.dev, bus - 1000, 8000, XSW_FROM_DEVICE));
	assert_true(is_filled(cpu, 1000, 1));
	assert_true(is_filled(cpu + 1000, 3000, 2));
	fill(cpu + 1000, 3000, 1);
	fill(cpu, 4000, 1);
	assert_true(is_filled(cpu, 8192, 1));
	must_unmap(&w, bus, 3000, XSW_TO_DEVICE);
	w.dev.min_align_mask = 0;
}

static void wrong_direction_syncs_copy_nothing(void **state)
{
	u64 bus;

	(void)state;
	fill(cpu, 4096, 1);
	bus = must_map(&w, buffer, 4096, XSW_TO_DEVICE, NULL);
	device_writes(bus, 4096, 2);
	assert_true(xsw_sync_for_cpu(&w.dev, bus, 4096, XSW_TO_DEVICE));
	assert_true(is_filled(cpu, 4096, 1));
	assert_true(xsw_sync_for_device(&w.dev, bus, 4096, XSW_FROM_DEVICE));
	assert_true(device_sees(bus, 4096, 2));
	must_unmap(&w, bus, 4096, XSW_TO_DEVICE);
}

/* DESIGN 5: counters are exact sums of what happened */
static void counters_add_up(void **state)
{
	struct xsw_counts before, after;
	u64 bus;

	(void)state;
	xsw_dev_counts(&w.dev, &before);
	bus = must_map(&w, buffer, 5000, XSW_BIDIRECTIONAL, NULL);
	xsw_sync_for_cpu(&w.dev, bus, 100, XSW_FROM_DEVICE);
	must_unmap(&w, bus, 5000, XSW_BIDIRECTIONAL);
	xsw_dev_counts(&w.dev, &after);
	assert_int_equal(after.maps - before.maps, 1);
	assert_int_equal(after.map_bytes - before.map_bytes, 5000);
	assert_int_equal(after.bounces[XSW_BOUNCE_MASK] - before.bounces[XSW_BOUNCE_MASK], 1);
	assert_int_equal(after.bounce_bytes - before.bounce_bytes, 5000);
	assert_int_equal(after.copy_in_bytes - before.copy_in_bytes, 5000);
	assert_int_equal(after.copy_out_bytes - before.copy_out_bytes, 5100);
	assert_int_equal(after.unmaps - before.unmaps, 1);
	assert_int_equal(after.syncs - before.syncs, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		xsw_unit_test(data_goes_both_ways),
		xsw_unit_test(unmap_to_device_copies_nothing_back),
		xsw_unit_test(short_write_shows_nothing_old),
		xsw_unit_test(skip_sync_suppresses_only_the_copy_back),
		xsw_unit_test(skip_copy_in_zeroes),
		xsw_unit_test(partial_sync_from_any_slot),
		xsw_unit_test(sync_is_cut_to_the_mapping),
		xsw_unit_test(wrong_direction_syncs_copy_nothing),
		xsw_unit_test(counters_add_up),
	};

	return xsw_run_tests(tests);
}
