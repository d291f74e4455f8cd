// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts mappings by device, inside the kernel: for the verdict, top, latency and sizes.
 *
 * On stock, one program where the pool gives slots to a mapping and one at the start of each unmap
 * of a bounced mapping: a direct one costs nothing. Only while maps are counted, one at the end of
 * each; and where a kernel lets no program hang on the pool, that one counts bounces, too.
 * Stand-ins (nested.bpf.h) are attached where calls are missed. Only where latency is asked for,
 * one more at the start of each map and at the end of each unmap.
 */
#include "bpf/callers.bpf.h"
#include "bpf/flow_module.bpf.h"
#include "bpf/map_calls.bpf.h"
#include "bpf/nested.bpf.h"
#include "bpf/pool.bpf.h"

char LICENSE[] SEC("license") = "GPL";

u32 pool_grows; /* and what failed is explained by its first part alone */

SEC("syscall")
int look_at_pool(void *ctx)
{
	u64 mem = symbol_address(io_tlb_default_mem);

	pool_grows = mem && pool_can_grow(mem);
	return 0;
}

static __noinline int count_failure(struct device *dev, struct xb_stat *s, u64 size)
{
	struct pool_state pool = {};

	pool_state(dev, &pool);
	s->fails[fail_reason(&pool, mask_now(dev), size) & 7]++;
	return 0;
}

static __always_inline void count_bounce(struct xb_stat *s, u64 phys, u64 entry, u64 size,
					 u32 wanted)
{
	u64 machine = entry_address(entry, phys);

	s->bounces[bounce_reason(s->forced, s->mask, phys, machine, size) & 7]++;
	s->bounce_bytes += size;
	if (wanted & XB_WANT_SIZES)
		count_size(s->key, size);
	if (wanted & XB_WANT_GUESTS)
		count_guest(s->key, granted_by(entry, phys), size);
}

static __always_inline s64 map_time(void *ctx)
{
	return want_times && timing ? clock_stop(ctx) : -1;
}

/* Within the call the program on the pool has run: about as long as an empty one takes. */
static __always_inline s64 without_inner(s64 ns)
{
	if (ns < 0)
		return ns;
	return ns > own_ns ? ns - own_ns : 0;
}

static __always_inline int count_map(struct xb_stat *s, struct device *dev, u64 phys, u64 size,
				     u64 bus, s64 ns)
{
	enum xb_call call = XB_CALL_DIRECT;
	u64 entry;

	if (!s || (by_pool && !counting))
		return 0;
	s->maps++;
	s->map_bytes += size;
	if (bus == XB_ERROR_ADDR)
		return by_pool ? 0 : count_failure(dev, s, size);
	entry = p2m_entry(phys);
	if (bus != entry_address(entry, phys)) {
		s->maps_bounced++;
		call = XB_CALL_BOUNCED;
		if (by_pool) {
			ns = without_inner(ns);
		} else {
			count_bounce(s, phys, entry, size, wants);
		}
	}
	if (ns >= 0)
		hist_add(s->key, call, ns);
	return 0;
}

static __always_inline int map_end(void *ctx, struct device *dev, u64 phys, u64 size, u32 dir,
				   u64 attrs, u64 bus)
{
	s64 ns = map_time(ctx);

	return count_map(stat_now(dev, false), dev, phys, size, bus, ns);
}

static __always_inline int count_bounced_map(struct xb_stat *s, struct device *dev, u64 phys,
					     u64 size, u64 bus, s64 ns)
{
	if (!s)
		return 0;
	if (!by_pool) {
		if (bus == XB_ERROR_ADDR)
			return count_failure(dev, s, size);
		if (wants & XB_MAPS_BY_EVENT)
			s->maps_bounced++;
		count_bounce(s, phys, phys >> XB_PAGE_SHIFT, size, wants);
	}
	if (ns >= 0 && bus != XB_ERROR_ADDR)
		hist_add(s->key, XB_CALL_BOUNCED, by_pool ? without_inner(ns) : ns);
	return 0;
}

static __always_inline int bounce_end(void *ctx, struct device *dev, u64 phys, u64 size, u32 dir,
				      u64 attrs, u64 bus)
{
	s64 ns = map_time(ctx);

	return count_bounced_map(stat_now(dev, false), dev, phys, size, bus, ns);
}

/* Slots were found, but the device can't reach even them: they are given back. All lie below 4 GiB.
 */
static __always_inline bool out_of_reach(const struct xb_stat *s, u64 tlb, u64 size)
{
	return s->mask < 0xffffffffULL && machine_address(tlb) + size - 1 > s->mask;
}

