#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dmabench on a real device, against what the kernel itself tells; with the kernel's own backend,
# and in the end with the module beside it.
cd "$(dirname "$0")/../../../.." || exit 1
. impl/tests/tap.sh

run=(bench/dmabench/dmabench --device spare-nic --backend stock)
tracing=/sys/kernel/tracing/instances/dmabench-test
work=$(mktemp -d)
trap 'rm -rf "$work"; [ ! -d $tracing ] || rmdir $tracing' EXIT
pci=/sys/bus/pci/devices
mark="dmabench.t $EPOCHREALTIME"
echo "$mark" >/dev/kmsg

# Slots that are taken and stay so: another device's mapping may come and go.
used_slots()
{
	local least now try

	least=$(cat /sys/kernel/debug/swiotlb/io_tlb_used)
	for ((try = 0; try < 5 && least > 0; try++)); do
		sleep 0.1
		now=$(cat /sys/kernel/debug/swiotlb/io_tlb_used)
		least=$((now < least ? now : least))
	done
	echo "$least"
}

# shellcheck disable=SC2317 # called through passes
# until_true SECONDS COMMAND...: whether it succeeds within that time; a loaded machine is slow.
until_true()
{
	local end=$((SECONDS + $1))

	shift
	while ! "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

cell()
{
	"${run[@]}" --cell "$1" >"$work/cell" 2>"$work/said"
}

# Bounces the kernel tells of for the device during a cell.
bounces_of()
{
	mkdir $tracing
	echo 1 >$tracing/events/swiotlb/swiotlb_bounced/enable
	cell "$1"
	grep -c "dev_name: $device" $tracing/trace
	rmdir $tracing
}

drivers()
{
	for path in "$pci"/*; do
		echo "${path##*/} $(readlink "$path/driver")"
	done
}

drivers >"$work/drivers"
"${run[@]}" --dry-run 2>&1 | grep -oE -m 1 '[0-9a-f]{4}:[0-9a-f:.]+[0-9a-f]' >"$work/device" ||
	bail 'no spare network function'
device=$(cat "$work/device")

is "$(bounces_of 'test=pair reach=far count=100 warm=10')" 110 \
	'as many bounces as the kernel tells of'
passes 'all are counted as bounced' jq -e '.tries == 100 and .served == 100 and .bounced == 100
	and .direct == 0' "$work/cell"
passes 'median, p99 and histogram are of all tries' jq -e '.ops[0] | .n == 100 and .min <= .median
	and .median <= .p99 and .p99 <= .max and ([.hist[][1]] | add) == 100' "$work/cell"
is "$(bounces_of 'test=pair reach=near mask=64 count=100')" 0 'a near buffer does not bounce'
passes 'and is counted as direct' jq -e '.direct == 100 and .bounced == 0' "$work/cell"
passes 'a ring gives every mapping back' cell 'test=ring depth=64 count=500 reach=far'
passes 'it maps and unmaps as often' jq -e '.ops[0].n == 500 and .ops[1].n == 436 + 64' "$work/cell"
for dir in to from both; do
	passes "data moves ($dir)" cell "test=check size=10000 offset=100 dir=$dir reach=far"
	passes "and is right ($dir)" jq -e '.checked == 8 and .wrong == 0' "$work/cell"
	passes "and was copied in ($dir)" jq -e '.bounced == 8 and .copied_in == 8' "$work/cell"
done
passes 'coherent memory' cell 'test=coherent size=16384 count=20'
passes 'is zero, also where it was dirtied before' jq -e '.wrong == 0 and .checked == 84 and .reused > 0' \
	"$work/cell"
passes 'coherent memory of 2.3 MB' cell 'test=coherent size=2411724 count=2'
passes 'the device is back with its driver after all these' diff <(drivers) "$work/drivers"

# A driver sets its own masks when it binds: only without one the limits that were left show.
driver=$(basename "$(readlink "$pci/$device/driver")")
echo "$device" >"$pci/$device/driver/unbind"
limits()
{
	cat "$pci/$device/dma_mask_bits" "$pci/$device/consistent_dma_mask_bits"
}
before=$(limits)
narrow=(bench/dmabench/dmabench --device "$device" --backend stock)
passes 'a cell with another mask' "${narrow[@]}" --cell 'test=pair reach=near mask=64 count=10'
is "$(limits)" "$before" 'leaves the masks of the device as they were'
passes 'a sequence with masks of its own' "${narrow[@]}" --sequence seed:5:200
is "$(limits)" "$before" 'does, too'
echo "$device" >"/sys/bus/pci/drivers/$driver/bind"
passes 'its driver takes it again' diff <(drivers) "$work/drivers"

