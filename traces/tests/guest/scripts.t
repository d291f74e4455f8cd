#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The bpftrace scripts and the perf recipes, against the bytes that a narrow disk moved.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/driver.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
narrow_disk || bail 'no disk behind a controller of 32 bits'
size=$((1 << 20))
reading=(bash -c "read_disk $disk $size")

trace()
{
	local name=$1

	shift
	traces/cost/with-bpftrace "$name" "$@" >"$out/program" 2>"$out/$name"
}

# How often the kernel's own event came, for the disk and in all, and how often the kernel exchanged
# a region, while a tool ran: by histograms of the kernel's.
bounced=/sys/kernel/tracing/events/swiotlb/swiotlb_bounced
exchanged=/sys/kernel/tracing/events/xsw_test
counting()
{
	echo 'hist:keys=dev_name' >$bounced/trigger
	"$@"
	counted=$(awk -v d="$bdf" 'index($0, d) { n = $NF } END { print n + 0 }' $bounced/hist)
	in_all=$(awk '/Hits:/ { print $2 }' $bounced/hist)
	echo '!hist:keys=dev_name' >>$bounced/trigger
}

trace snoop "${reading[@]}"
is "$(awk -v d="$bdf" '$3 == d { sum += $5 } END { print sum + 0 }' "$out/snoop")" $size \
	'snoop: the bytes of its lines add up'
is "$(awk -v d="$bdf" '$3 == d && $6 != "0xffffffff"' "$out/snoop")" '' 'snoop: it tells the mask'
trace stacks "${reading[@]}"
like "$(cat "$out/stacks")" "usb_hcd_map_urb_for_dma" 'stacks: they name who maps'
is "$(awk '/^\]: / { sum += $2 } END { print sum + 0 }' "$out/stacks")" $size 'stacks: their bytes'
# The sum of the lines of a bpftrace histogram, from the line that begins with $1 to the next empty.
histogram_of()
{
	awk -v name="$1" 'index($0, name) == 1 { on = 1; next } !NF { on = 0 }
		on { sub(/^.*[])] +/, ""); sum += $1 } END { print sum + 0 }' "$2"
}
counting trace hot "${reading[@]}"
is "$(awk -v d="$bdf" 'index($0, "@bytes[" d ",") == 1 { sum += $NF } END { print sum + 0 }' \
	"$out/hot")" $size 'hot: it names the few blocks of one buffer, and the bytes read'
is "$(histogram_of "@size[$bdf]" "$out/hot")" "$counted" 'hot: and a size of each bounce'
counting trace latency "${reading[@]}"
is "$(histogram_of "@ns[$bdf, 1]" "$out/latency")" "$counted" 'latency: of each bounced map'
echo 'p:xsw_test/make xen_create_contiguous_region' >>/sys/kernel/tracing/kprobe_events
echo 'p:xsw_test/undo xen_destroy_contiguous_region' >>/sys/kernel/tracing/kprobe_events
for op in make undo; do
	echo 'hist:keys=common_pid' >$exchanged/$op/trigger
done
trace exchange bash -c "cd /sys/bus/pci/drivers/ehci-pci &&
	echo $bdf >unbind; sleep 1; echo $bdf >bind; sleep 2"
is "$(grep -cE 'make order [0-9]+ below 2\^32: rc 0, [0-9]+ us' "$out/exchange")" \
	"$(awk '/Hits:/ { print $2 }' $exchanged/make/hist)" 'exchange: every region that is made'
is "$(grep -cE 'undo order 0: [0-9]+ us' "$out/exchange")" \
	"$(awk '/Hits:/ { print $2 }' $exchanged/undo/hist)" 'exchange: and undone'
for op in make undo; do
	echo '!hist:keys=common_pid' >>$exchanged/$op/trigger
	echo "-:xsw_test/$op" >>/sys/kernel/tracing/kprobe_events
done
driver_take "$bdf" || bail "can't bind the test driver to $bdf"
slots=$(cat /sys/kernel/debug/swiotlb/io_tlb_nslabs)
trace occupancy bash -c "for i in {1..64}; do echo map \$i 262144 to; done \
	>/sys/kernel/debug/dmabench/$bdf/sequence; sleep 3; echo >/sys/kernel/debug/dmabench/$bdf/sequence"
within "$(grep -oE "used +[0-9]+ of $slots slots" "$out/occupancy" | awk '{ print $2 }' | sort -n | tail -n 1)" \
	$((64 * 128)) 50 'occupancy: the slots that the driver holds, and few others'
trace full bash -c "for i in {1..64}; do echo map \$i 262144 to; done \
	>/sys/kernel/debug/dmabench/$bdf/sequence; echo 'map 65 524288 to' >>/sys/kernel/debug/dmabench/$bdf/sequence"
like "$(cat "$out/full")" "$bdf +524288 bytes failed: [0-9]+ of $slots slots used" \
	'full: the failed mapping'
within "$(sed -n 's/.* failed: \([0-9]*\) of .*/\1/p' "$out/full")" \
	"$(cat /sys/kernel/debug/swiotlb/io_tlb_used)" 50 'full: and how full the pool was'
driver_give_back
wait_for_disk 32 "$bdf" || bail 'the disk did not come back'

counting traces/perf/stat -- "${reading[@]}" >"$out/stat" 2>&1
within "$(awk '$2 == "swiotlb:swiotlb_bounced" { gsub(",", "", $1); print $1 }' "$out/stat")" \
	"$in_all" 20 'perf/stat: counts the bounces'
traces/perf/record -o "$out/perf" -- "${reading[@]}" >"$out/record" 2>&1
is "$(awk '{ n += $NF } END { print n }' "$out/perf/bounces.folded")" \
	"$(perf script -i "$out/perf/perf.data" -F event 2>/dev/null | grep -c swiotlb_bounced)" \
	'perf/record: each bounce has its stack'
like "$(cat "$out/perf/bounces.folded")" ';usb_hcd_map_urb_for_dma;.*xen_swiotlb_map_p(age|hys)' \
	'perf/record: they name who maps'
is "$(head -c 4 "$out/perf/bounces.svg") $(tail -n 1 "$out/perf/bounces.svg")" '<svg </svg>' \
	'perf/record: a flame graph'
is "$(($(traces/perf/script "$out/perf/perf.data" | grep -oE 'size=[0-9]+' | cut -d = -f 2 | paste -sd +)))" \
	$size 'perf/script: the sizes add up to what was read'
counting traces/perf/compare -n 2 'true' "dd if=/dev/$disk of=/dev/null bs=64k count=2 iflag=direct" >"$out/compare"
is "$(awk '$1 == "A" && $2 == "swiotlb:swiotlb_bounced" { print $4 }' "$out/compare")" 0 \
	'perf/compare: no bounces in A'
within "$(awk '$1 == "B" && $2 == "swiotlb:swiotlb_bounced" { print 2 * $4 }' "$out/compare")" "$in_all" 50 \
	'perf/compare: all in the two rounds of B'

done_testing