static __always_inline int count_pool_map(struct xb_stat *s, struct device *dev, u64 phys, u64 size,
					  u64 tlb)
{
	u32 wanted = wants;

	if (!s)
		return 0;
	if (tlb == XB_ERROR_ADDR || out_of_reach(s, tlb, size))
		return count_failure(dev, s, size);
	if (wanted & XB_MAPS_BY_EVENT && counting)
		s->maps_bounced++;
	count_bounce(s, phys, p2m_entry(phys), size, wanted);
	return 0;
}

/* With these arguments from 6.10 on. */
SEC("fexit/swiotlb_tbl_map_single")
int BPF_PROG(pool_map_end, struct device *dev, phys_addr_t phys, size_t size, unsigned int align,
	     enum dma_data_direction dir, unsigned long attrs, phys_addr_t tlb)
{
	return count_pool_map(stat_now(dev, false), dev, phys, size, tlb);
}

SEC("fexit/swiotlb_tbl_map_single")
int BPF_PROG(pool_map_again, struct device *dev, phys_addr_t phys, size_t size, unsigned int align,
	     enum dma_data_direction dir, unsigned long attrs, phys_addr_t tlb)
{
	if (!left_out(XB_POOL_MAP))
		return 0;
	return count_pool_map(stat_now(dev, true), dev, phys, size, tlb);
}

SEC("fexit/xen_swiotlb_map_page")
int BPF_PROG(map_page_again, struct device *dev, void *unused, unsigned long offset, size_t size,
	     enum dma_data_direction dir, unsigned long attrs, dma_addr_t bus)
{
	u64 page = 0;
	s64 ns;

	if (!left_out(XB_MAP_PAGE))
		return 0;
	ns = map_time(ctx);
	bpf_get_func_arg(ctx, 1, &page);
	return count_map(stat_now(dev, true), dev, page_phys(page) + offset, size, bus, ns);
}

SEC("fexit/xen_swiotlb_map_phys")
int BPF_PROG(map_phys_again, struct device *dev, phys_addr_t phys, size_t size,
	     enum dma_data_direction dir, unsigned long attrs, dma_addr_t bus)
{
	s64 ns;

	if (!left_out(XB_MAP_PHYS))
		return 0;
	ns = map_time(ctx);
	return count_map(stat_now(dev, true), dev, phys, size, bus, ns);
}

SEC("fexit/swiotlb_map")
int BPF_PROG(swiotlb_map_again, struct device *dev, phys_addr_t phys, size_t size,
	     enum dma_data_direction dir, unsigned long attrs, dma_addr_t bus)
{
	s64 ns;

	if (!left_out(XB_SWIOTLB_MAP))
		return 0;
	ns = map_time(ctx);
	return count_bounced_map(stat_now(dev, true), dev, phys, size, bus, ns);
}

static __always_inline int count_mapped(struct device *dev, u64 size)
{
	struct xb_stat *s = stat_now(dev, false);

	if (s && (!by_pool || counting)) {
		s->maps++;
		s->map_bytes += size;
	}
	return 0;
}

SEC("tp_btf/dma_map_page")
int BPF_PROG(event_map_page, struct device *dev, phys_addr_t phys, dma_addr_t bus, size_t size)
{
	return count_mapped(dev, size);
}

/* Its name from 6.18 on. */
SEC("tp_btf/dma_map_phys")
int BPF_PROG(event_map_phys, struct device *dev, phys_addr_t phys, dma_addr_t bus, size_t size)
{
	return count_mapped(dev, size);
}

SEC("tp_btf/dma_map_sg")
int BPF_PROG(event_map_sg, struct device *dev, struct scatterlist *sgl, int nents)
{
	struct xb_stat *s = stat_now(dev, false);

	if (s && (!by_pool || counting))
		s->maps += nents;
	return 0;
}

static __always_inline int unmap_start(void *ctx, struct xb_stat *s, u64 size, int dir, u64 attrs)
{
	if (!s)
		return 0;
	s->unmaps++;
	/* the program of a sync may interrupt this */
	if (dir != DMA_TO_DEVICE && !(attrs & XB_SKIP_CPU_SYNC))
		__sync_fetch_and_add(&s->copied_bytes, size);
	if (want_copy_times && timing)
		clock_start(ctx);
	return 0;
}

static __always_inline int call_end(void *ctx, struct device *dev, enum xb_call call)
{
	s64 ns = clock_stop(ctx);

	if (ns >= 0)
		hist_add(device_key(dev), call, ns);
	return 0;
}

SEC("fentry/__swiotlb_tbl_unmap_single")
int BPF_PROG(unmap_single_start, struct device *dev, phys_addr_t tlb, size_t size,
	     enum dma_data_direction dir, unsigned long attrs)
{
	return unmap_start(ctx, stat_of(dev, false), size, dir, attrs);
}

SEC("fentry/__swiotlb_tbl_unmap_single")
int BPF_PROG(unmap_single_again, struct device *dev, phys_addr_t tlb, size_t size,
	     enum dma_data_direction dir, unsigned long attrs)
{
	if (!left_out(XB_UNMAP_SINGLE))
		return 0;
	return unmap_start(ctx, stat_of(dev, true), size, dir, attrs);
}

