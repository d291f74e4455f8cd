# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # shared with the programs that read this file
# The tools whose cost is measured, and how each is told to trace while a command runs.

xswbounce=build/traces/xswbounce

# name|command that runs what follows it while it traces; @WORK@ is a folder for what it writes
tools=(
	"tracefs/bounces|traces/tracefs/bounces -o /dev/null --"
	"xswbounce (verdict)|$xswbounce verdict --json --"
	"xswbounce top|$xswbounce top --json --"
	"xswbounce top --latency|$xswbounce top --latency --json --"
	"xswbounce top --by domain|$xswbounce top --by domain --json --"
	"xswbounce sizes|$xswbounce sizes --json --"
	"xswbounce occupancy|$xswbounce occupancy --json --"
	"xswbounce latency|$xswbounce latency --json --"
	"xswbounce stacks|$xswbounce stacks --json --"
	"xswbounce leaks|$xswbounce leaks --json --"
	"xswbounce full|$xswbounce full --json --"
	"xswbounce exchange|$xswbounce exchange --json --"
	"xswbounce doctor|$xswbounce doctor --json --"
	"xswbounce record|$xswbounce record -o @WORK@/stream --"
	"xswbounce watch|$xswbounce watch -o @WORK@/incidents --"
	"perf/stat|traces/perf/stat --"
	"perf/record (while it records)|perf record -q -B -N -a -g -e swiotlb:swiotlb_bounced -o @WORK@/perf.data --"
)

# Each takes the better part of a minute to start under emulation.
slow_tools=(
	"bpftrace/snoop.bt|traces/cost/with-bpftrace snoop"
	"bpftrace/latency.bt|traces/cost/with-bpftrace latency"
	"bpftrace/stacks.bt|traces/cost/with-bpftrace stacks"
	"bpftrace/hot.bt|traces/cost/with-bpftrace hot"
	"bpftrace/full.bt|traces/cost/with-bpftrace full"
)

# Leaves in tools[] only those a pattern names; sets tool_command[] to the words of one of them.
tools_choose()
{
	local tool kept=()

	for tool in "${tools[@]}"; do
		[[ ! ${tool%%|*} =~ $1 ]] || kept+=("$tool")
	done
	tools=("${kept[@]}")
	[ ${#tools[@]} -gt 0 ] || die "no tool is called like '$1'"
	[[ ${tools[*]} != *"|$xswbounce "* ]] || [ -x $xswbounce ] ||
		die "$xswbounce is not built: make -C traces/xswbounce"
}

tool_words()
{
	local words=${1#*|}

	read -ra tool_command <<<"${words//@WORK@/$work}"
}
