#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A host that has one disk, which carries the root, and one card, which is up: the runner says what
# it can do, measures both when they are named, and what else goes over the card is unharmed. The
# second card stands for the other host, in a namespace of its own.
# shellcheck disable=SC2016,SC2317  # variables of jq, functions that are called by name
cd "$(dirname "$0")/../../.." || exit 1
. impl/tests/tap.sh
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
root=$(findmnt -no SOURCE /)
mapfile -t cards < <(for dir in /sys/class/net/*/device; do basename "${dir%/device}"; done)
[ ${#cards[@]} -eq 2 ] || bail 'wants a pair of cards'
card=${cards[0]}
ip netns add elsewhere
ip link set "${cards[1]}" netns elsewhere
ip -n elsewhere addr add 198.51.100.2/24 dev "${cards[1]}"
ip -n elsewhere link set lo up
ip -n elsewhere link set "${cards[1]}" up
ip addr add 198.51.100.1/24 dev "$card"
ip link set "$card" up
state()
{
	ip -o addr show dev "$card"
	for path in /sys/bus/pci/devices/*; do
		echo "${path##*/} $(readlink "$path/driver")"
	done
	cut -d' ' -f1 /proc/modules
	cat /proc/mounts
	ip netns list
}
sleep 3
state >"$out/before"

expect 'what is in use is offered by ready commands' 2 "bench/run --disk $root" bench/run --here --dry-run
expect 'the card, too' 2 "bench/run --nic $card --peer HOST" bench/run --here --dry-run
ip netns exec elsewhere iperf3 -s >/dev/null 2>&1 &
server=$!
head -c 4000000 /dev/urandom >"$out/data"
ip netns exec elsewhere busybox nc -l -p 5300 </dev/null >"$out/got" &
receiver=$!
sleep 2
{
	for part in {0..39}; do
		dd if="$out/data" bs=100000 skip="$part" count=1 status=none
		sleep 0.5
	done
} >/dev/tcp/198.51.100.2/5300 &
said=$(bench/run --here --disk "$root" --nic "$card" --peer 198.51.100.2 --rate 10M --rounds 1 \
	--time-api none --out "$out/run" 2>&1)
ok $? 'both are measured when they are named' "$said"
wait $receiver
passes 'the data that went over the card meanwhile is whole' cmp "$out/data" "$out/got"
passes 'the disk was only read' jq -e '[.devices[] | select(.role == "disk") | .writable] == [false]' \
	"$out"/run/*/run.json
passes 'every round is good' jq -e '.ok' "$out"/run/*/run.json
passes 'the DMA API was timed on no hardware' jq -e '.dmabench | .ok and .target == null
	and .device == "dmabench-none"' "$out"/run/*/run.json
passes 'where it bounces as elsewhere' jq -e '[.summary[] | select(.test == "pair" and .mask == 32)
	| .stock.route | values] | length > 5 and all(. == "bounced")' "$out"/run/*/raw/dmabench.json
state | diff "$out/before" - >"$out/diff"
ok $? 'addresses, drivers, modules, mounts and namespaces are as they were' "$(cat "$out/diff")"

while :; do
	dd if="$root" of=/dev/null bs=64k count=500 iflag=direct status=none
done &
load=$!
expect 'without a load of its own it counts what the host maps' 0 'observed +bounces' \
	bench/run --here --observe 5 --out "$out/observed"
kill $load
passes 'and says what each device moved' jq -e --arg disk "${root##*/}" '[.rounds[]
	| select(.device == $disk) | .figures.io_bytes] | .[0] > 1000000' "$out"/observed/*/run.json
kill $server
done_testing
