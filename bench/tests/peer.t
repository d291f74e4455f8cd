#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A card in use is measured against a server elsewhere, and what else goes over it is unharmed: a
# virtual link stands for the card, a network namespace for the other host.
# shellcheck disable=SC2317  # functions that are called by name
cd "$(dirname "$0")/../.." || exit 1
. impl/tests/tap.sh
. bench/tests/fake-machine.sh
fake_alone
fake_native
out=$fake/out

links_end()
{
	kill "${server:-}" 2>/dev/null
	ip netns del xswpeer 2>/dev/null
	ip link del xswt0 2>/dev/null
	rm -rf "$fake"
}
trap links_end EXIT
ip netns add xswpeer
ip link add xswt0 type veth peer name xswt2 netns xswpeer ||
	bail "can't make a virtual link"
ip addr add 198.51.100.1/24 dev xswt0
ip link set xswt0 up
ip -n xswpeer addr add 198.51.100.2/24 dev xswt2
ip -n xswpeer link set xswt2 up
fake_nic xswt0 0x1003
ln -s /proc/net "$fake/proc/net"
having()
{
	ip addr show dev xswt0 | grep -E 'mtu|inet '
}
having >"$fake/before"

plan()
{
	bench/run --here --dry-run --nic xswt0 --peer "$@"
}
expect 'the plan says over which card, how much, and what has to run there' 0 \
	'^  xswt0 .* TCP with 198.51.100.2, at most 50Mbit/s for [0-9]+ s in all, [0-9]+ MiB; there: iperf3 -s -p 5201; stock$' \
	plan 198.51.100.2 --rate 50M
expect 'without a rate it is bounded, too' 0 'at most 100Mbit/s' plan 198.51.100.2
expect 'this host is no peer' 2 'that is this host' plan 198.51.100.1
expect 'nor is localhost' 2 'that is this host' plan localhost
expect 'a peer behind another card is refused' 2 'leave by lo|that is this host|leave by' plan 127.0.0.2
expect 'a name that means nothing is refused' 2 '^run: --peer no.such.host.invalid: ' \
	plan no.such.host.invalid
expect 'a peer that does not answer is refused' 2 \
	'^run: --peer 198.51.100.2: no answer at .*: run there: iperf3 -s -p 5201' \
	bench/run --here --nic xswt0 --peer 198.51.100.2 --out "$out"
expect 'nothing is left of a refusal' 2 'cannot access' ls "$out"
expect 'a card in use is not moved' 2 'refusing to move xswt0|module works in a Xen PV' \
	plan 198.51.100.2 --try-module xswt0

ip netns exec xswpeer iperf3 -s -p 5201 >/dev/null 2>&1 &
server=$!
# what else goes over the card: random data, all through the run
head -c 50000000 /dev/urandom >"$fake/data"
ip netns exec xswpeer sh -c 'nc -l -p 5300 2>/dev/null || busybox nc -l -p 5300' </dev/null >"$fake/got" &
receiver=$!
sleep 1
{
	for part in {0..49}; do
		dd if="$fake/data" bs=1000000 skip="$part" count=1 status=none
		sleep 0.2
	done
} >/dev/tcp/198.51.100.2/5300 &
sender=$!
expect 'it is measured' 0 '^[0-9]+ rounds, 0 failed' bench/run --here --nic xswt0 \
	--peer 198.51.100.2 --rate 20M --rounds 2 --seconds 1 --yes --out "$out"
wait $sender
wait $receiver
passes 'the data that went over it meanwhile is whole' cmp "$fake/data" "$fake/got"
is "$(having)" "$(cat "$fake/before")" 'its addresses are as they were'
# On a busy host iperf3 stands still for a while and then catches up, as its rate is one on average, of
# its warm-up too. Without a limit this link carries a hundred times as much.
expect 'the rate was not exceeded' 0 '^True ' python3 -c '
import json, statistics, sys
sys.path.insert(0, "analysis")
import figures
rounds = figures.read_boot(sys.argv[1])["rounds"]
timed = [one["figures"] for one in rounds if one["kind"] == "timed"]
rates = [(f.get("bandwidth_bytes_s") or 0) * 8 / 20e6 for f in timed]
counted = [f.get("window_bytes") or 0 for f in timed]
print(len(timed) == 4 and 0 < statistics.median(rates) < 1.5 and max(rates) < 4
      and max(counted) > 1e5, rates, counted)' "$out/native"
done_testing
