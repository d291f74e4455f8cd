#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce on a kernel that was booted with swiotlb=force, no Xen: a wide disk bounces every byte.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/tool.sh

size=$((4 << 20))
wide_disk || bail 'no disk behind a controller of 64 bits'

$x top --json -- bash -c "read_disk $disk $size" >"$out/json" 2>/dev/null
is "$(of "$bdf" .backend)" '"swiotlb"' 'top: the backend is the plain swiotlb'
is "$(of "$bdf" .bounce_bytes)" $size 'top: every byte of a wide disk bounces'
is "$(of "$bdf" '.bounces > 0 and .bounces == .reasons.forced')" true 'top: because it is forced to'
$x verdict --json -- bash -c "read_disk $disk $size" >"$out/json" 2>/dev/null
is "$(of "$bdf" .main_reason)" '"forced"' 'verdict: names the reason'
like "$(of "$bdf" .advice)" 'take swiotlb=force off' 'verdict: and what to do'
$x record -o "$out/rec" -- bash -c "read_disk $disk $size" 2>/dev/null
$x report -i "$out/rec" --json >"$out/json"
is "$(of "$bdf" '[.bounce_bytes, .bounces == .reasons.forced]')" "[$size,true]" 'record: tells forced bounces as such'
$x latency --json -- bash -c "read_disk $disk $size" >"$out/json" 2>/dev/null
is "$(of "$bdf" '(.calls[] | select(.call == "map bounced").count) == .bounces')" true \
	'latency: each bounced map was timed'
$x stacks --json -- bash -c "read_disk $disk $size" >"$out/json" 2>/dev/null
is "$(jq "[.sites[] | select(.device == \"$bdf\").bytes] | add" "$out/json")" $size \
	'stacks: their bytes add up to what was read'
done_testing
