// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells single events through a ring buffer: for full, exchange, record and watch.
 *
 * Which programs are loaded decides what is told. What finds no room in the ring is counted, and
 * the next message that finds some carries the count: the reader knows where they were lost.
 */
#define XB_KEEP_DESCRIPTIONS
#include "bpf/call_stack.bpf.h"
#include "bpf/callers.bpf.h"
#include "bpf/map_calls.bpf.h"
#include "bpf/module.bpf.h"
#include "bpf/nested.bpf.h"
#include "bpf/pool_calls.bpf.h"
#include "bpf/pool_walk.bpf.h"

char LICENSE[] SEC("license") = "GPL";

const volatile bool want_flow; /* every map, not only those that fail */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20); /* the tool may set another size */
} ring SEC(".maps");

u32 lost;

/*
 * Records come out of the ring in their order: one that is being filled keeps all later ones. So
 * what takes time is done before. One test of what is reserved, and none after it: Linux 6.1's
 * verifier forgets the first.
 */
static __always_inline void *reserve(u64 size)
{
	void *m;

	if (!armed)
		return NULL;
	m = bpf_ringbuf_reserve(&ring, size, 0);
	if (!m)
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
	m->version = 0;
}

static __always_inline enum xb_reason reason_of(const struct xb_device *d, u64 phys, u64 machine,
						u64 size)
{
	return bounce_reason(d && d->forced, d ? d->mask : ~0ULL, phys, machine, size);
}

/*
 * Failures come in storms, in interrupts, when the host is in trouble already: what is done for
 * each is little, and where the tool does not want every one, little of it. A storm takes nothing
 * from the others: each device has a share of its own, and another for what is too large. By
 * chance two may have the same.
 */
const volatile u32 failures_told; /* of a share, in a second on each CPU; 0: all */
u64 failures_untold[XB_BACKENDS];

struct telling {
	u64 second; /* of 2^30 ns */
	u64 told;
};

#define SHARES_BITS 6

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1 << SHARES_BITS);
	__type(key, u32);
	__type(value, struct telling);
} telling SEC(".maps");

static __always_inline bool may_tell(u64 dev, bool too_large, enum xb_backend backend)
{
	u32 share = (2 * dev + too_large) * 0x9e3779b97f4a7c15ULL >> (64 - SHARES_BITS);
	u64 second = bpf_ktime_get_ns() >> 30;
	struct telling *t;

	if (!failures_told)
		return true;
	t = bpf_map_lookup_elem(&telling, &share);
	if (!t)
		return true;
	if (t->second != second) {
		t->second = second;
		t->told = 0;
	}
	if (t->told++ < failures_told)
		return true;
	__sync_fetch_and_add(&failures_untold[backend], 1);
	return false;
}

static __noinline int tell_failure(void *ctx, struct device *dev, u64 phys, u64 size, u32 dir)
{
	struct pool_state state = {};
	u64 mask, key = device_key(dev);
	struct xb_failure *f;
	int stack;

	if (!armed || !may_tell(key, size > XB_SEGMENT, XB_STOCK))
		return 0;
	know(dev, key);
	mask = mask_now(dev);
	pool_state(dev, &state);
	stack = call_stack(ctx, STOCK_WALKS);
	f = reserve(sizeof(*f));
	if (!f)
		return 0;
	fill(&f->m, XB_FAILURE, key, XB_ERROR_ADDR, size);
	f->m.phys = phys;
	f->m.dir = dir;
	f->mask = mask;
	f->fail = fail_reason(&state, f->mask, size);
	f->walked = 0; /* by the tool */
	f->pool.slots = state.slots;
	f->pool.used = state.used;
	f->pool.runs = 0;
	f->pool.largest = 0;
	f->stack = stack;
	f->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(f->comm, sizeof(f->comm));
	bpf_ringbuf_submit(f, 0);
	return 0;
}