is "$(cell 'test=pair frob=1'; echo $?)" 1 'an unknown key is refused'
like "$(cat "$work/said")" "unknown key 'frob'" 'by its name'
is "$(cell 'test=pair size=0'; echo $?)" 1 'a bad number is refused'
like "$(cat "$work/said")" "size must be 1 to 4194304" 'with its limits'
is "$(cell 'test=pair threads=1000'; echo $?)" 1 'more threads than CPUs are refused'
passes 'and give the device back' diff <(drivers) "$work/drivers"

before=$(used_slots)
"${run[@]}" --sequence seed:5:2000 >"$work/all"
like "$(head -n 1 "$work/all")" "^# pool: [0-9]+ slots, [0-9]+ used, [0-9]+ area" \
	'a sequence begins with the pool'
grep -v '^#' "$work/all" >"$work/placed"
"${run[@]}" --sequence seed:5:2000 --print-sequence >"$work/asked"
is "$(wc -l <"$work/placed")" "$(grep -c '^map' "$work/asked")" 'a sequence gives one line a map'
# shellcheck disable=SC2016 # an awk program
passes 'no two live mappings share a slot' awk '
	NR == FNR { slot[$1] = $4; next }
	$1 == "map" && slot[$2] != "-" {
		for (i = slot[$2]; i < slot[$2] + $3 / 2048; i++) {
			if (i in owner) exit 1
			owner[i] = $2
		}
		size[$2] = $3
	}
	$1 == "unmap" && slot[$2] != "-" {
		for (i = slot[$2]; i < slot[$2] + size[$2] / 2048; i++) delete owner[i]
	}' "$work/placed" "$work/asked"
is "$(used_slots)" "$before" 'all its slots are given back'
printf 'map 1 4096 to\nmap 2 300000 to\nmap 3 100 from\n' | "${run[@]}" --sequence - >"$work/placed"
like "$(sed -n 3p "$work/placed")" '^2 failed - -$' 'a map that fails is told'
like "$(sed -n 4p "$work/placed")" '^3 bounced 0x[0-9a-f]+ [0-9]+$' 'and the next one goes on'
printf 'map 1 4096 to\nmap 1 4096 to\n' | "${run[@]}" --sequence - 2>"$work/said"
like "$(cat "$work/said")" 'line 2 refused' 'a line that makes no sense is named'
printf 'map 1 6000 to\nmap 2 2048 to\n' | "${run[@]}" --sequence - --leak 2 >/dev/null
is "$(used_slots)" $((before + 4)) 'a leak of 6000 and 2048 bytes keeps four slots'

passes 'a whole run of both backends succeeds' "${run[@]}" --backend module --layouts 1 --out "$work/out"
passes 'and its record says so' jq -e '.ok and .schema == 1 and .kind == "swiotlb-xen-dmabench"
	and (.machine.cpu_flags | length) > 5 and .device.stock.ops == "xen_swiotlb_alloc_coherent"' \
	"$work/out/dmabench.json"
passes 'the module was measured, not stock again' jq -e '(.device.module.ops | contains("[xen_swiotlb]"))
	and ([.rows[] | select(.backend == "module")] | length) * 2 == (.rows | length)' \
	"$work/out/dmabench.json"
passes 'with the same cells in the same order' jq -e '
	[.rows[] | select(.backend == "stock") | .cell | [.test, .size, .dir, .mask]] ==
	[.rows[] | select(.backend == "module") | .cell | [.test, .size, .dir, .mask]]' \
	"$work/out/dmabench.json"
passes 'held slots are those asked for, within 2 %' jq -e '[.rows[].hold | values |
	select(.percent < 100) | .held_slots / .requested_slots] | min > 0.98 and max <= 1' \
	"$work/out/dmabench.json"
passes 'a full pool serves nothing' jq -e '[.summary[] | select(.percent == 100) | .stock] |
	length > 0 and all(.share == 0 and .fails > 0)' "$work/out/dmabench.json"
