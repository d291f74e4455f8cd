# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The trace events that tell about bouncing, as far as this kernel has them.

# Numbers are printed and read alike, whatever the user's language.
export LC_ALL=C

version()
{
	local file

	file=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../impl/VERSION
	echo "${0##*/} $(cat "$file" 2>/dev/null || echo '(of a copy without its checkout)')"
	exit 0
}

perf_needs()
{
	local root

	[ "$EUID" -eq 0 ] || { echo "${0##*/}: must be root to read trace events" >&2; exit 2; }
	command -v perf >/dev/null ||
		{ echo "${0##*/}: perf is missing: apt-get install linux-perf" >&2; exit 2; }
	for root in /sys/kernel/tracing /sys/kernel/debug/tracing; do
		[ ! -d $root/events/swiotlb ] || return 0
	done
	if grep -qs '\[confidentiality\]' /sys/kernel/security/lockdown; then
		echo "${0##*/}: this kernel was booted locked down (confidentiality): it has no trace event;" \
			"debugfs swiotlb/io_tlb_used tells how full the pool is" >&2
		exit 2
	fi
	echo "${0##*/}: no trace event swiotlb:swiotlb_bounced: a kernel without swiotlb, or no tracefs" \
		"(mount -t tracefs tracefs /sys/kernel/tracing)" >&2
	exit 2
}

# A list for -e: all, or only the bounces.
perf_events()
{
	local root=/sys/kernel/tracing/events event list=swiotlb:swiotlb_bounced

	[ -d $root ] || root=/sys/kernel/debug/tracing/events
	if [ "$1" = all ]; then
		for event in dma/dma_{,un}map_{page,phys,sg}; do
			[ ! -e "$root/$event" ] || list+=,${event/\//:}
		done
	fi
	for event in xsw_map xsw_unmap xsw_full xsw_exchange; do
		[ "$1" = all ] || [ $event = xsw_map ] || continue
		[ ! -e "$root/xen_swiotlb/$event" ] || list+=,xen_swiotlb:$event
	done
	echo "$list"
}
