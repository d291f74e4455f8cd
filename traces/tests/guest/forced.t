#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce on a kernel that was booted with swiotlb=force, no Xen: a wide disk bounces every byte.
cd "$(dirname "$0")/../../.." || exit 1

. traces/tests/tap.sh
. traces/tests/devices.sh

x=build/traces/xswbounce
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
[ -x $x ] || bail "$x is not built: make -C traces/xswbounce"
size=$((4 << 20))
wide_disk || bail 'no disk behind a controller of 64 bits'
read_disk=(dd "if=/dev/$disk" of=/dev/null bs=64k count=$((size / 65536)) iflag=direct status=none)

of()
{
	jq -c ".devices[] | select(.device == \"$bdf\") | $1" "$out/json"
}

$x top --json -- "${read_disk[@]}" >"$out/json" 2>/dev/null
is "$(of .backend)" '"swiotlb"' 'top: the backend is the plain swiotlb'
is "$(of .bounce_bytes)" $size 'top: every byte of a wide disk bounces'
is "$(of '.bounces > 0 and .bounces == .reasons.forced')" true 'top: because it is forced to'
$x verdict --json -- "${read_disk[@]}" >"$out/json" 2>/dev/null
is "$(of .main_reason)" '"forced"' 'verdict: names the reason'
like "$(of .advice)" 'take swiotlb=force off' 'verdict: and what to do'
$x record -o "$out/rec" -- "${read_disk[@]}" 2>/dev/null
$x report -i "$out/rec" --json >"$out/json"
is "$(of '[.bounce_bytes, .bounces == .reasons.forced]')" "[$size,true]" 'record: tells forced bounces as such'
$x latency --json -- "${read_disk[@]}" >"$out/json" 2>/dev/null
is "$(of '(.calls[] | select(.call == "map bounced").count) == .bounces')" true \
	'latency: each bounced map was timed'
$x stacks --json -- "${read_disk[@]}" >"$out/json" 2>/dev/null
is "$(jq "[.sites[] | select(.device == \"$bdf\").bytes] | add" "$out/json")" $size \
	'stacks: their bytes add up to what was read'
done_testing
