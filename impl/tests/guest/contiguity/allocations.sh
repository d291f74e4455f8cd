# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2086,SC2154
# How long others wait for memory, for tests that source contiguity.sh before.
#
# The kernel's own tracer times each allocation of others than the thread: by a clock that goes on while
# the host runs other machines than this one. What it tells is a figure; only a hang is a failure: as long
# as the kernel itself calls a soft lockup (twice kernel.watchdog_thresh, 20 s).

watch_allocations() {
	echo 0 >$tracing/tracing_on
	grep -xE '__alloc_(frozen_)?pages(_noprof)?' $tracing/available_filter_functions >/tmp/allocators
	at_least "$(wc -l </tmp/allocators)" 1 "allocations are timed: $(paste -sd' ' /tmp/allocators)"
	cat /tmp/allocators >$tracing/set_ftrace_filter
	echo 200 >$tracing/tracing_thresh
	echo function_graph >$tracing/current_tracer
	echo 1 >$tracing/options/funcgraph-proc
	echo 1 >$tracing/tracing_on
}

longest_allocation() { # in us; 0: none took 200 us
	awk '/us/ && !/xsw_defrag/ { for (i = 2; i <= NF; i++)
		if ($i == "us" && $(i - 1) > most) most = $(i - 1) }
		END { printf "%d\n", most }' $tracing/trace
	: >$tracing/trace
}

no_allocation_hung() { # no_allocation_hung WHEN
	local longest slowest
	slowest=$(grep ' us ' $tracing/trace | grep -v xsw_defrag |
		awk '{ for (i = 2; i <= NF; i++) if ($i == "us" && $(i - 1) > most) { most = $(i - 1); line = $0 } } END { print line }')
	longest=$(longest_allocation)
	echo "# longest allocation $1: $longest us: $slowest"
	at_most "$longest" $(($(cat /proc/sys/kernel/watchdog_thresh) * 2000000)) "no allocation hangs $1"
}

watch_no_more() {
	echo nop >$tracing/current_tracer
	echo 0 >$tracing/tracing_thresh
	echo >$tracing/set_ftrace_filter
}

# both_phases_timed WHEN: contiguity.sh's, and how long others wait for memory before and meanwhile
both_phases_timed() {
	watch_allocations
	traffic 4
	echo "# longest allocation without it: $(longest_allocation) us"
	phase_1 "$1"
	no_allocation_hung "in phase 1, $1"
	cure_hot
	no_allocation_hung "in phase 2, $1"
	watch_no_more
	is_cured "$1"
}
