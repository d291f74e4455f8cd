/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's trace events, as impl/ABI.md promises them.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM xen_swiotlb

#if !defined(XSW_KMOD_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define XSW_KMOD_TRACE_H

#include <linux/dma-direction.h>
#include <linux/irqflags.h>
#include <linux/tracepoint.h>

#include "../core/tell.h"

#ifndef XSW_TRACE_NAMES
#define XSW_TRACE_NAMES
/*
 * The kernel runs no BPF program on an event while another such runs on that CPU: what an interrupt
 * unmapped amid a map's event was lost to recorders.  So these are told with interrupts off.
 */
#define xsw_trace_whole(event, ...)         \
	do {                                \
		unsigned long flags;        \
		local_irq_save(flags);      \
		trace_##event(__VA_ARGS__); \
		local_irq_restore(flags);   \
	} while (0)

/* The names of impl/core/reason.h for readers of the event formats. */
#define XSW_TRACE_ENUM(sym, name, what) TRACE_DEFINE_ENUM(sym);
#define XSW_TRACE_NAME(sym, name, what) \
	,                               \
	{                               \
		sym, name               \
	}
#define XSW_TRACE_OTHER   \
	{                 \
		0xff, "?" \
	}
#endif

XSW_BOUNCE_REASONS(XSW_TRACE_ENUM)
XSW_FAIL_REASONS(XSW_TRACE_ENUM)
XSW_EXCHANGE_RESULTS(XSW_TRACE_ENUM)
XSW_COHERENT_SOURCES(XSW_TRACE_ENUM)

#define XSW_DEVICE_FIELDS __field(u32, domain) __field(u8, bus_nr) __field(u8, devfn)

#define XSW_DEVICE_ASSIGN(id)                 \
	do {                                  \
		__entry->domain = (id) >> 16; \
		__entry->bus_nr = (id) >> 8;  \
		__entry->devfn = (id);        \
	} while (0)

#define XSW_DEVICE_FORMAT "%04x:%02x:%02x.%x "
#define XSW_DEVICE_PRINT  __entry->domain, __entry->bus_nr, __entry->devfn >> 3, __entry->devfn & 7

/* clang-format off */
TRACE_EVENT(xsw_map,
	TP_PROTO(u32 id, u64 phys, u64 size, int dir, unsigned long attrs,
		 const struct xsw_outcome *o, u64 ns),
	TP_ARGS(id, phys, size, dir, attrs, o, ns),
	TP_STRUCT__entry(
		XSW_DEVICE_FIELDS
		__field(u8, dir)
		__field(u8, reason)
		__field(u32, slots)
		__field(u64, phys)
		__field(u64, dma_addr)
		__field(u64, size)
		__field(u64, attrs)
		__field(u64, ns)
	),
	TP_fast_assign(
		XSW_DEVICE_ASSIGN(id);
		__entry->dir = dir;
		__entry->reason = o->bounce;
		__entry->slots = o->slots;
		__entry->phys = phys;
		__entry->dma_addr = o->bus;
		__entry->size = size;
		__entry->attrs = attrs;
		__entry->ns = ns;
	),
	TP_printk(XSW_DEVICE_FORMAT "phys=0x%llx dma_addr=0x%llx size=%llu dir=%u attrs=0x%llx "
		  "reason=%s slots=%u ns=%llu",
		  XSW_DEVICE_PRINT, __entry->phys, __entry->dma_addr, __entry->size, __entry->dir,
		  __entry->attrs,
		  __print_symbolic(__entry->reason,
				   XSW_TRACE_OTHER XSW_BOUNCE_REASONS(XSW_TRACE_NAME)),
		  __entry->slots, __entry->ns)
);

TRACE_EVENT(xsw_unmap,
	TP_PROTO(u32 id, u64 dma_addr, u64 size, int dir, unsigned long attrs, u32 slots, u64 ns),
	TP_ARGS(id, dma_addr, size, dir, attrs, slots, ns),
	TP_STRUCT__entry(
		XSW_DEVICE_FIELDS
		__field(u8, dir)
		__field(u32, slots)
		__field(u64, dma_addr)
		__field(u64, size)
		__field(u64, attrs)
		__field(u64, ns)
	),
	TP_fast_assign(
		XSW_DEVICE_ASSIGN(id);
		__entry->dir = dir;
		__entry->slots = slots;
		__entry->dma_addr = dma_addr;
		__entry->size = size;
		__entry->attrs = attrs;
		__entry->ns = ns;
	),
	TP_printk(XSW_DEVICE_FORMAT "dma_addr=0x%llx size=%llu dir=%u attrs=0x%llx slots=%u ns=%llu",
		  XSW_DEVICE_PRINT, __entry->dma_addr, __entry->size, __entry->dir,
		  __entry->attrs, __entry->slots, __entry->ns)
);

