#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce record and report: a driver carries out a known sequence, and each request must be in the
# recording as it was made, with what was in use at the start, and with what was lost where it was.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/driver.sh
. traces/tests/module.sh
. traces/tests/tool.sh

narrow_disk || bail 'no disk behind a controller of 32 bits'

# 'ID WORD BUS SLOT' of each map, as the driver tells them.
placed()
{
	awk -v id="$1" -v member="$2" '$1 == id { print $member }' "$requests"
}

# The events of the driver's device: call, bus, size, low bits, direction, attributes, reason.
events()
{
	$x report -i "$out/rec" --dump | awk -v d="$bdf" '$4 == d && $5 != "slot" {
		low = substr($11, length($11) - 2)
		sub(/^[0x]*/, "", low)
		print $5, $7, $9, "0x" (low == "" ? "0" : low), $13, $15, $16, $17 }' | sed 's/ *$//'
}

# One of the mappings that are undone lived before.
known_sequence()
{
	printf '%s\n' 'mask 32' 'map 900 4096 from' >"$requests"
	printf '%s\n' 'map 1 4096 to' 'map 2 8192 from 512' 'unmap 900' 'sync 2 cpu 1024 2048' \
		'sync 2 device 0 64' 'map 3 600 both 100' 'unmap 1' 'unmap 3' 'unmap 2' \
		>"$out/known"
	$x record -o "$out/rec" -d "$bdf" -- sh -c "cat $out/known >>$requests" 2>/dev/null
	is "$(events)" "map $(placed 1 3) 4096 0x0 1 0x100 mask
map $(placed 2 3) 8192 0x200 2 0x100 mask
unmap $(placed 900 3) 4096 0x0 2 0x0
sync-cpu $(printf '0x%x' $(($(placed 2 3) + 1024))) 2048 0x0 2 0x0
sync-device $(placed 2 3) 64 0x0 2 0x0
map $(placed 3 3) 600 0x64 0 0x100 mask
unmap $(placed 1 3) 4096 0x0 1 0x0
unmap $(placed 3 3) 600 0x0 0 0x0
unmap $(placed 2 3) 8192 0x0 2 0x0" "$backend: each request, as it was made"
	$x report -i "$out/rec" --json >"$out/json"
	is "$(of "$bdf" '[.dma_mask, .maps, .failed, .bounces, .bounce_bytes, .unmaps, .syncs]')" \
		'[4294967295,3,0,3,12888,4,2]' "$backend: and their sums"
}

# On stock none of these can be mapped, on the module as many as its pool has segments.
failing()
{
	local failed

	for i in {1..40}; do echo "map $i 2097152 to"; done >"$out/large"
	$x record -o "$out/rec" -d "$bdf" -- sh -c "cat $out/large >$requests" 2>/dev/null
	failed=$(grep -c failed "$requests")
	[ "$failed" -gt 0 ] || bail "$backend: no mapping failed"
	is "$(events | grep FAILED | cut -d ' ' -f 1-5,7- | uniq -c | sed 's/^ *//')" \
		"$failed map 0xffffffffffffffff 2097152 0x0 1 direct FAILED" "$backend: each is told as failed"
	$x report -i "$out/rec" --json >"$out/json"
	is "$(of "$bdf" '[.maps, .failed]')" "[40,$failed]" "$backend: and counted as such"
	echo >"$requests"
}

# What the driver held before is in the snapshot, slot by slot.
standing()
{
	local used

	{
		echo 'mask 32'
		for i in {1..64}; do echo "map $i 262144 to"; done
		echo 'map 65 4096 to'
	} >"$requests"
	used=$(cat /sys/kernel/debug/swiotlb/io_tlb_used)
	$x record -o "$out/rec" -- sh -c \
		"echo 'map 66 131072 to' >>$requests; echo 'map 67 2048 to' >>$requests" 2>/dev/null
	$x report -i "$out/rec" --dump |
		awk '$5 == "slot" { print $7, $9, $11 }' | sort >"$out/slots"
	is "$(awk '$1 <= 65 { printf "%s %d 0x%x\n", $3, $1 == 65 ? 4096 : 262144, $4 }' "$requests" |
		sort | comm -23 - "$out/slots")" '' "$backend: the snapshot has each mapping in use"
	$x report -i "$out/rec" --json >"$out/json"
	is "$(jq .pool_slots "$out/json")" "$(cat /sys/kernel/debug/swiotlb/io_tlb_nslabs)" \
		"$backend: the size of the pool"
	is "$(jq -c '[.pool_base > 0, .areas, .forced, .xen, .clock]' "$out/json")" \
		"[true,1,0,\"$(cat /sys/hypervisor/version/{major,minor} | paste -sd .)$(cat /sys/hypervisor/version/extra)\",\"$(cat \
		/sys/devices/system/clocksource/clocksource0/current_clocksource)\"]" \
		"$backend: and where it lies, how it is cut, which Xen, which clock"
	within "$(jq .most_slots_in_use "$out/json")" $((used + 65)) 10 \
		"$backend: how many slots were in use at most"
	$x top --json -d "$bdf" -- sh -c "for i in 68 69 70; do echo map \$i 4096 to; done >>$requests" \
		>"$out/json" 2>/dev/null
	is "$(of "$bdf" .in_flight)" 3 "$backend: top: what was not undone is in flight"
	within $(($(jq '.pools[0].used' "$out/json") / 2048)) \
		"$(cat /sys/kernel/debug/swiotlb/io_tlb_used)" 10 "$backend: top: the slots in use"
}

