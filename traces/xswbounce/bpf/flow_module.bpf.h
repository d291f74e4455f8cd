/* SPDX-License-Identifier: GPL-2.0-only */
/* The module's own events; they carry reason and duration. */
#ifndef XB_FLOW_MODULE_BPF_H
#define XB_FLOW_MODULE_BPF_H

#include "bpf/module.bpf.h"
#include "bpf/stat.bpf.h"

static __always_inline struct xb_stat *module_stat(const u8 *record,
						   const volatile struct xb_event *e, u64 *key)
{
	struct xb_stat *s;
	u32 at = 0;

	*key = module_device(record, e);
	s = stat_at(*key, false, &at);
	if (s && !s->mask) {
		device_keys[at & (XB_MAX_DEVICES - 1)] = *key;
		s->mask = ~0ULL;
	}
	return s;
}

SEC("tp/xen_swiotlb/xsw_map")
int module_map(void *ctx)
{
	u64 key, size, reason, phys;
	module_record record;
	struct xb_stat *s;

	bpf_probe_read_kernel(record, sizeof(record), ctx);
	s = module_stat(record, &module_events.map, &key);
	if (!s)
		return 0;
	size = field_of(record, &module_events.map.size);
	reason = field_of(record, &module_events.map.reason);
	s->maps++;
	s->map_bytes += size;
	if (reason) {
		s->maps_bounced++;
		s->bounces[reason & 7]++;
		s->bounce_bytes += size;
		if (wants & XB_WANT_SIZES)
			count_size(key, size);
		phys = field_of(record, &module_events.map.phys);
		if (wants & XB_WANT_GUESTS)
			count_guest(key, granted_by(p2m_entry(phys), phys), size);
	}
	if (want_times)
		hist_add(key, reason ? XB_CALL_BOUNCED : XB_CALL_DIRECT,
			 field_of(record, &module_events.map.ns));
	return 0;
}

SEC("tp/xen_swiotlb/xsw_unmap")
int module_unmap(void *ctx)
{
	module_record record;
	struct xb_stat *s;
	u64 key;

	bpf_probe_read_kernel(record, sizeof(record), ctx);
	if (!field_of(record, &module_events.unmap.slots))
		return 0;
	s = module_stat(record, &module_events.unmap, &key);
	if (!s)
		return 0;
	s->unmaps++;
	if (field_of(record, &module_events.unmap.dir) != DMA_TO_DEVICE &&
	    !(field_of(record, &module_events.unmap.attrs) & XB_SKIP_CPU_SYNC))
		__sync_fetch_and_add(&s->copied_bytes, field_of(record, &module_events.unmap.size));
	if (want_copy_times)
		hist_add(key, XB_CALL_UNMAP, field_of(record, &module_events.unmap.ns));
	return 0;
}

SEC("tp/xen_swiotlb/xsw_sync")
int module_sync(void *ctx)
{
	module_record record;
	struct xb_stat *s;
	u64 key, dir;

	bpf_probe_read_kernel(record, sizeof(record), ctx);
	s = module_stat(record, &module_events.sync, &key);
	if (!s)
		return 0;
	__sync_fetch_and_add(&s->syncs, 1);
	dir = field_of(record, &module_events.sync.for_cpu) ? DMA_TO_DEVICE : DMA_FROM_DEVICE;
	if (field_of(record, &module_events.sync.dir) != dir)
		__sync_fetch_and_add(&s->copied_bytes, field_of(record, &module_events.sync.size));
	if (want_copy_times)
		hist_add(key, XB_CALL_SYNC, field_of(record, &module_events.sync.ns));
	return 0;
}

SEC("tp/xen_swiotlb/xsw_full")
int module_full(void *ctx)
{
	module_record record;
	struct xb_stat *s;
	u64 key;

	bpf_probe_read_kernel(record, sizeof(record), ctx);
	s = module_stat(record, &module_events.full, &key);
	if (s)
		s->fails[field_of(record, &module_events.full.fail) & 7]++;
	return 0;
}

SEC("tp/xen_swiotlb/xsw_alloc")
int module_alloc(void *ctx)
{
	module_record record;
	struct xb_stat *s;
	u64 key;

	bpf_probe_read_kernel(record, sizeof(record), ctx);
	s = module_stat(record, &module_events.alloc, &key);
	if (s)
		s->coherent++;
	return 0;
}

SEC("tp/xen_swiotlb/xsw_exchange")
int module_exchange(void *ctx)
{
	module_record record;

	if (!armed)
		return 0;
	bpf_probe_read_kernel(record, sizeof(record), ctx);
	__sync_fetch_and_add(&exchanges.calls, 1);
	if (field_of(record, &module_events.exchange.rc))
		__sync_fetch_and_add(&exchanges.fails, 1);
	__sync_fetch_and_add(&exchanges.ns, field_of(record, &module_events.exchange.ns));
	return 0;
}

#endif /* XB_FLOW_MODULE_BPF_H */
