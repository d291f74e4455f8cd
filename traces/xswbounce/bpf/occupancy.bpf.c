// SPDX-License-Identifier: GPL-2.0-only
/*
 * How full the pools are at each map, for days: by device a histogram, and the most in an interval.
 *
 * Only what bounces is looked at: on stock the programs hang on the functions that claim and
 * release slots, on the module on its events of that. Before 6.10 the function that claims can't
 * carry a program, and before version 3 the module has no such events: there all maps are looked
 * at. How much of the stock pool is in use its own counters tell, so what no program saw does not
 * add up over days. An interval's maxima stand in one of two places, by its parity: the tool reads
 * and clears one while the programs write the other.
 */
#include "bpf/map_calls.bpf.h"
#include "bpf/module.bpf.h"
#include "bpf/occupancy.h"
#include "bpf/pool.bpf.h"

#define XB_PLACES_BITS XB_OCCUPANCY_BITS
#include "bpf/places.bpf.h"

char LICENSE[] SEC("license") = "GPL";

struct xb_occupancy occupancies[XB_OCCUPANCY_DEVICES];
struct xb_occupied pools[XB_OCCUPANCY_POOLS];
u32 parity;

/* Fields that kernels have which count the whole pool's use. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct io_tlb_mem___counted {
	struct {
		s64 counter;
	} total_used;
};
#pragma clang attribute pop

static __always_inline u64 area_used(u32 area)
{
	return long_at(pools[0].areas_at + area * bpf_core_type_size(struct io_tlb_area) +
		       bpf_core_field_offset(struct io_tlb_area, used));
}

static int add_area(u32 area, u64 *used)
{
	*used += area_used(area);
	return 0;
}

/* By bpf_loop(): Linux 6.1's verifier refuses a loop that is entered in its middle. */
static __always_inline u64 areas_used(void)
{
	u64 used = 0;

	if (pools[0].areas == 1)
		return area_used(0);
	bpf_loop(pools[0].areas, add_area, &used, 0);
	return used;
}

static __always_inline u64 stock_used(void)
{
	return pools[0].total_at ? long_at(pools[0].total_at) : areas_used();
}

/* Where the stock pool counts.  The whole pool's number is taken if it agrees with its areas'. */
u64 seen_used;
u32 pool_grows; /* and its areas tell of its first part alone */

SEC("syscall")
int find_counters(void *ctx)
{
	struct io_tlb_mem *mem = (void *)symbol_address(io_tlb_default_mem);
	struct io_tlb_mem___old *old = (void *)mem;
	struct io_tlb_mem___counted *counted = (void *)mem;
	u64 at;

	if (!mem)
		return 0;
	if (bpf_core_field_exists(mem->defpool)) {
		pools[0].areas = BPF_CORE_READ(mem, defpool.nareas);
		pools[0].areas_at = (u64)BPF_CORE_READ(mem, defpool.areas);
	} else {
		pools[0].areas = BPF_CORE_READ(old, nareas);
		pools[0].areas_at = (u64)BPF_CORE_READ(old, areas);
	}
	seen_used = areas_used();
	if (pools[0].areas > 1 && bpf_core_field_exists(counted->total_used)) {
		at = (u64)mem + bpf_core_field_offset(struct io_tlb_mem___counted, total_used);
		if (seen_used && long_at(at) == seen_used)
			pools[0].total_at = at;
	}
	pool_grows = !pools[0].total_at && pool_can_grow((u64)mem);
	return 0;
}

SEC("syscall")
int look_at_use(void *ctx)
{
	seen_used = stock_used();
	return 0;
}

/* NULL: there is no room for another device. */
static __always_inline struct xb_occupancy *occupancy_of(u64 number)
{
	u32 at = 0;

	return place_of(number, &at) ? &occupancies[at & (XB_OCCUPANCY_DEVICES - 1)] : NULL;
}

/* Another CPU may raise it at the same time: after some tries its maximum is as good. */
static __always_inline void raise(u64 *most, u64 value)
{
	u64 seen = *most, before;
	int i;

	for (i = 0; i < 4 && value > seen; i++) {
		before = __sync_val_compare_and_swap(most, seen, value);
		if (before == seen)
			break;
		seen = before;
	}
}

static __always_inline void count_map(struct xb_occupancy *o, u32 pool, u64 slots, u64 used)
{
	struct xb_most *most = &o->most[parity & 1];
	u64 step = used >> (pools[pool].shift & 31);
	s64 held;

	__sync_fetch_and_add(&o->maps, 1);
	held = __sync_fetch_and_add(&o->held, slots) + slots;
	if (held > 0)
		raise(&most->held, held);
	raise(&most->used, used);
	if (step >= XB_OCCUPANCY_STEPS)
		step = XB_OCCUPANCY_STEPS - 1;
	barrier_var(step);
	__sync_fetch_and_add(&o->steps[step & (XB_OCCUPANCY_STEPS - 1)], 1);
}

static __always_inline void count_unmap(struct xb_occupancy *o, u64 slots)
{
	s64 held = __sync_fetch_and_add(&o->held, -slots) - slots;

	if (held < o->least)
		o->least = held; /* of two at once the other may stay: one off by a mapping */
}

