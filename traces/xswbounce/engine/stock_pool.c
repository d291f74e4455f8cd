// SPDX-License-Identifier: GPL-2.0-only
/* Asks the kernel for its pool: loads stock_pool.bpf.c when it is asked first, and keeps it. */
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "engine/probe.h"
#include "engine/start.h"
#include "engine/stock_pool.h"
#include "stock_pool.skel.h"

static struct stock_pool_bpf *skel;

static void load(void)
{
	if (geteuid() || !probe_btf())
		return;
	skel = stock_pool_bpf__open_and_load();
	start_trim();
}

bool stock_pool_read(u64 *slots, u64 *used)
{
	static bool tried;

	if (!tried)
		load();
	tried = true;
	if (!skel || bpf_prog_test_run_opts(bpf_program__fd(skel->progs.read_pool), NULL))
		return false;
	*slots = skel->bss->slots;
	*used = skel->bss->used;
	return skel->bss->described;
}