SEC("fexit/__swiotlb_tbl_unmap_single")
int BPF_PROG(unmap_single_end, struct device *dev)
{
	return call_end(ctx, dev, XB_CALL_UNMAP);
}

/* Its name before 6.12. */
SEC("fentry/swiotlb_tbl_unmap_single")
int BPF_PROG(old_unmap_single_start, struct device *dev, phys_addr_t tlb, size_t size,
	     enum dma_data_direction dir, unsigned long attrs)
{
	return unmap_start(ctx, stat_of(dev, false), size, dir, attrs);
}

SEC("fentry/swiotlb_tbl_unmap_single")
int BPF_PROG(old_unmap_single_again, struct device *dev, phys_addr_t tlb, size_t size,
	     enum dma_data_direction dir, unsigned long attrs)
{
	if (!left_out(XB_UNMAP_SINGLE))
		return 0;
	return unmap_start(ctx, stat_of(dev, true), size, dir, attrs);
}

SEC("fexit/swiotlb_tbl_unmap_single")
int BPF_PROG(old_unmap_single_end, struct device *dev)
{
	return call_end(ctx, dev, XB_CALL_UNMAP);
}

static __always_inline int sync_start(void *ctx, struct device *dev, u64 size, bool copies)
{
	struct xb_stat *s = stat_of(dev, false);

	if (!s)
		return 0;
	__sync_fetch_and_add(&s->syncs, 1);
	if (copies)
		__sync_fetch_and_add(&s->copied_bytes, size);
	if (want_copy_times && timing)
		clock_start(ctx);
	return 0;
}

#define SYNC_CALL(prefix, function, copies)                                            \
	SEC("fentry/" #function)                                                       \
	int BPF_PROG(prefix##_start, struct device *dev, phys_addr_t tlb, size_t size, \
		     enum dma_data_direction dir)                                      \
	{                                                                              \
		return sync_start(ctx, dev, size, copies);                             \
	}                                                                              \
	SEC("fexit/" #function)                                                        \
	int BPF_PROG(prefix##_end, struct device *dev)                                 \
	{                                                                              \
		return call_end(ctx, dev, XB_CALL_SYNC);                               \
	}

SYNC_CALL(sync_cpu, __swiotlb_sync_single_for_cpu, dir != DMA_TO_DEVICE)
SYNC_CALL(sync_device, __swiotlb_sync_single_for_device, dir != DMA_FROM_DEVICE)
/* Their names before 6.10. */
SYNC_CALL(old_sync_cpu, swiotlb_sync_single_for_cpu, dir != DMA_TO_DEVICE)
SYNC_CALL(old_sync_device, swiotlb_sync_single_for_device, dir != DMA_FROM_DEVICE)

SEC("fexit/xen_swiotlb_alloc_coherent")
int BPF_PROG(alloc_coherent_end, struct device *dev, size_t size, dma_addr_t *handle, gfp_t flags,
	     unsigned long attrs, void *memory)
{
	struct xb_stat *s = stat_now(dev, false);

	if (s && memory)
		s->coherent++;
	return 0;
}

/* Rare and slow: timed always. */
static __always_inline int exchanged(s64 ns, bool done)
{
	if (!armed)
		return 0;
	__sync_fetch_and_add(&exchanges.calls, 1);
	if (!done)
		__sync_fetch_and_add(&exchanges.fails, 1);
	if (ns > 0)
		__sync_fetch_and_add(&exchanges.ns, ns);
	return 0;
}

/* Returns whether Xen did it. */
SEC("fentry/xen_exchange_memory")
int BPF_PROG(exchange_start)
{
	clock_start(ctx);
	return 0;
}

SEC("fexit/xen_exchange_memory")
int BPF_PROG(exchange_end)
{
	s64 ns = clock_stop(ctx);
	u64 done = 0;

	bpf_get_func_ret(ctx, &done);
	return exchanged(ns, (u32)done);
}

/* Before 6.6 no program can hang on a function of seven arguments: its callers stand for it. */
SEC("fentry/xen_create_contiguous_region")
int BPF_PROG(make_start)
{
	clock_start(ctx);
	return 0;
}

SEC("fexit/xen_create_contiguous_region")
int BPF_PROG(make_end, phys_addr_t start, unsigned int order, unsigned int bits, dma_addr_t *handle,
	     int rc)
{
	return exchanged(clock_stop(ctx), !rc);
}

SEC("fentry/xen_destroy_contiguous_region")
int BPF_PROG(undo_start)
{
	clock_start(ctx);
	return 0;
}

SEC("fexit/xen_destroy_contiguous_region")
int BPF_PROG(undo_end)
{
	return exchanged(clock_stop(ctx), true);
}
