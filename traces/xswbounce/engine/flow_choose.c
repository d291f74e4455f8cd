// SPDX-License-Identifier: GPL-2.0-only
/* Which programs of flow.bpf.c fit this kernel, and which are attached for a part of the time. */
#include "engine/flow_choose.h"
#include "flow.skel.h"
#include "engine/probe.h"
#include "say.h"

static struct flow_bpf *skel;
static const struct host *host;
static const struct flow_options *options;
static struct flow_chosen *chosen;

static bool use(struct part *part, struct bpf_program *program, bool on)
{
	on = probe_use(program, on);
	if (on && part)
		part_add(part, program);
	return on;
}

static void use_start(struct bpf_program *start, bool on)
{
	use(&chosen->timers, start, on && options->latency);
	chosen->starts[chosen->nr_starts++] = start;
}

/*
 * Where the pool is asked for slots, in a call that every kernel with these arguments can trace. On
 * Xen not where each map is timed, for this program runs within; elsewhere always, for nothing else
 * sees what the IOMMU's code bounces.
 */
static bool use_pool(void)
{
	bool by_pool = (!options->latency || options->late || host->kind != HOST_PV) &&
		       probe_arguments("swiotlb_tbl_map_single") == 6 &&
		       probe_use(skel->progs.pool_map_end, true);

	probe_use(skel->progs.pool_map_end, by_pool);
	use(&chosen->stand_ins, skel->progs.pool_map_again, by_pool);
	host_warn_iommu(host, by_pool);
	return by_pool;
}

/* In a PV domain the backend's own map function sees every mapping, of scatterlists too. */
static bool use_backend(struct bpf_program *start, struct bpf_program *end,
			struct bpf_program *again)
{
	bool by_pool = skel->rodata->by_pool;
	bool there = use(by_pool ? &chosen->counters : NULL, end, host->kind == HOST_PV);

	use_start(start, there);
	use(by_pool ? &chosen->counters_stand_ins : &chosen->stand_ins, again, there);
	return there;
}

/* Elsewhere what bounces goes through here; all maps are seen by the kernel's own events. */
static bool use_plain(void)
{
	bool by_pool = skel->rodata->by_pool, plain = host->kind != HOST_PV, there;

	there = use(by_pool ? &chosen->timers : NULL, skel->progs.swiotlb_map_end,
		    plain && (!by_pool || options->latency));
	use_start(skel->progs.swiotlb_map_start, there);
	use(&chosen->stand_ins, skel->progs.swiotlb_map_again, there && !by_pool);
	chosen->counts_maps =
		use(by_pool ? &chosen->counters : NULL, skel->progs.event_map_page, plain);
	chosen->counts_maps |=
		use(by_pool ? &chosen->counters : NULL, skel->progs.event_map_phys, plain);
	use(by_pool ? &chosen->counters : NULL, skel->progs.event_map_sg, chosen->counts_maps);
	if (chosen->counts_maps)
		skel->rodata->wants |= XB_MAPS_BY_EVENT;
	return there;
}

static bool use_maps(void)
{
	bool pool, there;

	pool = skel->rodata->by_pool = use_pool();
	there = use_backend(skel->progs.map_page_start, skel->progs.map_page_end,
			    skel->progs.map_page_again);
	there |= use_backend(skel->progs.map_phys_start, skel->progs.map_phys_end,
			     skel->progs.map_phys_again);
	pool |= use_plain();
	chosen->counts_maps |= there;
	return pool || there;
}

/* Here the program at the start counts, and the one at the end only times. */
static bool use_copy(struct bpf_program *start, struct bpf_program *end, bool on)
{
	on = probe_use(start, on);
	use(&chosen->timers, end, on && options->latency && !options->maps_only);
	return on;
}

static void use_copies(void)
{
	bool now = use_copy(skel->progs.sync_cpu_start, skel->progs.sync_cpu_end, true);

	use_copy(skel->progs.old_sync_cpu_start, skel->progs.old_sync_cpu_end, !now);
	now = use_copy(skel->progs.sync_device_start, skel->progs.sync_device_end, true);
	use_copy(skel->progs.old_sync_device_start, skel->progs.old_sync_device_end, !now);
	now = use_copy(skel->progs.unmap_single_start, skel->progs.unmap_single_end, true);
	use(&chosen->stand_ins, skel->progs.unmap_single_again, now);
	use_copy(skel->progs.old_unmap_single_start, skel->progs.old_unmap_single_end, !now);
	use(&chosen->stand_ins, skel->progs.old_unmap_single_again, !now);
}

static void use_exchanges(void)
{
	bool pv = host->kind == HOST_PV, whole = probe_use(skel->progs.exchange_end, pv);

	probe_use(skel->progs.exchange_start, whole);
	probe_use(skel->progs.make_start, pv && !whole);
	probe_use(skel->progs.make_end, pv && !whole);
	probe_use(skel->progs.undo_start, pv && !whole);
	probe_use(skel->progs.undo_end, pv && !whole);
}

void flow_choose(struct flow_bpf *programs, const struct host *where,
		 const struct flow_options *wanted, struct flow_chosen *result)
{
	skel = programs;
	host = where;
	options = wanted;
	chosen = result;
	*chosen = (struct flow_chosen){};
	/* what every map pays for is attached last, and detached first */
	use_copies();
	if (!use_maps())
		die("this kernel (%s) has no function that maps for swiotlb: nothing to attach to",
		    host->release);
	use_exchanges();
	probe_use(skel->progs.alloc_coherent_end, host->kind == HOST_PV);
}