# A device comes to the module while the recorder runs: what it maps before it is seen is in the
# module's list.
arriving()
{
	local driver=/sys/bus/pci/drivers/dmabench seen

	backend=module
	driver_take "$bdf" || bail "can't bind the test's driver to $bdf"
	requests=/sys/kernel/debug/dmabench/$bdf/sequence
	{
		echo 'mask 32'
		for i in {1..64}; do echo "map $i 4096 to"; done
	} >"$out/ring"
	# each program on an event of the module has a reference on it
	seen=$(($(cat /sys/module/xen_swiotlb/refcnt) + 4))
	$x record -o "$out/rec" -- sh -c "kill -STOP \$PPID; echo $bdf >$driver/unbind; echo $bdf >$module_files/attach
		echo $bdf >$driver/bind; cat $out/ring >$requests; kill -CONT \$PPID
		until [ \$(cat /sys/module/xen_swiotlb/refcnt) -ge $seen ]; do sleep 0.1; done
		sleep 1; echo 'map 65 2048 to' >>$requests" 2>/dev/null
	$x report -i "$out/rec" --json >"$out/json"
	is "$(of "$bdf" .held_at_start) $(jq -c '[.lost, .most_module_slots_in_use]' "$out/json")" '64 [0,129]' \
		'a device comes to the module: what it holds already is a part of the peak'
	driver_give_back
	wait_for_disk 32 "$bdf" || bail 'the narrow disk did not come back'
}

# More than the ring holds while nobody reads it; in parts that any cat writes at once, for the driver
# takes no part of a line.
overflowing()
{
	local pairs=66000

	{
		echo 'mask 32'
		yes $'map 1 2048 to\nunmap 1' | head -n $((2 * pairs / 24))
	} >"$out/many"
	$x record -o "$out/rec" -- sh -c "kill -STOP \$PPID
		for i in \$(seq 24); do cat $out/many >$requests; done
		kill -CONT \$PPID; sleep 2; echo 'map 2 4096 to' >>$requests" 2>"$out/err"
	$x report -i "$out/rec" --json >"$out/json"
	is "$? $(jq '.lost > 10000' "$out/json")" '0 true' "$backend: what found no room is lost"
	within "$(jq '.lost + .events' "$out/json")" $((2 * pairs)) 10 "$backend: what is not there is counted"
	like "$(cat "$out/err")" ", $(jq .lost "$out/json") lost$" "$backend: and told at the end"
	is "$($x report -i "$out/rec" --dump | grep -A 100000 'were lost here' |
		awk -v d="$bdf" '/were lost here/ { print $2 } $4 == d { print $5, $9 }')" \
		"$(jq .lost "$out/json")"$'\nmap 4096' "$backend: and marked where it was"
}

# A driver that sets its mask late: the reason is that of the mask it has when it bounces.
late_mask()
{
	printf '%s\n' 'mask 64' 'map 1 4096 to' 'unmap 1' 'mask 32' 'map 2 4096 to' 'unmap 2' >"$out/late"
	$x top -a --json -d "$bdf" -- sh -c "cat $out/late >$requests" >"$out/json" 2>/dev/null
	is "$(of "$bdf" '[.maps, .reasons.mask, .reasons.align, .dma_mask]')" '[2,1,0,4294967295]' \
		"$backend: top: the mask is that of the bounce"
	$x record -o "$out/rec" -d "$bdf" -- sh -c "cat $out/late >$requests" 2>/dev/null
	is "$(events | grep ^map | cut -d ' ' -f 7)" $'direct\nmask' "$backend: record: so it is"
	# of the module's devices sysfs tells the mask, once a second
	[ "$backend" = stock ] || return 0
	is "$($x report -i "$out/rec" | awk -v d="$bdf" '$1 == d { print $3, $4, $5, $NF }')" \
		$'64 1 0 0\n32 1 1 mask:1' "$backend: report: each mask has its own line"
}

# Where the kernel hides its addresses, stacks are numbers, not names that are wrong.
hidden_symbols()
{
	echo 2 >/proc/sys/kernel/kptr_restrict
	$x stacks --json -d "$bdf" -- sh -c "cat $out/late >$requests" >"$out/json" 2>"$out/err"
	echo 0 >/proc/sys/kernel/kptr_restrict
	like "$(cat "$out/err")" 'the kernel hides its addresses' 'kptr_restrict: told'
	is "$(jq '[.sites[].stack[] | test("^0x")] | length > 0 and all' "$out/json")" true \
		'and no frame has a wrong name'
}

whole()
{
	backend=$1
	driver_take "$bdf" || bail "can't bind the test's driver to $bdf"
	requests=/sys/kernel/debug/dmabench/$bdf/sequence
	known_sequence
	late_mask
	[ "$backend" != stock ] || hidden_symbols
	failing
	if [ "$backend" = stock ]; then
		standing
		overflowing
	fi
	driver_give_back
	wait_for_disk 32 "$bdf" || bail "$backend: the narrow disk did not come back"
}

whole stock
module_load || bail "can't load the module"
arriving
whole module
module_give_back "$bdf"
wait_for_disk 32 "$bdf" || bail 'the narrow disk did not come back'
module_unload
is $? 0 'the module unloads'
done_testing
