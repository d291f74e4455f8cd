#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The tracing tools on the module's events, each count against the module's own counters.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/network.sh
. traces/tests/module.sh
. traces/tests/tool.sh

find_disks
size=$((4 << 20))
module_load || bail "can't load the module"
module_take "$narrow_bdf"
module_take "$wide_bdf"
wait_for_disk 64 "$wide_bdf" || bail 'the wide disk did not come back'
wide=$disk
wait_for_disk 32 "$narrow_bdf" || bail 'the narrow disk did not come back'
sleep 2

# What the module counted while a tool ran.
declare -A count=()
counting()
{
	local key

	for key in maps bounce_mask bounce_forced bounce_bytes copy_in_bytes copy_out_bytes unmaps; do
		count[$key]=$(module_counter "$narrow_bdf" $key)
	done
	"$@" 2>"$out/err"
	for key in "${!count[@]}"; do
		count[$key]=$(($(module_counter "$narrow_bdf" "$key") - count[$key]))
	done
}

counting traces/tracefs/bounces --json --sizes -o "$out/json" -- bash -c "read_disk $disk $size; read_disk $wide $size"
is "$(of "$narrow_bdf" .backend)" '"xen_swiotlb"' 'bounces: the device is the module'"'"'s'
is "$(of "$narrow_bdf" .bytes)" $size 'bounces: the bytes read'
is "$(of "$narrow_bdf" .bytes)" "${count[bounce_bytes]}" 'bounces: as the module counts them'
is "$(of "$narrow_bdf" .reasons.mask.bounces)" "${count[bounce_mask]}" 'bounces: with its reason'
is "$(of "$narrow_bdf" '[.sizes[].bytes] | add')" $size 'bounces: the sizes add up'
is "$(of "$wide_bdf" .bytes)" '' 'bounces: the wide disk does not bounce'

counting $x top --json -- bash -c "read_disk $disk $size; read_disk $wide $size" >"$out/json"
is "$(of "$narrow_bdf" .backend)" '"xen_swiotlb"' 'top: the device is the module'"'"'s'
is "$(of "$narrow_bdf" .bounce_bytes)" $size 'top: the bytes read'
is "$(of "$narrow_bdf" .maps)" "${count[maps]}" 'top: maps as the module counts them'
is "$(of "$narrow_bdf" .reasons.mask)" "${count[bounce_mask]}" 'top: bounces by reason'
is "$(of "$narrow_bdf" .copied_bytes)" $((count[copy_in_bytes] + count[copy_out_bytes])) \
	'top: bytes copied'
is "$(of "$wide_bdf" '[.bounces, .maps > 0]')" '[0,true]' 'top: the wide disk maps, none bounces'
is "$(jq '.pools[] | select(.backend == "xen_swiotlb").bytes' "$out/json")" \
	"$(cat $module_files/pool_bytes)" 'top: the size of the module'"'"'s pool'

echo 1 >$module_files/force
$x top --json -- bash -c "read_disk $wide $size" >"$out/json" 2>/dev/null
is "$(of "$wide_bdf" '.bounces > 0 and .bounces == .reasons.forced')" true \
	'top: forced bounces of the wide disk are told as such'
is "$(of "$wide_bdf" .bounce_bytes)" $size 'top: and their bytes'
echo 0 >$module_files/force

counting $x latency --json -- bash -c "read_disk $disk $size" >"$out/json"
is "$(of "$narrow_bdf" '.calls[] | select(.call == "map bounced").count')" "${count[bounce_mask]}" \
	'latency: every bounced map has one'
$x stacks --json -- bash -c "read_disk $disk $size" >"$out/json" 2>/dev/null
is "$(jq "[.sites[] | select(.device == \"$narrow_bdf\").bytes] | add" "$out/json")" $size \
	'stacks: their bytes'
is "$(jq "[.sites[] | select(.device == \"$narrow_bdf\").stack | index(\"usb_hcd_map_urb_for_dma [usbcore]\") != null] | all" \
	"$out/json")" true 'stacks: they name who maps'
$x record -o "$out/rec" -- bash -c "read_disk $disk $size" 2>/dev/null
$x report -i "$out/rec" --json >"$out/json"
is "$(of "$narrow_bdf" '[.bounce_bytes, .maps == .unmaps]')" "[$size,true]" 'record: the stream'
nic_pair || bail 'no two NICs of 32 bits'
module_take "$nic_a_bdf"
ip link set "$(basename /sys/bus/pci/devices/"$nic_a_bdf"/net/*)" up
sleep 1
$x record -o "$out/rec" -- true 2>/dev/null
$x report -i "$out/rec" --json >"$out/json"
held=$(grep -c "^$nic_a_bdf .* live$" "$module_debug/mappings")
is "$(of "$nic_a_bdf" '[.backend, .held_at_start]')" "[\"xen_swiotlb\",$held]" \
	"record: begins with what an idle NIC's receive ring holds ($held)"
at_least "$held" 100 'record: which is something'
at_least "$(jq .most_module_slots_in_use "$out/json")" "$held" 'record: of the module'"'"'s pool'
module_give_back "$nic_a_bdf"
$x --json -- bash -c "read_disk $disk $size; read_disk $disk $size" >"$out/json" 2>/dev/null
is "$(of "$narrow_bdf" .main_reason)" '"mask"' 'verdict: names the reason'
$x exchange --json -- bash -c "echo $(($(cat $module_files/pool_bytes) + (8 << 20))) >$module_files/pool_bytes" \
	>"$out/exchange" 2>/dev/null
is "$(jq -s '[.[] | select(.op == "make" and .backend == "xen_swiotlb") |
	select(.rc == 0) | .extents * 4096 * pow(2; .order)] | add' "$out/exchange")" $((8 << 20)) \
	'exchange: growing the pool by 8 MiB exchanges 8 MiB'

module_give_back "$narrow_bdf"
module_give_back "$wide_bdf"
wait_for_disk 32 "$narrow_bdf" || bail 'the narrow disk did not come back'
module_unload
is $? 0 'the module unloads: no tool holds it'
done_testing
