#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce where something is wrong, planted with a driver: leaks, exhaustion, and look-alikes.
cd "$(dirname "$0")/../../.." || exit 1

. traces/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/network.sh
. traces/tests/driver.sh

x=build/traces/xswbounce
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
[ -x $x ] || bail "$x is not built: make -C traces/xswbounce"
wide_disk || bail 'no disk behind a controller of 64 bits'
wide=$disk wide_bdf=$bdf
narrow_disk || bail 'no disk behind a controller of 32 bits'
network_up || bail 'no two linked NICs of 32 bits'

# The last line is the tool's: what the program prints comes before.
tool()
{
	$x "$@" 2>"$out/err" | grep '^{"schema"' >"$out/json"
}

verdict()
{
	tool verdict --json "$@"
}

device()
{
	jq -r ".devices[] | select(.device == \"$1\") | $2" "$out/json"
}

# A load that bounces is named with its reason; what does not bounce is not.
verdict -- ip netns exec xsw-a iperf3 -c 10.99.0.2 -t 4
is "$(device "$nic_a_bdf" .main_reason)" mask 'verdict: the sending NIC bounces for its mask'
is "$(device "$nic_b_bdf" .main_reason)" mask 'verdict: so does the receiving one'
is "$(jq -r '.devices[0].device' "$out/json" | grep -cxE "$nic_a_bdf|$nic_b_bdf")" 1 \
	'verdict: a NIC is ranked first'
at_least "$(device "$nic_a_bdf" '.cpu_share * 1000000 | floor')" 1 'verdict: its cost was measured'
verdict 3
is "$(jq -r .verdict "$out/json")" innocent 'verdict: with the NICs idle it acquits'
like "$($x 3 2>/dev/null)" '^Bouncing is not your problem: [0-9.]+ % of one CPU' 'verdict: in words'
verdict -- dd "if=/dev/$wide" of=/dev/null bs=4k count=4000 iflag=direct
is "$(jq -r .verdict "$out/json")" innocent 'look-alike: slow without bounces is acquitted'
verdict -- ip netns exec xsw-a ping -q -c 20 -i 0.1 10.99.0.2
is "$(jq -r .verdict "$out/json") $(device "$nic_a_bdf" '.bounces >= 20')" 'innocent true' \
	'look-alike: bounces without cost are acquitted'
verdict -- sh -c "dd if=/dev/$disk of=/dev/null bs=64k count=300 iflag=direct &
	dd if=/dev/$wide of=/dev/null bs=64k count=3000 iflag=direct; wait"
is "$(jq -r '.devices[0].device' "$out/json") $(device "$wide_bdf" '.bounces, .cpu_share' | paste -sd ' ')" \
	"$bdf 0 0" 'two devices: the one that bounces is blamed, the innocent one is not'

# A leak among two NICs, one idle in receiving rings, both under load later.
tool leaks --json -w 2 -- ip netns exec xsw-a iperf3 -c 10.99.0.2 -t 10
is "$(jq '[.windows >= 4, (.leaks | length)] | @csv' -r "$out/json")" 'true,0' \
	'leaks: NICs under load leak nothing'

driver_take "$bdf" || bail "can't bind the test's driver to $bdf"
# shellcheck disable=SC2317
leak_slowly()
{
	local i

	for i in {1..50}; do
		echo "map $i 4096 to" >>"/sys/kernel/debug/dmabench/$1/sequence"
		sleep 0.25
	done
}
export -f leak_slowly
(sleep 3; network_load 6) &
tool leaks --json -w 2 -- bash -c "leak_slowly $bdf"
wait
is "$(jq -r '[.leaks[].device] | unique | join(" ")' "$out/json")" "$bdf" \
	'leaks: the planted one is found, and nothing else'
is "$(jq '[.leaks[].stack | index("full_proxy_write") != null] | all' "$out/json")" true \
	'leaks: its stack is told'
at_least "$(jq '[.leaks[].live] | add' "$out/json")" 30 'leaks: and how many are live'
for i in {1..50}; do echo "unmap $i"; done | driver_requests