# shellcheck disable=SC2016 # a program of jq
passes 'and says so quicker than a search does' jq -e '
	([.summary[] | select(.percent == 100) | .stock.fail_median] | max) as $full |
	([.summary[] | select(.percent == 97 and .size == 262144) | .stock.fail_median | values] | min) as $search |
	$full > 0 and $search > 5 * $full' "$work/out/dmabench.json"
# shellcheck disable=SC2016 # a program of jq
passes 'both backends measured all cells of a group one after the other' jq -e '
	[.rows[] | select(.backend == "stock") | .position] as $a |
	[.rows[] | select(.backend == "module") | .position] as $b |
	[range($a | length)] | all(($a[.] - $b[.]) | fabs == 1)' "$work/out/dmabench.json"
passes 'a coin said which came first' jq -e '[.rows[] | select(.cell.test == "pair") |
	{(.backend): .position}] | map(to_entries[0]) | map(select(.value % 2 == 1) | .key) | unique |
	length == 2' "$work/out/dmabench.json"
is "$(used_slots)" $((before + 4)) 'all slots but the leaked are free again'


# A device of dmabench's own, without any hardware.
own=(bench/dmabench/dmabench --device none)
"${own[@]}" --cell 'test=pair reach=far count=100' >"$work/cell"
is $? 0 'a device that is no hardware is measured'
passes 'bounces as one that is' jq -e '.served == 100 and .bounced == 100' "$work/cell"
is "$("${own[@]}" --backend module 2>&1; echo $?)" 'dmabench: --device none is no PCI device: the module serves none but these, so --backend stock
2' 'the module is not measured there'

# shellcheck disable=SC2016 # expanded by the command
like "$("${own[@]}" -- sh -c 'cat "$DMABENCH_FILES/device"; exit 7'; echo "$?")" \
	'"bdf":"dmabench-none".*7$' 'a command runs while the device is bound, and tells its status'

# What is timed is told apart from what comes before.
cell 'test=pair count=100 warm=50000'
few=$(jq .elapsed_ns "$work/cell")
cell 'test=pair count=50100 warm=0'
passes 'warming up is no part of the time of a cell' [ $((few * 5)) -lt "$(jq .elapsed_ns "$work/cell")" ]
passes 'other memory is read before each try' cell 'test=pair walk=1024 buffers=16 count=50'
passes 'as the result says' jq -e '.walk == 1024 and .served == 50' "$work/cell"
is "$(cell 'test=pair size=4194304 buffers=4096 count=1'; echo $?)" 1 'a cell that wants 16 GiB is refused'
like "$(cat "$work/said")" 'more than half of the free memory' 'with the reason'

# The device can be taken away in the middle of a long cell.
"${run[@]}" --cell 'test=pair size=262144 reach=far count=1000000' >"$work/said" 2>&1 &
pid=$!
# shellcheck disable=SC2317 # called through until_true
bound()
{
	[ "$(basename "$(readlink "$pci/$device/driver")")" = dmabench ]
}
passes 'a long cell begins' until_true 120 bound
sleep 1
began=$SECONDS
echo "$device" >/sys/bus/pci/drivers/dmabench/unbind
at_most $((SECONDS - began)) 30 'taken away, the device waits for no cell'
wait $pid
is $? 1 'the cell ends with an error'
like "$(cat "$work/said")" 'interrupted' 'that says so'
passes 'and the device is back with its driver' diff <(drivers) "$work/drivers"

"${run[@]}" --layouts 9 >"$work/said" 2>&1 &
pid=$!
passes 'a long run is on its way' until_true 600 grep -q ' 50 of ' "$work/said"
kill -TERM $pid
wait $pid
is $? 143 'terminated, it ends with its signal'
passes 'and the device is back with its driver' diff <(drivers) "$work/drivers"
passes 'and dmabench is unloaded' [ ! -e /sys/module/dmabench ]
[ ! -e /sys/module/dmabench ] || tail -n 5 "$work/said" /sys/module/dmabench/refcnt | sed 's/^/# /'
passes 'and the module too' [ ! -e /sys/module/xen_swiotlb ]
is "$(dmesg | sed "1,/$mark/d" | grep -E 'BUG|WARNING|Oops|Call Trace|DMA-API')" '' 'the kernel complained of nothing'
done_testing
