/* SPDX-License-Identifier: GPL-2.0-only */
/* Single events of the module, told as those of the stock backend are. */
#ifndef XB_EVENTS_MODULE_BPF_H
#define XB_EVENTS_MODULE_BPF_H

static __always_inline int tell_module_call(void *ctx, enum xb_kind kind,
					    const volatile struct xb_event *e)
{
	module_record record;
	struct xb_message *m;

	bpf_probe_read_kernel(record, sizeof(record), ctx);
	m = reserve(sizeof(*m));
	if (!m)
		return 0;
	fill(m, kind, module_device(record, e), field_of(record, &e->dma_addr),
	     field_of(record, &e->size));
	m->phys = field_of(record, &e->phys);
	m->dir = field_of(record, &e->dir);
	m->attrs = field_of(record, &e->attrs);
	m->reason = field_of(record, &e->reason);
	m->failed = m->bus == XB_ERROR_ADDR;
	bpf_ringbuf_submit(m, 0);
	return 0;
}

SEC("tp/xen_swiotlb/xsw_map")
int module_map(void *ctx)
{
	return tell_module_call(ctx, XB_MAP, &module_events.map);
}

SEC("tp/xen_swiotlb/xsw_unmap")
int module_unmap(void *ctx)
{
	return tell_module_call(ctx, XB_UNMAP, &module_events.unmap);
}

SEC("tp/xen_swiotlb/xsw_alloc")
int module_alloc(void *ctx)
{
	return tell_module_call(ctx, XB_ALLOC, &module_events.alloc);
}

SEC("tp/xen_swiotlb/xsw_free")
int module_free(void *ctx)
{
	return tell_module_call(ctx, XB_FREE, &module_events.free);
}

SEC("tp/xen_swiotlb/xsw_sync")
int module_sync(void *ctx)
{
	module_record record;

	bpf_probe_read_kernel(record, sizeof(record), ctx);
	return tell_module_call(
		ctx, field_of(record, &module_events.sync.for_cpu) ? XB_SYNC_CPU : XB_SYNC_DEVICE,
		&module_events.sync);
}

SEC("tp/xen_swiotlb/xsw_full")
int module_full(void *ctx)
{
	const volatile struct xb_event *e = &module_events.full;
	module_record record;
	struct xb_failure *f;
	int stack;

	if (!armed)
		return 0;
	bpf_probe_read_kernel(record, sizeof(record), ctx);
	if (!may_tell(module_device(record, e), field_of(record, &e->fail) == XB_FAIL_TOO_LARGE,
		      XB_MODULE))
		return 0;
	stack = call_stack(ctx, MODULE_WALKS);
	f = reserve(sizeof(*f));
	if (!f)
		return 0;
	fill(&f->m, XB_FAILURE, module_device(record, e), XB_ERROR_ADDR,
	     field_of(record, &e->size));
	f->m.phys = field_of(record, &e->phys);
	f->m.dir = field_of(record, &e->dir);
	f->mask = 0;
	f->fail = field_of(record, &e->fail);
	f->pool.slots = field_of(record, &e->slots);
	f->pool.used = field_of(record, &e->used);
	f->pool.largest = field_of(record, &e->largest_free);
	f->pool.runs = 0;
	f->walked = 1;
	f->stack = stack;
	f->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(f->comm, sizeof(f->comm));
	bpf_ringbuf_submit(f, 0);
	return 0;
}

SEC("tp/xen_swiotlb/xsw_exchange")
int module_exchange(void *ctx)
{
	const volatile struct xb_event *e = &module_events.exchange;
	module_record record;
	struct xb_exchange *x;

	bpf_probe_read_kernel(record, sizeof(record), ctx);
	x = reserve(sizeof(*x));
	if (!x)
		return 0;
	x->order = field_of(record, &e->order);
	x->extents = field_of(record, &e->extents);
	fill(&x->m, XB_EXCHANGE, 0, 0, x->extents * (XB_PAGE_SIZE << (x->order & 31)));
	x->ns = field_of(record, &e->ns);
	x->op = field_of(record, &e->op);
	x->bits = field_of(record, &e->address_bits);
	x->rc = field_of(record, &e->rc);
	x->exchanged = field_of(record, &e->exchanged);
	x->module = 1;
	x->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(x->comm, sizeof(x->comm));
	bpf_ringbuf_submit(x, 0);
	return 0;
}

#endif /* XB_EVENTS_MODULE_BPF_H */
