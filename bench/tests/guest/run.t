#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A whole run on this machine, stock against module: its record is right, and nothing stays.
# shellcheck disable=SC2016  # jq's variables, not the shell's
cd "$(dirname "$0")/../../.." || exit 1
. impl/tests/tap.sh
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# The unused disk with DMA of $1 bits, and a driver, as sysfs tells.
disk_of()
{
	bench/run --here --dry-run | awk -v bits="$1-bit" '$2 == "disk" && $0 ~ bits { print $1; exit }'
}

wide=$(disk_of 64) narrow=$(disk_of 32)
said=$(bench/run --here --out "$out/run" --rounds 1 --write "/dev/$wide" --write "/dev/$narrow" \
	--try-module all --seed 3 2>&1)
ok $? 'the run ends well' "$said"
folder=$(echo "$out"/run/*/)
record=$out/record.json
# the figures and counts are the raw files'
python3 analysis/figures.py --json "$folder" >"$record"

# holds NAME JQ-EXPRESSION: it must be true of the record.
holds()
{
	local got

	got=$(jq -c --arg wide "$wide" --arg narrow "$narrow" "
		def of(\$d; \$b; \$force): .rounds[] | select(.kind == \"counted\" and .device == \$d
			and .backend == \$b and .force == \$force);
		$2" "$record" 2>&1)
	is "$got" true "$1"
	[ "$got" = true ] || jq -c '.rounds[] | del(.lat_hist)' "$record" | sed 's/^/# /'
}

holds 'every round is good' '.ok and ([.rounds[].ok] | all) and (.errors == [])'
holds 'the module was measured' '[.rounds[] | select(.backend == "module")] | length > 5'
holds 'every timed stock round has its module twin' '
	[.rounds[] | select(.kind == "timed")] | group_by([.device, .load, .position[1:]])
	| map(map(.backend) | sort == ["module", "stock"]) | all'
holds 'a raw file is named and there' '[.rounds[].raw] | all(startswith("raw/"))'
expect 'every raw file exists' 0 '^$' bash -c "cd '$folder' &&
	jq -r '.rounds[].raw' run.json | xargs ls >/dev/null"
holds 'the 32-bit disk bounces each byte on stock' \
	'[of($narrow; "stock"; false) | .counters.bounced_bytes == .figures.io_bytes] | length > 0 and all'
holds 'and on the module' \
	'[of($narrow; "module"; false) | .counters.bounced_bytes == .figures.io_bytes] | length > 0 and all'
holds 'the 64-bit disk bounces nothing on stock' \
	'[of($wide; "stock"; false) | .counters.bounces == 0
	  and (.counters.maps // .counters.map_lists) > 0] | length > 0 and all'
holds 'and nothing on the module' \
	'[of($wide; "module"; false) | .counters.bounces == 0 and .counters.maps > 0] | length > 0 and all'
holds 'but each byte when forced, and the data is right' \
	'[of($wide; "module"; true) | .verified
	  and .counters.by_reason.forced == .counters.bounces
	  and .counters.bounced_bytes >= .figures.io_bytes] | length > 0 and all'
holds 'data checks ran on both backends and passed' \
	'[.rounds[] | select(.verified != null)] | (map(.verified) | all)
	 and (map(.backend) | unique == ["module", "stock"])'
# When a driver maps its next receive buffers is a matter of time: one or two of 2,160 maps.
holds 'the packet sequence bounces on both, equally often but for a few receive buffers' '
	[.rounds[] | select(.load == "packets")] | sort_by(.backend) | map(.counters.bounces)
	| .[0] > 1000 and .[1] > 1000 and (.[0] - .[1] | fabs) <= 8'
holds 'timed rounds have latencies' '[.rounds[] | select(.kind == "timed" and .figures.iops)
	| .figures | 0 < .lat_p50_ns and (.lat_p99_ns == null or .lat_p50_ns <= .lat_p99_ns)]
	| length > 0 and all'
# On a busy host a load may end before its window did: then there is no figure.
holds "and the domain's time as Xen accounts it" '.machine.cpus as $cpus
	| [.rounds[] | select(.kind == "timed")] | length as $all
	| map(select(.missing.cpu_user_s == null) | .figures
	| 0 < .vcpu_s and .vcpu_s < .window_s * $cpus + 1) | length * 2 >= $all and all'
holds 'what is null says why' '[.rounds[] | . as $r | .figures | to_entries[]
	| select(.value == null and (.key | test("_per_gb$|_p99") | not)) | $r.missing[.key]]
	| all(type == "string")'
# On a busy host the emulated disk may move nothing in a window of a second: then there is no figure.
holds 'CPU is read while the device moves its bytes' '[.rounds[] | select(.kind == "timed")
	| .figures | [.window_bytes > 0, .cpu_s_per_gb > 0]]
	| all(.[0] == .[1]) and (map(select(.[0])) | length) * 2 >= length and length > 0'
holds 'UDP is sent at a rate that was found' '[.rounds[] | select(.load == "udp")]
	| length == 2 and all(.ok)'
holds 'one visit to each backend is kept apart' '[.discarded[].backend] | unique == ["module", "stock"]'
holds 'settings of both backends are there' '[.devices[].settings | has("stock") and has("module")] | all'
holds 'the DMA API was timed on both backends, in turns' '.dmabench.ok and
	(.dmabench.device | test("^[0-9a-f]{4}:"))'
expect 'with a figure for each of its mappings' 0 '^true$' jq '.ok and
	(.device.stock.ops | contains("[xen_swiotlb]") | not) and
	(.device.module.ops | contains("[xen_swiotlb]")) and
	([.summary[] | select(.test == "pair" and .percent == 0) | .stock.median > 0 and
	  .module.median > 0 and .module.share == 1] | length > 5 and all)' \
	"${folder}raw/dmabench.json"
holds 'exchanges are told' '.exchange_totals.module.exchanges > 0'

loose=''
for class in /sys/bus/pci/devices/*/class; do
	case $(cat "$class") in
	0x0108* | 0x0200* | 0x0c03*) [ -e "${class%class}driver" ] || loose+=$class ;;
	esac
done
is "$loose" '' 'each device has its driver again'
expect 'the modules are unloaded' 1 '^$' grep -E 'xen_swiotlb|dmabench' /proc/modules
expect 'no tracing instance is left' 0 '^$' ls /sys/kernel/tracing/instances
expect 'no namespace is left' 0 '!xsw-' ip netns list
expect 'a result is never overwritten' 2 'of this boot already: .*name another --out' \
	bench/run --here --out "$out/run" --disk "/dev/$wide"
done_testing
