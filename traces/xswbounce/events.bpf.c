// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells single events through a ring buffer: for full, exchange, record and watch.
 *
 * Which programs are loaded decides what is told. What finds no room in the ring is counted, and
 * the next message that finds some carries the count: the reader knows where they were lost.
 */
#include "map_calls.bpf.h"
#include "module.bpf.h"
#include "pool_walk.bpf.h"

char LICENSE[] SEC("license") = "GPL";

const volatile bool want_flow; /* every map, not only those that fail */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20); /* the tool may set another size */
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 1024);
	__uint(key_size, sizeof(u32));
	__uint(value_size, XB_STACK_DEPTH * sizeof(u64));
} stacks SEC(".maps");

u32 lost;

static __always_inline void *reserve(u64 size)
{
	void *m = armed ? bpf_ringbuf_reserve(&ring, size, 0) : NULL;

	if (armed && !m)
		__sync_fetch_and_add(&lost, 1);
	return m;
}

static __always_inline void fill(struct xb_message *m, enum xb_kind kind, u64 dev, u64 bus,
				 u64 size)
{
	m->time = bpf_ktime_get_ns();
	m->cpu = bpf_get_smp_processor_id();
	m->lost = lost;
	m->kind = kind;
	m->dev = dev;
	m->bus = bus;
	m->size = size;
	m->phys = 0;
	m->attrs = 0;
	m->dir = 0;
	m->reason = 0;
	m->failed = 0;
	m->pad = 0;
}

static __always_inline void know(struct device *dev)
{
	u64 key = (u64)dev;

	if (!bpf_map_lookup_elem(&devices, &key))
		describe(dev, NULL);
}

static __always_inline u64 mask_of(struct device *dev)
{
	u64 key = (u64)dev;
	struct xb_device *d = bpf_map_lookup_elem(&devices, &key);

	return d ? d->mask : ~0ULL;
}

static __always_inline enum xb_reason reason_of(struct device *dev, u64 phys, u64 machine, u64 size)
{
	u64 key = (u64)dev;
	struct xb_device *d = bpf_map_lookup_elem(&devices, &key);

	return bounce_reason(d && d->forced, d ? d->mask : ~0ULL, phys, machine, size);
}

/* Walking a large pool takes milliseconds: not for every failure of a storm. */
static u64 last_walk;

static __always_inline bool may_walk(u64 now)
{
	u64 last = last_walk;

	return now - last > 100000000ULL &&
	       __sync_val_compare_and_swap(&last_walk, last, now) == last;
}

static __noinline int tell_failure(void *ctx, struct device *dev, u64 phys, u64 size, u32 dir)
{
	struct pool_state state = {};
	struct xb_failure *f = reserve(sizeof(*f));

	if (!f)
		return 0;
	know(dev);
	fill(&f->m, XB_FAILURE, (u64)dev, XB_ERROR_ADDR, size);
	f->m.phys = phys;
	f->m.dir = dir;
	f->mask = mask_of(dev);
	pool_state(dev, &state);
	f->fail = fail_reason(&state, f->mask, size);
	f->walked = may_walk(f->m.time);
	f->pool.slots = state.slots;
	f->pool.used = state.used;
	f->pool.runs = 0;
	f->pool.largest = 0;
	if (f->walked)
		walk_pool(BPF_CORE_READ(dev, dma_io_tlb_mem), &f->pool);
	f->stack = bpf_get_stackid(ctx, &stacks, 0);
	f->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(f->comm, sizeof(f->comm));
	bpf_ringbuf_submit(f, 0);
	return 0;
}

static __always_inline int map_end(void *ctx, struct device *dev, u64 phys, u64 size, u32 dir,
				   u64 attrs, u64 bus)
{
	struct xb_message *m;
	u64 machine;

	if (bus == XB_ERROR_ADDR)
		tell_failure(ctx, dev, phys, size, dir);
	if (!want_flow)
		return 0;
	m = reserve(sizeof(*m));
	if (!m)
		return 0;
	know(dev);
	fill(m, XB_MAP, (u64)dev, bus, size);
	m->phys = phys;
	m->dir = dir;
	m->attrs = attrs;
	m->failed = bus == XB_ERROR_ADDR;
	machine = machine_address(phys);
	if (bus != machine && !m->failed)
		m->reason = reason_of(dev, phys, machine, size);
	bpf_ringbuf_submit(m, 0);
	return 0;
}

static __always_inline int bounce_end(void *ctx, struct device *dev, u64 phys, u64 size, u32 dir,
				      u64 attrs, u64 bus)
{
	return map_end(ctx, dev, phys, size, dir, attrs, bus);
}

static __always_inline int tell_call(struct device *dev, enum xb_kind kind, u64 bus, u64 size,
				     u32 dir, u64 attrs)
{
	struct xb_message *m = reserve(sizeof(*m));

	if (!m)
		return 0;
	know(dev);
	fill(m, kind, (u64)dev, bus, size);
	m->dir = dir;
	m->attrs = attrs;
	bpf_ringbuf_submit(m, 0);
	return 0;
}

SEC("fentry/xen_swiotlb_unmap_page")
int BPF_PROG(unmap_page, struct device *dev, dma_addr_t bus, size_t size,
	     enum dma_data_direction dir, unsigned long attrs)
{
	return tell_call(dev, XB_UNMAP, bus, size, dir, attrs);
}

