#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce on a kernel that was booted with swiotlb=force, no Xen: a wide disk bounces every byte.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/tool.sh
. traces/tests/answers.sh
. traces/tests/most_used.sh
backend=stock

size=$((4 << 20))
wide_disk || bail 'no disk behind a controller of 64 bits'

$x top --json -- bash -c "read_disk $disk $size" >"$out/json" 2>/dev/null
is "$(of "$bdf" .backend)" '"swiotlb"' 'top: the backend is the plain swiotlb'
is "$(of "$bdf" .bounce_bytes)" $size 'top: every byte of a wide disk bounces'
is "$(of "$bdf" '.bounces > 0 and .bounces == .reasons.forced')" true 'top: because it is forced to'
$x verdict --json -- bash -c "read_disk $disk $size" >"$out/json" 2>/dev/null
is "$(of "$bdf" .main_reason)" '"forced"' 'verdict: names the reason'
like "$(of "$bdf" .advice)" 'take swiotlb=force off' 'verdict: and what to do'
# Large requests: the most in use is theirs. Each goes to other slots, as long as the pool is not full.
export backend swiotlb
export -f most_used_is_kept most_used_begin most_used
# shellcheck disable=SC2016 # expanded there
$x record -o "$out/rec" -- bash -c 'most_used_begin
	dd if=/dev/$1 of=/dev/null bs=1M count=4 iflag=direct 2>/dev/null
	! most_used_is_kept || most_used >$2' sh "$disk" "$out/most" 2>/dev/null
$x report -i "$out/rec" --json >"$out/json"
is "$(of "$bdf" '[.bounce_bytes, .bounces == .reasons.forced]')" "[$size,true]" 'record: tells forced bounces as such'
is "$(of "$bdf" '.unmaps == .bounces')" true 'record: and when each is undone'
# where the kernel keeps no such mark it is a part of the slots that were used one after another
is "$(jq '.most_slots_in_use' "$out/json")" "$(cat "$out/most" 2>/dev/null || jq \
	".most_slots_in_use | select(. >= 32 and . < $size / 2048)" "$out/json")" \
	'report: the most in use at once is what the kernel counted'
$x latency --json -- bash -c "read_disk $disk $size" >"$out/json" 2>/dev/null
is "$(of "$bdf" '(.calls[] | select(.call == "map bounced").count) == .bounces')" true \
	'latency: each bounced map was timed'
$x stacks --json -- bash -c "read_disk $disk $size" >"$out/json" 2>/dev/null
is "$(jq "[.sites[] | select(.device == \"$bdf\").bytes] | add" "$out/json")" $size \
	'stacks: their bytes add up to what was read'
# Where no debugfs tells how full the pool is, a program reads it.
# shellcheck disable=SC2016 # expanded there
untold=(unshare -m sh -c 'umount -l /sys/kernel/debug && exec "$@"' sh)
is "$("${untold[@]}" $x --json 1 2>/dev/null | jq '.pools[0].bytes, .pool_share != null' | paste -sd' ')" \
	"$(($(cat /sys/kernel/debug/swiotlb/io_tlb_nslabs) << 11)) true" "verdict: without debugfs: the pool's size and use"
# Where neither may be, that is said, and not taken for empty.
untold+=(setpriv '--bounding-set=-bpf,-perfmon,-sys_admin')
like "$("${untold[@]}" $x 1 2>/dev/null)" 'Pool of swiotlb: not known, for debugfs is not there' \
	'verdict: without debugfs and programs: the pool is not known'
is "$("${untold[@]}" $x --json 1 2>/dev/null | jq .pool_share)" null 'verdict: and its share is null'

# A Xen HVM or PVH guest whose devices bounce through plain swiotlb: measured as this machine is.
as_guest()
{
	# shellcheck disable=SC2016 # expanded there
	unshare -m sh -c 'mount -t tmpfs none /sys/hypervisor && echo xen >/sys/hypervisor/type &&
		echo $1 >/sys/hypervisor/guest_type && shift && exec "$@"' sh "$@"
}
for type in HVM PVH; do
	as_guest $type $x top --json -- bash -c "read_disk $disk $size" >"$out/json" 2>/dev/null
	is "$(of "$bdf" '[.backend, .bounce_bytes]')" "[\"swiotlb\",$size]" "$type: every byte is seen to bounce"
	as_guest $type traces/tracefs/bounces --json -- bash -c "read_disk $disk $size" >"$out/json" 2>/dev/null
	is "$(of "$bdf" .bytes)" $size "$type: bounces: so it does"
	is "$(said as_guest $type)" "$(statuses 0 2 doctor)" "$type: every command works but doctor, for PV"
	row "$type guest that bounces" as_guest $type
done

# A PV domain whose kernel has no pool, but that has a PCI device.
no_pool()
{
	as_guest PV sh -c 'mount -t tmpfs none /sys/kernel/debug && mkdir /sys/kernel/debug/swiotlb &&
		exec "$@"' sh "$@"
}
for command in "$x" "$x top 1 1" "$x watch -o $out/watch 1" traces/tracefs/bounces; do
	# shellcheck disable=SC2086 # a command and its arguments
	is "$(no_pool $command | cut -d : -f 1; echo "${PIPESTATUS[0]}")" $'DMA may go to wrong memory\n1' \
		"PV without a pool: ${command##*/}: said in one line"
done
is "$(said no_pool)" "$(statuses 1 2 doctor)" 'PV without a pool: every command warns'
like "$(cat "$out/err.doctor")" '^xswbounce: this kernel does not tell where its P2M is' \
	'PV without a pool: but doctor, which looks for the P2M: guest/doctor.t has one'
row 'PV guest with a PCI device and no pool' no_pool
done_testing
