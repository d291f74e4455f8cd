#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce top for a minute while every device works as hard as it can: nothing may be lost, the
# totals must be those of the loads and of the kernel's own event, and the tool must stay small.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/network.sh
. traces/tests/tool.sh
. traces/tests/most_used.sh

find_disks
network_up || bail 'no two linked NICs of 32 bits'

# All at once for $1 seconds; fio's records stay in $out.
# shellcheck disable=SC2317
load_all()
{
	local name

	for name in $wide $disk; do
		fio --name="$name" --filename="/dev/$name" --rw=randread --bs=4k-64k --iodepth=8 \
			--direct=1 --ioengine=libaio --time_based --runtime="$1" \
			--output-format=json --output="$out/$name.json" &
	done
	ip netns exec xsw-a iperf3 -c 10.99.0.2 -t "$1" >/dev/null
	wait
	# what TCP still had to send
	sleep 1
}
export -f load_all
export wide disk out

# Bytes that the kernel keeps for the maps and programs a process holds, each counted once.
kernel_memory()
{
	awk 'FNR == 1 { bytes = 0 } $1 == "memlock:" { bytes = $2 }
		$1 ~ /^(map|prog)_id:$/ && !seen[$1, $2]++ { sum += bytes }
		END { print sum + 0 }' /proc/"$1"/fdinfo/*
}

# The tool's memory as long as it runs: its own at most, and what the kernel keeps for it.
watch_memory()
{
	local pid

	until pid=$(pgrep -ox xswbounce); do
		sleep 0.2
	done
	sleep 5
	kernel_memory "$pid" >"$out/kernel"
	while grep VmHWM /proc/"$pid"/status >"$out/now" 2>/dev/null && [ -s "$out/now" ]; do
		mv "$out/now" "$out/hwm"
		sleep 1
	done
}

# The sum of a member of one device over all lines.
sum()
{
	jq -s "[.[].devices[] | select(.device == \"$1\") | $2] | add" "$out/json"
}

# Calls that were missed from the second line on after that of the first. A stand-in comes when the
# tool has seen one missed. Till then an interrupt in the midst of a program costs all that it maps and
# unmaps: 64 packets, the weight of a NAPI poll, and what it sends.
missed_later()
{
	jq -s 'map(.lost.nested) | (map(. > 0) | index(true)) as $first |
		if $first then .[$first + 2:] | add // 0 else 0 end' "$out/json"
}

bytes_read()
{
	jq '.jobs[0].read.io_bytes' "$out/$1.json"
}

# The kernel's own event, by device, is the truth about what bounced.
events=/sys/kernel/tracing/instances/xsw-fullload
event=$events/events/swiotlb/swiotlb_bounced/trigger
mkdir $events
# Member $2 (1: events, 2: bytes) of device $1.
counted()
{
	sed -n "s/.*dev_name: $1 *} hitcount: *\([0-9]*\) *size: *\([0-9]*\).*/\\$2/p" \
		"${event%trigger}hist"
}

echo 'hist:keys=dev_name:vals=size' >$event
watch_memory &
memory=$!
$x top --json 1 -- bash -c 'load_all 60' >"$out/lines" 2>"$out/err"
is $? 0 'a minute under full load'
wait $memory
grep '^{"schema"' "$out/lines" >"$out/json"
at_least "$(wc -l <"$out/json")" 40 'a line a second, though the machine is busy'
is "$(jq -s 'map(.lost | del(.nested)[]) | add' "$out/json")" 0 'nothing was lost, in any line'
is "$(missed_later)" 0 'no call was missed, once one had been'
is "$(sum "$bdf" .bounce_bytes)" "$(bytes_read "$disk")" 'the narrow disk: each byte that was read'
is "$(sum "$wide_bdf" .bounces)" 0 'the wide disk: no bounce'
at_least "$(sum "$wide_bdf" .maps_counted)" 100 'the wide disk: its maps, for a part of the time'
is "$(jq -s "[.[].devices[] | select(.device == \"$bdf\") | .maps_counted == .maps_counted_bounced] | all" "$out/json")" true \
	'the narrow disk: all that were counted bounced, in each line'
for nic in "$nic_a_bdf" "$nic_b_bdf"; do
	at_least "$(sum "$nic" .bounces)" 1000 'a NIC: it bounced'
	# not to the packet: one of the kernel's own may come before the tool or after it
	within "$(sum "$nic" .bounces)" "$(counted "$nic" 1)" 1 "a NIC: as often as the kernel's event"
	within "$(sum "$nic" .bounce_bytes)" "$(counted "$nic" 2)" 1 'a NIC: and its bytes'
done
hwm=$(awk '{ print $2 * 1024 }' "$out/hwm")
kernel=$(cat "$out/kernel")
echo "# at most $((hwm >> 10)) KiB of its own, $((kernel >> 10)) KiB in the kernel"
at_least "$kernel" 65536 'memory: maps and programs were seen'
at_most $((hwm + kernel)) $((32 << 20)) 'memory: below 32 MiB with all that the kernel keeps for it'

# The dearest of the table's modes.
$x top --latency --by domain --json 1 -- bash -c 'load_all 12' 2>/dev/null |
	grep '^{"schema"' >"$out/json"
is "$(jq -s 'map(.lost.devices) | add' "$out/json")" 0 'with latency and by domain: nothing was lost'
is "$(missed_later)" 0 'no call was missed, once one had been'
at_least "$(sum "$wide_bdf" .maps)" "$(jq '.jobs[0].read.total_ios' "$out/$wide.json")" \
	'the wide disk: a mapping at least for each read'
at_most "$(jq -s 'map(.lost.starts) | 1000 * add' "$out/json")" \
	"$(jq -s '[.[].devices[].maps] | add' "$out/json")" 'and of a thousand latencies at most one'
is "$(sum "$bdf" .bounce_bytes)" "$(bytes_read "$disk")" 'with latency: each byte that was read'

# Every count begins at one instant: no mapping is seen made whose end was missed, so that no more
# can be in use than the kernel's own high-water mark says were.
backend=stock
most_used_is_kept || echo "# Linux $(uname -r) keeps no such mark"
for try in 1 2 3; do
	most_used_is_kept || break
	ip netns exec xsw-a iperf3 -c 10.99.0.2 -t 40 >/dev/null &
	load=$!
	sleep 3
	most_used_begin
	$x record -o "$out/rec" 3 2>/dev/null
	$x report --json -i "$out/rec" >"$out/report"
	is "$(jq "[.whole, .lost, .most_slots_in_use <= $(most_used)]" -c "$out/report")" '[true,0,true]' \
		"record, under load ($try): not more slots than there were"
	at_least "$(jq .most_slots_in_use "$out/report")" $(($(most_used) / 4)) 'nor much less'
	most_used_begin
	$x top --json 0.5 4 2>/dev/null >"$out/json"
	at_most "$(jq -s '[.[] | [.devices[].in_flight] | add] | max' "$out/json")" "$(most_used)" \
		"top, under load ($try): not more in flight than there were slots in use"
	kill $load
	wait $load 2>/dev/null
done

echo '!hist:keys=dev_name:vals=size' >$event
rmdir $events
network_down
done_testing