DECLARE_EVENT_CLASS(xsw_slots,
	TP_PROTO(u32 id, u32 slots),
	TP_ARGS(id, slots),
	TP_STRUCT__entry(
		XSW_DEVICE_FIELDS
		__field(u32, slots)
	),
	TP_fast_assign(
		XSW_DEVICE_ASSIGN(id);
		__entry->slots = slots;
	),
	TP_printk(XSW_DEVICE_FORMAT "slots=%u", XSW_DEVICE_PRINT, __entry->slots)
);

DEFINE_EVENT(xsw_slots, xsw_claim, TP_PROTO(u32 id, u32 slots), TP_ARGS(id, slots));
DEFINE_EVENT(xsw_slots, xsw_release, TP_PROTO(u32 id, u32 slots), TP_ARGS(id, slots));

TRACE_EVENT(xsw_sync,
	TP_PROTO(u32 id, u64 dma_addr, u64 size, int dir, bool for_cpu, u64 ns),
	TP_ARGS(id, dma_addr, size, dir, for_cpu, ns),
	TP_STRUCT__entry(
		XSW_DEVICE_FIELDS
		__field(u8, dir)
		__field(u8, for_cpu)
		__field(u64, dma_addr)
		__field(u64, size)
		__field(u64, ns)
	),
	TP_fast_assign(
		XSW_DEVICE_ASSIGN(id);
		__entry->dir = dir;
		__entry->for_cpu = for_cpu;
		__entry->dma_addr = dma_addr;
		__entry->size = size;
		__entry->ns = ns;
	),
	TP_printk(XSW_DEVICE_FORMAT "dma_addr=0x%llx size=%llu dir=%u for_cpu=%u ns=%llu",
		  XSW_DEVICE_PRINT, __entry->dma_addr, __entry->size, __entry->dir,
		  __entry->for_cpu, __entry->ns)
);

TRACE_EVENT(xsw_full,
	TP_PROTO(u32 id, u64 phys, u64 size, int dir, u8 fail, const struct xsw_pool_state *st),
	TP_ARGS(id, phys, size, dir, fail, st),
	TP_STRUCT__entry(
		XSW_DEVICE_FIELDS
		__field(u8, dir)
		__field(u8, fail)
		__field(u64, phys)
		__field(u64, size)
		__field(u64, used)
		__field(u64, slots)
		__field(u64, largest_free)
	),
	TP_fast_assign(
		XSW_DEVICE_ASSIGN(id);
		__entry->dir = dir;
		__entry->fail = fail;
		__entry->phys = phys;
		__entry->size = size;
		__entry->used = st->used;
		__entry->slots = st->slots;
		__entry->largest_free = st->largest_free;
	),
	TP_printk(XSW_DEVICE_FORMAT "phys=0x%llx size=%llu dir=%u fail=%s used=%llu slots=%llu "
		  "largest_free=%llu",
		  XSW_DEVICE_PRINT, __entry->phys, __entry->size, __entry->dir,
		  __print_symbolic(__entry->fail, XSW_TRACE_OTHER XSW_FAIL_REASONS(XSW_TRACE_NAME)),
		  __entry->used, __entry->slots, __entry->largest_free)
);

TRACE_EVENT(xsw_alloc,
	TP_PROTO(u32 id, u64 dma_addr, u64 size, bool atomic, u8 from, u64 ns),
	TP_ARGS(id, dma_addr, size, atomic, from, ns),
	TP_STRUCT__entry(
		XSW_DEVICE_FIELDS
		__field(u8, atomic)
		__field(u8, from)
		__field(u64, dma_addr)
		__field(u64, size)
		__field(u64, ns)
	),
	TP_fast_assign(
		XSW_DEVICE_ASSIGN(id);
		__entry->atomic = atomic;
		__entry->from = from;
		__entry->dma_addr = dma_addr;
		__entry->size = size;
		__entry->ns = ns;
	),
	TP_printk(XSW_DEVICE_FORMAT "dma_addr=0x%llx size=%llu atomic=%u from=%s ns=%llu",
		  XSW_DEVICE_PRINT, __entry->dma_addr, __entry->size, __entry->atomic,
		  __print_symbolic(__entry->from,
				   XSW_TRACE_OTHER XSW_COHERENT_SOURCES(XSW_TRACE_NAME)),
		  __entry->ns)
);

