// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much of the domain's memory is contiguous in the machine, and where buffers straddle: for
 * doctor.
 */
#include "bpf/machine.bpf.h"
#include "bpf/mask.bpf.h"
#include "bpf/module.bpf.h"
#include "bpf/contiguity.h"

char LICENSE[] SEC("license") = "GPL";

/* What to look at in one call: @blocks blocks of 2 MiB, one in each stride of @stride blocks, from
 * the stride of number @first on. */
u64 first, blocks, stride;
u64 low_limit; /* frames from here up are not low */

struct xb_contiguity contiguity;
u64 straddles, others, lost;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XB_MAX_RANGES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct xb_range_key);
	__type(value, struct xb_range);
} ranges SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XB_MAX_DEVICES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u64);
	__type(value, char[XB_NAME_LEN]);
} names SEC(".maps");

static u64 m2p;

/* ---- the walk ---- */

/* In a map: of what is on the stack the verifier would follow each value, and come to no end. */
struct xb_stretch stretch;

/* Cuts the largest naturally aligned block off the front, as the page allocator would hand it out.
 */
static int count_block(u32 index, void *ctx)
{
	u64 from = stretch.from, length = stretch.length, pages = 1;
	u32 order = 0;

	if (!length)
		return 1;
	while (order < XB_ORDERS - 1 && !(from & (2 * pages - 1)) && 2 * pages <= length) {
		order++;
		pages *= 2;
	}
	contiguity.pages += pages;
	contiguity.largest[order] += pages;
	if (stretch.frame + pages > contiguity.highest)
		contiguity.highest = stretch.frame + pages;
	if (stretch.frame + pages <= XB_4G_FRAMES)
		contiguity.below_4g += pages;
	if (stretch.frame + pages <= low_limit) {
		contiguity.low += pages;
		contiguity.low_largest[order] += pages;
	}
	stretch.from = from + pages;
	stretch.frame += pages;
	stretch.length = length - pages;
	return 0;
}

static int walk_page(u32 index, void *ctx)
{
	u64 in_block = index % XB_BLOCK_PAGES, pfn, entry;

	if (!in_block)
		stretch.block =
			XB_BLOCK_PAGES * xb_sampled_block(first + index / XB_BLOCK_PAGES, stride);
	pfn = stretch.block + in_block;
	entry = pfn < p2m_size ? long_at(p2m + pfn * sizeof(u64)) : ~0ULL;
	if (stretch.length && in_block && entry == stretch.frame + stretch.length) {
		stretch.length++;
		return 0;
	}
	bpf_loop(2 * XB_ORDERS, count_block, NULL, 0);
	stretch.from = in_block;
	stretch.frame = entry;
	stretch.length = !(entry & XB_P2M_FLAGS); /* neither foreign nor a device's, nor none */
	return 0;
}

SEC("syscall")
int walk(void *ctx)
{
	stretch.length = 0;
	bpf_loop(blocks * XB_BLOCK_PAGES, walk_page, NULL, 0);
	bpf_loop(2 * XB_ORDERS, count_block, NULL, 0);
	return 0;
}

/* ---- bounces ---- */

SEC("syscall")
int m2p_init(void *ctx)
{
	bpf_probe_read_kernel(&m2p, sizeof(m2p), (void *)symbol_address(machine_to_phys_mapping));
	return 0;
}

#define NOT_OURS (~0ULL)

/* Our address of what lies there.  Of a page that another domain granted Xen tells that domain's
 * PFN: our P2M has another frame there. */
static __always_inline u64 phys_of_bus(u64 bus)
{
	u64 frame = bus >> XB_PAGE_SHIFT, pfn = long_at(m2p + frame * sizeof(u64));

	if (pfn >= p2m_size || long_at(p2m + pfn * sizeof(u64)) != frame)
		return NOT_OURS;
	return pfn << XB_PAGE_SHIFT | (bus & XB_PAGE_MASK);
}

/*
 * Crosses a page, in reach of the device, and its frames are no neighbours. Neighbours bounce, too,
 * where the kernel wants a buffer aligned to its size. Whether another domain's are, our P2M does
 * not tell.
 */
static __always_inline bool straddled(struct device *dev, u64 mask, u64 bus, u64 phys, u64 size)
{
	if (BPF_CORE_READ(dev, dma_io_tlb_mem, force_bounce))
		return false;
	if ((bus & XB_PAGE_MASK) + size <= XB_PAGE_SIZE || bus + size - 1 > mask)
		return false;
	return phys == NOT_OURS || !contiguous(phys, size);
}

static __always_inline u64 mib_of_page(u64 phys)
{
	return p2m_entry(phys) & XB_P2M_FOREIGN ? XB_OTHERS_MIB : phys >> 20;
}

static __always_inline void count_straddle(u64 dev, u64 mib, u64 mask, u64 size)
{
	struct xb_range_key key = { .dev = dev, .mib = mib };
	struct xb_range *r, new = { .bounces = 1, .bytes = size, .mask = mask };

	__sync_fetch_and_add(&straddles, 1);
	r = bpf_map_lookup_elem(&ranges, &key);
	if (!r) {
		if (!bpf_map_update_elem(&ranges, &key, &new, BPF_NOEXIST))
			return;
		r = bpf_map_lookup_elem(&ranges, &key); /* another CPU was first */
	}
	if (!r) {
		__sync_fetch_and_add(&lost, 1);
		return;
	}
	r->mask = mask;
	__sync_fetch_and_add(&r->bounces, 1);
	__sync_fetch_and_add(&r->bytes, size);
}

SEC("tp_btf/swiotlb_bounced")
int BPF_PROG(bounced, struct device *dev, dma_addr_t bus, size_t size)
{
	char name[XB_NAME_LEN] = {};
	u64 id = (u64)dev, mask, phys;

	if (!armed)
		return 0;
	mask = mask_now(dev);
	phys = phys_of_bus(bus);
	if (!straddled(dev, mask, bus, phys, size)) {
		__sync_fetch_and_add(&others, 1);
		return 0;
	}
	count_straddle(id, phys == NOT_OURS ? XB_OTHERS_MIB : phys >> 20, mask, size);
	if (!bpf_map_lookup_elem(&names, &id)) {
		bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(dev, kobj.name));
		bpf_map_update_elem(&names, &id, name, BPF_NOEXIST);
	}
	return 0;
}

/* The module tells the reason itself, and where the buffer lies; the device's mask it does not. */
SEC("tp/xen_swiotlb/xsw_map")
int module_map(void *ctx)
{
	module_record record;
	u64 reason;

	if (!armed)
		return 0;
	bpf_probe_read_kernel(record, sizeof(record), ctx);
	reason = field_of(record, &module_events.map.reason);
	if (!reason)
		return 0;
	if (reason != XB_STRADDLE) {
		__sync_fetch_and_add(&others, 1);
		return 0;
	}
	count_straddle(module_device(record, &module_events.map),
		       mib_of_page(field_of(record, &module_events.map.phys)), 0,
		       field_of(record, &module_events.map.size));
	return 0;
}