static __always_inline int map_end(void *ctx, struct device *dev, u64 phys, u64 size, u32 dir,
				   u64 attrs, u64 bus)
{
	enum xb_reason reason = XB_DIRECT;
	struct xb_device *d;
	struct xb_message *m;
	u64 machine, key;
	u32 version;

	if (!want_flow)
		return bus == XB_ERROR_ADDR ? tell_failure(ctx, dev, phys, size, dir) : 0;
	if (!armed)
		return 0;
	key = device_key(dev);
	d = know(dev, key);
	version = d ? d->version : 0;
	machine = machine_address(phys);
	if (bus != machine && bus != XB_ERROR_ADDR)
		reason = reason_of(d, phys, machine, size);
	m = reserve(sizeof(*m));
	if (!m)
		return 0;
	fill(m, XB_MAP, key, bus, size);
	m->phys = phys;
	m->dir = dir;
	m->attrs = attrs;
	m->failed = bus == XB_ERROR_ADDR;
	m->reason = reason;
	m->version = version;
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
	struct xb_message *m;
	u64 key;

	if (!armed)
		return 0;
	key = device_key(dev);
	meet(dev, key);
	m = reserve(sizeof(*m));
	if (!m)
		return 0;
	fill(m, kind, key, bus, size);
	m->dir = dir;
	m->attrs = attrs;
	m->failed = bus == XB_ERROR_ADDR;
	bpf_ringbuf_submit(m, 0);
	return 0;
}

