// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who makes bounced mappings, and which of them are live: for stacks, leaks and watch.
 *
 * A live mapping is known by the bus address it was given. An unmap is told the pool's address;
 * the P2M turns it into the same bus address.
 */
#include "bpf/call_stack.bpf.h"
#include "bpf/callers.bpf.h"
#include "bpf/map_calls.bpf.h"
#include "bpf/module.bpf.h"
#include "bpf/pool_calls.bpf.h"

char LICENSE[] SEC("license") = "GPL";

const volatile bool want_live;
const volatile bool want_balance;
const volatile bool want_time;   /* the programs that take start times are attached */
const volatile u64 stack_budget; /* nanoseconds for walks on a CPU in each period; 0: no limit */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XB_MAX_LIVE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u64);
	__type(value, struct xb_live);
} live SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XB_MAX_STACKS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct xb_site_key);
	__type(value, struct xb_site);
} sites SEC(".maps");

/* By device: bounced mappings made less those undone, of whatever age. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XB_MAX_DEVICES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u64);
	__type(value, s64);
} balance SEC(".maps");

/* What walks of stacks took on this CPU, in the period that counts. */
struct spending {
	u64 period;
	u64 ns;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct spending);
} spending SEC(".maps");

struct xb_held_losses held_losses;
u64 made; /* bounced mappings */

static const struct xb_site no_site;

static __noinline int change_balance(u64 dev, s64 by)
{
	s64 *b = bpf_map_lookup_elem(&balance, &dev), zero = 0;

	if (!b) {
		bpf_map_update_elem(&balance, &dev, &zero, BPF_NOEXIST);
		b = bpf_map_lookup_elem(&balance, &dev);
		if (!b) {
			__sync_fetch_and_add(&held_losses.devices, 1);
			return 0;
		}
	}
	__sync_fetch_and_add(b, by);
	return 0;
}

static __noinline int count_site(u64 dev, int stack, u64 size, s64 ns)
{
	struct xb_site_key key = { .dev = dev, .stack = stack };
	struct xb_site *site = bpf_map_lookup_elem(&sites, &key);

	if (!site) {
		bpf_map_update_elem(&sites, &key, &no_site, BPF_NOEXIST);
		site = bpf_map_lookup_elem(&sites, &key);
		if (!site) {
			__sync_fetch_and_add(&held_losses.sites, 1);
			return 0;
		}
	}
	__sync_fetch_and_add(&site->count, 1);
	__sync_fetch_and_add(&site->bytes, size);
	if (ns > 0)
		__sync_fetch_and_add(&site->ns, ns);
	return 0;
}

static __always_inline void keep_live(u64 bus, const struct xb_live *l)
{
	if (bpf_map_update_elem(&live, &bus, l, BPF_ANY))
		__sync_fetch_and_add(&held_losses.live, 1);
}

static __always_inline int walk_stack(void *ctx, enum walker walker)
{
	int stack = call_stack(ctx, walker);

	if (stack < 0)
		__sync_fetch_and_add(&held_losses.stacks, 1);
	return stack;
}

/* A walk that began within the budget ends: by that much it can be exceeded in each period. */
static __always_inline int walk_within_budget(void *ctx, enum walker walker, u64 now)
{
	struct spending *s;
	u32 zero = 0;
	int stack;

	s = bpf_map_lookup_elem(&spending, &zero);
	if (!s)
		return XB_STACK_SPARED;
	if (s->period != now >> XB_BUDGET_PERIOD_SHIFT) {
		s->period = now >> XB_BUDGET_PERIOD_SHIFT;
		s->ns = 0;
	}
	if (s->ns >= stack_budget)
		return XB_STACK_SPARED;
	stack = walk_stack(ctx, walker);
	s->ns += bpf_ktime_get_ns() - now;
	return stack;
}

static __always_inline void bounced(void *ctx, enum walker walker, u64 dev, u64 bus, u64 size,
				    u32 domain, s64 ns)
{
	struct xb_live l = { .dev = dev, .size = size, .domain = domain };

	if (!armed)
		return;
	__sync_fetch_and_add(&made, 1);
	if (want_live)
		l.since = bpf_ktime_get_ns();
	l.stack = stack_budget ? walk_within_budget(ctx, walker, l.since) : walk_stack(ctx, walker);
	count_site(dev, l.stack, size, ns);
	if (want_balance)
		change_balance(dev, 1);
	if (want_live)
		keep_live(bus, &l);
}

static __always_inline int map_end(void *ctx, struct device *dev, u64 phys, u64 size, u32 dir,
				   u64 attrs, u64 bus)
{
	s64 ns = want_time ? clock_stop(ctx) : -1;
	u64 entry, key;

	if (bus == XB_ERROR_ADDR)
		return 0;
	entry = p2m_entry(phys);
	if (bus == entry_address(entry, phys))
		return 0;
	key = device_key(dev);
	know(dev, key);
	bounced(ctx, STOCK_WALKS, key, bus, size, granted_by(entry, phys), ns);
	return 0;
}

static __always_inline int bounce_end(void *ctx, struct device *dev, u64 phys, u64 size, u32 dir,
				      u64 attrs, u64 bus)
{
	s64 ns = want_time ? clock_stop(ctx) : -1;
	u64 key = device_key(dev);

	if (bus == XB_ERROR_ADDR)
		return 0;
	know(dev, key);
	bounced(ctx, STOCK_WALKS, key, bus, size, XB_DOMAIN_OWN, ns);
	return 0;
}

static __noinline int unmapped(u64 dev, u64 bus)
{
	if (!armed)
		return 0;
	if (want_balance)
		change_balance(dev, -1);
	bpf_map_delete_elem(&live, &bus);
	return 0;
}

SEC("fentry/__swiotlb_tbl_unmap_single")
int BPF_PROG(unmap_single, struct device *dev, phys_addr_t tlb)
{
	return unmapped(device_key(dev), machine_address(tlb));
}

SEC("fentry/swiotlb_tbl_unmap_single")
int BPF_PROG(old_unmap_single, struct device *dev, phys_addr_t tlb)
{
	return unmapped(device_key(dev), machine_address(tlb));
}

SEC("tp/xen_swiotlb/xsw_map")
int module_map(void *ctx)
{
	u64 phys;
	module_record record;

	bpf_probe_read_kernel(record, sizeof(record), ctx);
	if (!field_of(record, &module_events.map.reason))
		return 0;
	phys = field_of(record, &module_events.map.phys);
	bounced(ctx, MODULE_WALKS, module_device(record, &module_events.map),
		field_of(record, &module_events.map.dma_addr),
		field_of(record, &module_events.map.size), granted_by(p2m_entry(phys), phys),
		field_of(record, &module_events.map.ns));
	return 0;
}

SEC("tp/xen_swiotlb/xsw_unmap")
int module_unmap(void *ctx)
{
	module_record record;

	bpf_probe_read_kernel(record, sizeof(record), ctx);
	if (field_of(record, &module_events.unmap.slots))
		unmapped(module_device(record, &module_events.unmap),
			 field_of(record, &module_events.unmap.dma_addr));
	return 0;
}