static __noinline int meet_stock(struct device *dev, struct xb_occupancy *o)
{
	u64 parms = device_long(dev, dma_parms);

	o->driver_at = device_long(dev, driver);
	o->min_align = 0;
	if (parms)
		o->min_align = number_at(parms + bpf_core_field_offset(struct device_dma_parameters,
								       min_align_mask));
	return describe(dev, NULL);
}

/* @maps: a mapping is made now, maybe by another driver */
static __always_inline struct xb_occupancy *stock_occupancy(struct device *dev, bool maps)
{
	u64 key = device_key(dev);
	struct xb_occupancy *o;

	if (!armed)
		return NULL;
	o = occupancy_of(key);
	if (o && (!o->key || (maps && o->driver_at != device_long(dev, driver)))) {
		o->key = key;
		meet_stock(dev, o);
	}
	return o;
}

/* A mapping keeps the low bits of its buffer that the device asks for: they take room, too. */
static __always_inline u64 slots_of(const struct xb_occupancy *o, u64 tlb, u64 size)
{
	return ((tlb & o->min_align) + size + (1 << XB_SLOT_SHIFT) - 1) >> XB_SLOT_SHIFT;
}

static __always_inline int claim_end(struct device *dev, u64 at, u64 size)
{
	struct xb_occupancy *o = stock_occupancy(dev, true);

	if (!o)
		return 0;
	if (at == XB_ERROR_ADDR)
		__sync_fetch_and_add(&o->fails, 1);
	else
		count_map(o, 0, slots_of(o, at, size), stock_used());
	return 0;
}

SEC("fexit/swiotlb_tbl_map_single")
int BPF_PROG(claimed, struct device *dev, phys_addr_t phys, size_t size)
{
	u64 tlb = XB_ERROR_ADDR;

	bpf_get_func_ret(ctx, &tlb);
	return claim_end(dev, tlb, size);
}

static __always_inline int map_end(void *ctx, struct device *dev, u64 phys, u64 size, u32 dir,
				   u64 attrs, u64 bus)
{
	return bus == machine_address(phys) ? 0 : claim_end(dev, bus, size);
}

static __always_inline int bounce_end(void *ctx, struct device *dev, u64 phys, u64 size, u32 dir,
				      u64 attrs, u64 bus)
{
	return claim_end(dev, bus, size);
}

static __always_inline int released(struct device *dev, u64 tlb, u64 size)
{
	struct xb_occupancy *o = stock_occupancy(dev, false);

	if (o)
		count_unmap(o, slots_of(o, tlb, size));
	return 0;
}

SEC("fentry/__swiotlb_tbl_unmap_single")
int BPF_PROG(unmap_single, struct device *dev, phys_addr_t tlb, size_t size)
{
	return released(dev, tlb, size);
}

SEC("fentry/swiotlb_tbl_unmap_single")
int BPF_PROG(old_unmap_single, struct device *dev, phys_addr_t tlb, size_t size)
{
	return released(dev, tlb, size);
}

static __always_inline struct xb_occupancy *module_occupancy(u64 key)
{
	struct xb_occupancy *o;

	if (!armed)
		return NULL;
	o = occupancy_of(key);
	if (o && !o->key) {
		o->key = key;
		o->pool = 1;
	}
	return o;
}

/* What was unmapped before the tool looked at the pool is not in it: no less than this mapping is.
 */
static __always_inline u64 module_used(u64 slots)
{
	s64 used = __sync_fetch_and_add(&pools[1].used, slots) + slots;

	return used > (s64)slots ? used : slots;
}

static __always_inline int module_claimed(u64 key, u64 slots)
{
	struct xb_occupancy *o = module_occupancy(key);

	if (o)
		count_map(o, 1, slots, module_used(slots));
	return 0;
}

static __always_inline int module_released(u64 key, u64 slots)
{
	struct xb_occupancy *o = module_occupancy(key);

	if (!o)
		return 0;
	__sync_fetch_and_add(&pools[1].used, -slots);
	count_unmap(o, slots);
	return 0;
}

/* By raw tracepoints, for which no record is made. */
SEC("raw_tp/xsw_claim")
int BPF_PROG(module_claim, u32 id, u32 slots)
{
	return module_claimed(XB_MODULE_DEVICE | id, slots);
}

SEC("raw_tp/xsw_release")
int BPF_PROG(module_release, u32 id, u32 slots)
{
	return module_released(XB_MODULE_DEVICE | id, slots);
}

SEC("tp/xen_swiotlb/xsw_map")
int module_map(void *ctx)
{
	module_record record;
	u64 slots;

	bpf_probe_read_kernel(record, sizeof(record), ctx);
	slots = field_of(record, &module_events.map.slots);
	return slots ? module_claimed(module_device(record, &module_events.map), slots) : 0;
}

SEC("tp/xen_swiotlb/xsw_unmap")
int module_unmap(void *ctx)
{
	module_record record;
	u64 slots;

	bpf_probe_read_kernel(record, sizeof(record), ctx);
	slots = field_of(record, &module_events.unmap.slots);
	return slots ? module_released(module_device(record, &module_events.unmap), slots) : 0;
}

SEC("tp/xen_swiotlb/xsw_full")
int module_full(void *ctx)
{
	struct xb_occupancy *o;
	module_record record;

	bpf_probe_read_kernel(record, sizeof(record), ctx);
	o = module_occupancy(module_device(record, &module_events.full));
	if (o)
		__sync_fetch_and_add(&o->fails, 1);
	return 0;
}