# Failures: each planted kind is told by its name.
{
	echo 'map 0 524288 to'
	for i in {1..260}; do echo "map $i 262144 to"; done
	# what is left are pieces: the rest goes in small ones until nothing fits
	for i in {300..1800}; do echo "map $i 2048 to"; done
	echo 'map 3000 2048 to'
} >"$out/exhaust"
{
	for i in {1..260}; do echo "unmap $i"; done
	for i in {300..1800}; do echo "unmap $i"; done
} >"$out/release"
export out bdf
exhaust="cat $out/exhaust >>/sys/kernel/debug/dmabench/$bdf/sequence
	grep -c failed /sys/kernel/debug/dmabench/$bdf/sequence >$out/failed
	sleep 2; cat $out/release >>/sys/kernel/debug/dmabench/$bdf/sequence"
$x full --json -- bash -c "$exhaust" 2>/dev/null | grep '^{' >"$out/full"
is "$(wc -l <"$out/full")" "$(cat "$out/failed")" 'full: every failed mapping is told'
is "$(jq -r 'select(.size == 524288).reason' "$out/full" | sort -u)" too-large \
	'full: too large is told from full'
is "$(jq -r 'select(.size == 2048).reason' "$out/full" | sort -u)" full 'full: an exhausted pool'
is "$(jq -r 'select(.size == 262144).reason' "$out/full" | sort -u)" fragmented \
	'full: room, but no run of it'
is "$(jq -r .device "$out/full" | sort -u)" "$bdf" 'full: the device is named'
verdict -- bash -c "$exhaust"
is "$(jq -r '[.verdict, .devices[0].device] | join(" ")' "$out/json")" "failing $bdf" \
	'verdict: failing mappings come first'
at_least "$(device "$bdf" .fails.full)" 1 'verdict: full is counted'
is "$(device "$bdf" '.fails["too-large"]')" 1 'verdict: too-large is counted apart'

# Nobody looks: the flight recorder does.
$x watch -o "$out/watch" -- bash -c "$exhaust" >"$out/stdout" 2>"$out/err"
file=$(find "$out/watch" -name 'incident-*.txt')
is "$(wc -w <<<"$file")" 1 'watch: a storm of failures makes one file'
$x report -i "$file" >"$out/text"
is $? 0 'watch: the file is whole'
like "$(cat "$out/text")" "a mapping of .* failed for $bdf" 'watch: it tells the cause'
like "$(cat "$out/text")" "$bdf +dmabench +guest own +[0-9]+ mappings" 'watch: and who held the pool'
like "$(cat "$out/text")" '== kernel log' 'watch: and the kernel log'
like "$(grep '############' "$out/text" | head -n 1)" '#' 'watch: and a map of the pool'
sed -i 's/dmabench/dmabunch/' "$file"
$x report -i "$file" >/dev/null 2>"$out/err"
is $? 1 'watch: a file that was changed is found out'
rm -rf "$out/watch"
$x watch --occupancy 50 -o "$out/watch" -- bash -c "
	for i in {1..140}; do echo map \$i 262144 to; done >>/sys/kernel/debug/dmabench/$bdf/sequence
	sleep 2
	for i in {1..140}; do echo unmap \$i; done >>/sys/kernel/debug/dmabench/$bdf/sequence" \
	>"$out/stdout" 2>/dev/null
like "$(cat "$out/stdout")" 'the pool of .* is [5-9][0-9]\.[0-9] % full' 'watch: occupancy is a cause'

driver_give_back
for _ in {1..50}; do
	[ ! -e "/sys/block/$disk" ] || break
	sleep 0.2
done

# Exchanges: as many as the kernel's own function is called.
probe=/sys/kernel/tracing/kprobe_events
event=/sys/kernel/tracing/events/xsw_test/make
echo 'p:xsw_test/make xen_create_contiguous_region' >>$probe
echo 'hist:keys=common_pid' >$event/trigger
$x exchange --json -- bash -c "cd /sys/bus/pci/drivers/ehci-pci &&
	echo $bdf >unbind; sleep 1; echo $bdf >bind; sleep 2" >"$out/exchange" 2>/dev/null
made=$(awk '/Hits:/ { print $2 }' $event/hist)
is "$(jq -s '[.[] | select(.op == "make")] | length' "$out/exchange")" "$made" \
	"exchange: every one is told ($made)"
at_least "$made" 1 'exchange: there were some'
is "$(jq -s '[.[] | select(.op == "make") | .address_bits == 32 and .rc == 0 and .ns > 0] | all' \
	"$out/exchange")" true 'exchange: with bits, result and time'
echo '!hist:keys=common_pid' >>$event/trigger
echo '-:xsw_test/make' >>$probe
network_down

done_testing
