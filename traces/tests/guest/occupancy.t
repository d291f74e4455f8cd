#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce occupancy: a driver carries out a known sequence; what was in use at most is the kernel's
# own number, on stock and on the module.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/driver.sh
. traces/tests/module.sh
. traces/tests/most_used.sh
. traces/tests/network.sh
. traces/tests/tool.sh

nic_pair || bail 'two network cards are needed'
# shellcheck disable=SC2154 # set by nic_pair
bdf=$nic_b_bdf

used()
{
	if [ "$backend" = module ]; then
		sed -n 's/^used //p' $module_files/pool
	else
		cat $swiotlb/io_tlb_used
	fi
}

requests=/sys/kernel/debug/dmabench/$bdf/sequence
# shellcheck disable=SC2016 # jq's variable
pool_of='.pools[] | select((.backend == "xen_swiotlb") == ($backend == "module"))'

# One mapping that is undone lived before; one keeps the low bits of its buffer.
known_sequence()
{
	local before

	printf '%s\n' 'mask 32' 'map 900 4096 from' >"$requests"
	before=$(used)
	most_used_begin
	printf '%s\n' 'map 1 4096 to' 'map 2 8192 from 512' 'unmap 900' 'map 3 600 both 100' 'unmap 1' \
		'min_align 4095' 'map 4 600 to 3900' 'unmap 4' 'min_align 0' 'unmap 3' 'unmap 2' \
		>"$out/known"
	$x occupancy --json -d "$bdf" -- sh -c "cat $out/known >>$requests" >"$out/json" 2>"$out/err"
	is "$(wc -l <"$out/json")" 1 "$backend: one interval"
	is "$(of "$bdf" '[.maps, .failed, .most_held]')" '[4,0,8]' \
		"$backend: its maps, and what it held, with what it held before"
	is "$(jq --arg backend $backend "$pool_of.most_used" "$out/json")" $((before + 6)) \
		"$backend: the most in use is what was asked for"
	! most_used_is_kept || is "$(most_used)" $((before + 6)) "$backend: which is what the kernel says"
	is "$(of "$bdf" '[.histogram_slots[][1]] | add')" 4 "$backend: each map stands in the histogram"
	is "$(jq .lost "$out/json")" 0 "$backend: nothing was lost"
	is "$(used)" $((before - 2)) "$backend: all is undone"
}

failing()
{
	local failed

	for i in {1..40}; do echo "map $i 2097152 to"; done >"$out/large"
	$x occupancy --json -d "$bdf" -- sh -c "cat $out/large >$requests" >"$out/json" 2>/dev/null
	failed=$(grep -c failed "$requests")
	at_least "$failed" 1 "$backend: some can't be mapped"
	is "$(of "$bdf" '[.maps, .failed]')" "[$((40 - failed)),$failed]" "$backend: each is counted"
	echo >"$requests"
}

# What is held while nothing is mapped is in use in every interval.
quiet()
{
	printf '%s\n' 'mask 32' 'map 1 65536 to' >"$requests"
	$x occupancy --json 0.5 3 >"$out/json" 2>/dev/null
	is "$(jq -c --arg backend $backend "$pool_of.most_used" "$out/json" | uniq -c | awk '{ print $1, $2 }')" \
		"3 $(used)" "$backend: three intervals, each with what is held"
	echo >"$requests"
}

all()
{
	driver_take "$bdf" || bail "no driver on $bdf"
	known_sequence
	failing
	quiet
	driver_give_back
}

backend=stock
all
$x occupancy 0.2 2 >"$out/text" 2>"$out/err"
is "$(grep -c 'slots in use$' "$out/text")" 2 'a line for the pool in each interval'
like "$(cat "$out/err")" 'CPU' 'and at the end what it cost'
! most_used_is_kept || like "$($x verdict 1 2>/dev/null)" \
	'Pool of [^:]*: [^:]* in use now, [^:]* at most \(swiotlb/io_tlb_used_hiwater\)\.' \
	'the verdict names the file that tells the most in use'
backend=module
module_load
module_take "$bdf"
all
# A module of before its events of claims: all its maps are looked at, and the tool says so.
echo 2 >"$out/abi"
mount --bind "$out/abi" $module_files/abi
driver_take "$bdf" || bail "no driver on $bdf"
known_sequence
driver_give_back
umount $module_files/abi
like "$(cat "$out/err")" 'its abi is below 3.*1600 instructions' 'an older module: what that costs is said'
like "$($x verdict 1 2>/dev/null)" \
	'Pool of xen_swiotlb: [^:]* in use now, [^:]* at most \(xen_swiotlb/high_water\)\.' \
	"or the module's"
module_give_back "$bdf"
module_unload
ok $? 'the module goes'
done_testing