/* An unmap. What an interrupt unmaps while the CPU is in the first program is told by the second */
#define UNMAP(name, function, start)                                                              \
	SEC("fentry/" #function)                                                                  \
	int BPF_PROG(name, struct device *dev, u64 bus, size_t size, enum dma_data_direction dir, \
		     unsigned long attrs)                                                         \
	{                                                                                         \
		return tell_call(dev, XB_UNMAP, bus, size, dir, attrs);                           \
	}                                                                                         \
	SEC("fentry/" #function)                                                                  \
	int BPF_PROG(name##_again, struct device *dev, u64 bus, size_t size,                      \
		     enum dma_data_direction dir, unsigned long attrs)                            \
	{                                                                                         \
		return left_out(start) ? tell_call(dev, XB_UNMAP, bus, size, dir, attrs) : 0;     \
	}

UNMAP(unmap_page, xen_swiotlb_unmap_page, XB_UNMAP_PAGE)
UNMAP(unmap_phys, xen_swiotlb_unmap_phys, XB_UNMAP_PHYS)
/* Off Xen: only what bounced gets here. */
UNMAP(unmap_single, __swiotlb_tbl_unmap_single, XB_UNMAP_SINGLE)
/* Its name before 6.12. */
UNMAP(old_unmap_single, swiotlb_tbl_unmap_single, XB_UNMAP_SINGLE)

/* The same of what it maps meanwhile */
SEC("fexit/xen_swiotlb_map_page")
int BPF_PROG(map_page_again, struct device *dev, void *unused, unsigned long offset, size_t size,
	     enum dma_data_direction dir, unsigned long attrs, dma_addr_t bus)
{
	u64 page = 0;

	if (!left_out(XB_MAP_PAGE))
		return 0;
	bpf_get_func_arg(ctx, 1, &page);
	return map_end(ctx, dev, page_phys(page) + offset, size, dir, attrs, bus);
}

SEC("fexit/xen_swiotlb_map_phys")
int BPF_PROG(map_phys_again, struct device *dev, phys_addr_t phys, size_t size,
	     enum dma_data_direction dir, unsigned long attrs, dma_addr_t bus)
{
	return left_out(XB_MAP_PHYS) ? map_end(ctx, dev, phys, size, dir, attrs, bus) : 0;
}

#include "bpf/unmap_sg.bpf.h"

SEC("fexit/swiotlb_map")
int BPF_PROG(swiotlb_map_again, struct device *dev, phys_addr_t phys, size_t size,
	     enum dma_data_direction dir, unsigned long attrs, dma_addr_t bus)
{
	return left_out(XB_SWIOTLB_MAP) ? bounce_end(ctx, dev, phys, size, dir, attrs, bus) : 0;
}

SEC("fexit/swiotlb_tbl_map_single")
int BPF_PROG(pool_map_again, struct device *dev, phys_addr_t phys, size_t size)
{
	u64 tlb = XB_ERROR_ADDR;

	if (!left_out(XB_POOL_MAP))
		return 0;
	bpf_get_func_ret(ctx, &tlb);
	return bounce_end(ctx, dev, phys, size, DMA_NONE, 0, tlb);
}

#define PLAIN_SYNC(name, function, kind)                                     \
	SEC("fentry/" #function)                                             \
	int BPF_PROG(name, struct device *dev, phys_addr_t tlb, size_t size, \
		     enum dma_data_direction dir)                            \
	{                                                                    \
		return tell_call(dev, kind, tlb, size, dir, 0);              \
	}

PLAIN_SYNC(plain_sync_cpu, __swiotlb_sync_single_for_cpu, XB_SYNC_CPU)
PLAIN_SYNC(plain_sync_device, __swiotlb_sync_single_for_device, XB_SYNC_DEVICE)
/* Their names before 6.10. */
PLAIN_SYNC(old_sync_cpu, swiotlb_sync_single_for_cpu, XB_SYNC_CPU)
PLAIN_SYNC(old_sync_device, swiotlb_sync_single_for_device, XB_SYNC_DEVICE)

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

/*
 * The snapshot: one message for each mapping that holds slots. It is taken in steps, between which
 * the tool reads them: however many there are, none is lost for want of room.
 */
u64 snapshot_at; /* the slot where the next step begins */
u32 snapshot_done;

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
	u64 size, bus, free = BPF_CORE_READ(slot, list);
	struct xb_message *m;

	if (s->at >= s->nr)
		return 1;
	if (free) {
		s->at += free;
		return 0;
	}
	size = BPF_CORE_READ(slot, alloc_size);
	bus = machine_address(s->start + (s->at << XB_SLOT_SHIFT));
	m = reserve(sizeof(*m));
	if (m) {
		fill(m, XB_SLOT, 0, bus, size);
		m->phys = s->at;
		bpf_ringbuf_submit(m, 0);
	}
	s->at += (size + (1 << XB_SLOT_SHIFT) - 1) >> XB_SLOT_SHIFT ?: 1;
	return 0;
}

SEC("syscall")
int take_snapshot(void *ctx)
{
	struct snapshot s = { .at = snapshot_at };

	s.slots = pool_slots(&s.nr, &s.start);
	if (s.slots)
		bpf_loop(XB_SNAPSHOT_STEPS, snapshot_step, &s, 0);
	snapshot_at = s.at;
	snapshot_done = s.at >= s.nr;
	return 0;
}

/* A map of the pool: how many slots of each group of 2^map_shift are in use. */
unsigned short map_groups[XB_MAP_GROUPS];
u32 map_shift;
u64 map_first; /* always 0: the verifier follows a walk from a number it knows slot by slot */

static int draw_step(u64 index, struct snapshot *s)
{
	struct io_tlb_slot *slot =
		(void *)s->slots + s->at * bpf_core_type_size(struct io_tlb_slot);
	u64 free = BPF_CORE_READ(slot, list);

	if (s->at >= s->nr)
		return 1;
	if (!free)
		map_groups[s->at >> (map_shift & 31) & (XB_MAP_GROUPS - 1)]++;
	s->at += free ?: 1;
	return 0;
}

SEC("syscall")
int draw_map(void *ctx)
{
	struct snapshot s = { .at = map_first };

	s.slots = pool_slots(&s.nr, &s.start);
	if (s.slots)
		bpf_loop(1 << 23, draw_step, &s, 0);
	return 0;
}

/* The pool as it is now, for a tool that asks. */
struct xb_pool pool_now;

SEC("syscall")
int look_at_pool(void *ctx)
{
	struct xb_pool p = {};

	walk_pool(&p);
	pool_now = p;
	return 0;
}

struct xb_place place;

SEC("syscall")
int find_place(void *ctx)
{
	struct io_tlb_mem *mem = (void *)default_mem;
	struct io_tlb_mem___old *old = (void *)mem;
	u64 slots, start = 0;

	if (!pool_slots(&slots, &start) || !slots)
		return 0;
	place.base = machine_address(start);
	if (bpf_core_field_exists(mem->defpool)) {
		place.areas = BPF_CORE_READ(mem, defpool.nareas);
		place.forced = BPF_CORE_READ(mem, force_bounce);
	} else {
		place.areas = BPF_CORE_READ(old, nareas);
		place.forced = BPF_CORE_READ(old, force_bounce);
	}
	return 0;
}

#include "bpf/events_module.bpf.h"
