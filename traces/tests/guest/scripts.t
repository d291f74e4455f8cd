#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The bpftrace scripts and the perf recipes, against the bytes that a narrow disk moved.
cd "$(dirname "$0")/../../.." || exit 1

. traces/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/driver.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
narrow_disk || bail 'no disk behind a controller of 32 bits'
size=$((1 << 20))

# shellcheck disable=SC2317
read_disk()
{
	dd if="/dev/$disk" of=/dev/null bs=64k count=$((size / 65536)) iflag=direct 2>/dev/null
}
export -f read_disk
export disk size

trace()
{
	local name=$1

	shift
	traces/cost/with-bpftrace "$name" "$@" >"$out/program" 2>"$out/$name"
}

trace snoop bash -c read_disk
is "$(awk -v d="$bdf" '$3 == d { sum += $5 } END { print sum + 0 }' "$out/snoop")" $size \
	'snoop: the bytes of its lines add up'
is "$(awk -v d="$bdf" '$3 == d && $6 != "0xffffffff"' "$out/snoop")" '' 'snoop: it tells the mask'
trace stacks bash -c read_disk
like "$(cat "$out/stacks")" "usb_hcd_map_urb_for_dma" 'stacks: they name who maps'
is "$(awk '/^\]: / { sum += $2 } END { print sum + 0 }' "$out/stacks")" $size 'stacks: their bytes'
trace hot bash -c read_disk
is "$(awk -v d="$bdf" 'index($0, "@bytes[" d ",") == 1 { sum += $NF } END { print (sum > 0) }' \
	"$out/hot")" 1 'hot: it names blocks'
like "$(cat "$out/hot")" "@size\[$bdf\]" 'hot: and sizes'
trace latency bash -c read_disk
like "$(cat "$out/latency")" "@ns\[$bdf, 1\]" 'latency: a histogram of bounced maps'
trace occupancy bash -c 'read_disk; sleep 2'
like "$(cat "$out/occupancy")" \
	"used +[0-9]+ of $(cat /sys/kernel/debug/swiotlb/io_tlb_nslabs) slots" 'occupancy: of the pool'
trace exchange bash -c "cd /sys/bus/pci/drivers/ehci-pci &&
	echo $bdf >unbind; sleep 1; echo $bdf >bind; sleep 2"
like "$(cat "$out/exchange")" 'make order 0 below 2\^32: rc 0, [0-9]+ us' 'exchange: make'
like "$(cat "$out/exchange")" 'undo order 0' 'exchange: undo'
driver_take "$bdf" || bail "can't bind the test driver to $bdf"
trace full bash -c "echo 'map 1 524288 to' >>/sys/kernel/debug/dmabench/$bdf/sequence"
like "$(cat "$out/full")" "$bdf +524288 bytes failed: [0-9]+ of [0-9]+ slots used" \
	'full: the failed mapping'
driver_give_back
wait_for_disk 32 "$bdf" || bail 'the disk did not come back'

traces/perf/stat -- bash -c read_disk >"$out/stat" 2>&1
at_least "$(awk '$2 == "swiotlb:swiotlb_bounced" { gsub(",", "", $1); print $1 }' "$out/stat")" \
	$((size / 65536)) 'perf/stat: counts the bounces'
traces/perf/record -o "$out/perf" -- bash -c read_disk >"$out/record" 2>&1
is "$(awk '{ n += $NF } END { print n }' "$out/perf/bounces.folded")" \
	"$(perf script -i "$out/perf/perf.data" -F event 2>/dev/null | grep -c swiotlb_bounced)" \
	'perf/record: each bounce has its stack'
like "$(cat "$out/perf/bounces.folded")" ';usb_hcd_map_urb_for_dma;.*xen_swiotlb_map_page' \
	'perf/record: they name who maps'
is "$(head -c 4 "$out/perf/bounces.svg") $(tail -n 1 "$out/perf/bounces.svg")" '<svg </svg>' \
	'perf/record: a flame graph'
is "$(($(traces/perf/script "$out/perf/perf.data" | grep -oE 'size=[0-9]+' | cut -d = -f 2 | paste -sd +)))" \
	$size 'perf/script: the sizes add up to what was read'
traces/perf/compare -n 2 'true' "dd if=/dev/$disk of=/dev/null bs=64k count=2 iflag=direct" >"$out/compare"
is "$(awk '$1 == "A" && $2 == "swiotlb:swiotlb_bounced" { print $4 }' "$out/compare")" 0 \
	'perf/compare: no bounces in A'
at_least "$(awk '$1 == "B" && $2 == "swiotlb:swiotlb_bounced" { print int($4) }' "$out/compare")" 2 \
	'perf/compare: some in B'

done_testing