TRACE_EVENT(xsw_free,
	TP_PROTO(u32 id, u64 dma_addr, u64 size, u64 ns),
	TP_ARGS(id, dma_addr, size, ns),
	TP_STRUCT__entry(
		XSW_DEVICE_FIELDS
		__field(u64, dma_addr)
		__field(u64, size)
		__field(u64, ns)
	),
	TP_fast_assign(
		XSW_DEVICE_ASSIGN(id);
		__entry->dma_addr = dma_addr;
		__entry->size = size;
		__entry->ns = ns;
	),
	TP_printk(XSW_DEVICE_FORMAT "dma_addr=0x%llx size=%llu ns=%llu",
		  XSW_DEVICE_PRINT, __entry->dma_addr, __entry->size, __entry->ns)
);

TRACE_EVENT(xsw_exchange,
	TP_PROTO(const struct xsw_exchange_record *r),
	TP_ARGS(r),
	TP_STRUCT__entry(
		__field(u8, op)
		__field(u8, order)
		__field(u8, address_bits)
		__field(u8, result)
		__field(s32, rc)
		__field(u64, extents)
		__field(u64, exchanged)
		__field(u64, ns)
	),
	TP_fast_assign(
		__entry->op = r->undo;
		__entry->order = r->order;
		__entry->address_bits = r->address_bits;
		__entry->result = r->result;
		__entry->rc = r->rc;
		__entry->extents = r->extents;
		__entry->exchanged = r->exchanged;
		__entry->ns = r->ns;
	),
	TP_printk("op=%s extents=%llu order=%u address_bits=%u exchanged=%llu result=%s rc=%d "
		  "ns=%llu",
		  __print_symbolic(__entry->op, { 0, "make" }, { 1, "undo" }), __entry->extents,
		  __entry->order, __entry->address_bits, __entry->exchanged,
		  __print_symbolic(__entry->result,
				   XSW_TRACE_OTHER XSW_EXCHANGE_RESULTS(XSW_TRACE_NAME)),
		  __entry->rc, __entry->ns)
);

TRACE_EVENT(xsw_leak,
	TP_PROTO(const struct xsw_live *m, u64 age_ns),
	TP_ARGS(m, age_ns),
	TP_STRUCT__entry(
		XSW_DEVICE_FIELDS
		__field(u32, slots)
		__field(u64, dma_addr)
		__field(u64, size)
		__field(u64, age_ns)
	),
	TP_fast_assign(
		XSW_DEVICE_ASSIGN(m->owner);
		__entry->slots = m->slots;
		__entry->dma_addr = m->bus;
		__entry->size = m->size;
		__entry->age_ns = age_ns;
	),
	TP_printk(XSW_DEVICE_FORMAT "dma_addr=0x%llx size=%llu slots=%u age_ns=%llu",
		  XSW_DEVICE_PRINT, __entry->dma_addr, __entry->size, __entry->slots,
		  __entry->age_ns)
);

TRACE_EVENT(xsw_stray,
	TP_PROTO(u32 id, u64 dma_addr, u64 size, u64 begins, u32 owner),
	TP_ARGS(id, dma_addr, size, begins, owner),
	TP_STRUCT__entry(
		XSW_DEVICE_FIELDS
		__field(u32, owner)
		__field(u64, dma_addr)
		__field(u64, size)
		__field(u64, begins)
	),
	TP_fast_assign(
		XSW_DEVICE_ASSIGN(id);
		__entry->owner = owner;
		__entry->dma_addr = dma_addr;
		__entry->size = size;
		__entry->begins = begins;
	),
	TP_printk(XSW_DEVICE_FORMAT "dma_addr=0x%llx size=%llu begins=0x%llx owner=0x%x",
		  XSW_DEVICE_PRINT, __entry->dma_addr, __entry->size, __entry->begins,
		  __entry->owner)
);

TRACE_EVENT(xsw_segment,
	TP_PROTO(const struct xsw_segment_state *s, bool added),
	TP_ARGS(s, added),
	TP_STRUCT__entry(
		__field(u8, op)
		__field(u64, dma_addr)
		__field(u64, bytes)
		__field(u64, quarantined)
	),
	TP_fast_assign(
		__entry->op = !added;
		__entry->dma_addr = s->bus;
		__entry->bytes = s->bytes;
		__entry->quarantined = s->quarantined;
	),
	TP_printk("op=%s dma_addr=0x%llx bytes=%llu quarantined=%llu",
		  __print_symbolic(__entry->op, { 0, "add" }, { 1, "remove" }),
		  __entry->dma_addr, __entry->bytes, __entry->quarantined)
);
/* clang-format on */

#endif /* XSW_KMOD_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