SEC("fentry/xen_swiotlb_unmap_phys")
int BPF_PROG(unmap_phys, struct device *dev, dma_addr_t bus, size_t size,
	     enum dma_data_direction dir, unsigned long attrs)
{
	return tell_call(dev, XB_UNMAP, bus, size, dir, attrs);
}

#include "unmap_sg.bpf.h"

SEC("fentry/xen_swiotlb_sync_single_for_cpu")
int BPF_PROG(sync_cpu, struct device *dev, dma_addr_t bus, size_t size, enum dma_data_direction dir)
{
	return tell_call(dev, XB_SYNC_CPU, bus, size, dir, 0);
}

SEC("fentry/xen_swiotlb_sync_single_for_device")
int BPF_PROG(sync_device, struct device *dev, dma_addr_t bus, size_t size,
	     enum dma_data_direction dir)
{
	return tell_call(dev, XB_SYNC_DEVICE, bus, size, dir, 0);
}

SEC("fexit/xen_swiotlb_alloc_coherent")
int BPF_PROG(alloc_coherent, struct device *dev, size_t size, dma_addr_t *handle, gfp_t flags,
	     unsigned long attrs, void *memory)
{
	u64 bus = XB_ERROR_ADDR;

	if (memory)
		bpf_probe_read_kernel(&bus, sizeof(bus), handle);
	return tell_call(dev, XB_ALLOC, bus, size, DMA_BIDIRECTIONAL, attrs);
}

SEC("fentry/xen_swiotlb_free_coherent")
int BPF_PROG(free_coherent, struct device *dev, size_t size, void *memory, dma_addr_t bus,
	     unsigned long attrs)
{
	return tell_call(dev, XB_FREE, bus, size, DMA_BIDIRECTIONAL, attrs);
}

static __always_inline void tell_exchange(enum xb_exchange_op op, u32 order, u32 bits, int rc,
					  s64 ns)
{
	struct xb_exchange *x = reserve(sizeof(*x));

	if (!x)
		return;
	fill(&x->m, XB_EXCHANGE, 0, 0, XB_PAGE_SIZE << (order & 31));
	x->ns = ns > 0 ? ns : 0;
	x->op = op;
	x->order = order;
	x->bits = bits;
	x->rc = rc;
	x->extents = 1;
	x->exchanged = ~0ULL;
	x->module = 0;
	x->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(x->comm, sizeof(x->comm));
	bpf_ringbuf_submit(x, 0);
}

SEC("fentry/xen_create_contiguous_region")
int BPF_PROG(create_start)
{
	clock_start(ctx);
	return 0;
}

SEC("fexit/xen_create_contiguous_region")
int BPF_PROG(create_end, phys_addr_t start, unsigned int order, unsigned int bits,
	     dma_addr_t *handle, int rc)
{
	tell_exchange(XB_MAKE, order, bits, rc, clock_stop(ctx));
	return 0;
}

SEC("fentry/xen_destroy_contiguous_region")
int BPF_PROG(destroy_start)
{
	clock_start(ctx);
	return 0;
}

SEC("fexit/xen_destroy_contiguous_region")
int BPF_PROG(destroy_end, phys_addr_t start, unsigned int order)
{
	tell_exchange(XB_UNDO, order, 0, 0, clock_stop(ctx));
	return 0;
}

/* The snapshot: one message for each mapping that holds slots now. */
struct snapshot {
	struct io_tlb_slot *slots;
	u64 start; /* physical address of slot 0 */
	u64 nr, at;
};

/* Each slot of a mapping says how much of it lies from there on: the last one says how many. */
static int snapshot_step(u64 index, struct snapshot *s)
{
	struct io_tlb_slot *slot =
		(void *)s->slots + s->at * bpf_core_type_size(struct io_tlb_slot);
	u64 size, free = BPF_CORE_READ(slot, list);
	struct xb_message *m;

	if (s->at >= s->nr)
		return 1;
	if (free) {
		s->at += free;
		return 0;
	}
	size = BPF_CORE_READ(slot, alloc_size);
	m = reserve(sizeof(*m));
	if (m) {
		fill(m, XB_SLOT, 0, machine_address(s->start + (s->at << XB_SLOT_SHIFT)), size);
		m->phys = s->at;
		bpf_ringbuf_submit(m, 0);
	}
	s->at += (size + (1 << XB_SLOT_SHIFT) - 1) >> XB_SLOT_SHIFT ?: 1;
	return 0;
}

extern const void io_tlb_default_mem __ksym __weak;

SEC("syscall")
int take_snapshot(void *ctx)
{
	struct io_tlb_mem *mem = (void *)&io_tlb_default_mem;
	struct io_tlb_mem___old *old = (void *)mem;
	struct snapshot s = {};

	if (!&io_tlb_default_mem)
		return 0;
	s.nr = BPF_CORE_READ(old, nslabs);
	if (bpf_core_field_exists(mem->defpool)) {
		s.slots = BPF_CORE_READ(mem, defpool.slots);
		s.start = BPF_CORE_READ(mem, defpool.start);
	} else {
		s.slots = BPF_CORE_READ(old, slots);
		s.start = BPF_CORE_READ(old, start);
	}
	bpf_loop(1 << 23, snapshot_step, &s, 0);
	return 0;
}

/* The pool as it is now, for a tool that asks. */
struct xb_pool pool_now;

SEC("syscall")
int look_at_pool(void *ctx)
{
	struct xb_pool p = {};

	if (&io_tlb_default_mem)
		walk_pool((struct io_tlb_mem *)&io_tlb_default_mem, &p);
	pool_now = p;
	return 0;
}

#include "events_module.bpf.h"
