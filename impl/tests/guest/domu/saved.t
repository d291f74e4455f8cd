#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A PV domU is saved and restored with the module in it: with nothing attached the pool is made
# anew and works; with a device attached the domain says no, and why. dom0's part is
# bench/lab/tests/guest/saved.t: they tell each other by data/step in xenstore.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/../guest.sh"

nvme=0000:00:00.0 # the first device that is passed through

step() { # step SAY AWAIT: tells dom0, waits for its word
	local try
	xenstore-write data/step "$1"
	for ((try = 0; try < 240; try++)); do
		[ "$(xenstore-read data/step 2>/dev/null)" != "$2" ] || return
		sleep 0.5
	done
	bail "dom0 did not say '$2'"
}
low() { # how many segments do not lie below 4 GiB
	local n=0 bus bytes
	while read -r _ bus bytes _; do
		[ $((bus + bytes)) -le $((1 << 32)) ] || n=$((n + 1))
	done <$debug/segments
	echo $n
}

module_in pool_mb=16
echo $((24 << 20)) >$control/pool_bytes
is "$(pool bytes)" $((24 << 20)) 'a pool of 24 MiB'
mark_log
step loaded restored
for ((try = 0; try < 100 && $(pool bytes) != 24 << 20; try++)); do sleep 0.1; done
like "$(new_log)" 'pool grown by 24576 KiB' 'restored, the log tells that the pool was made anew'
is "$(pool bytes)" $((24 << 20)) 'of the same size'
is "$(pool used)" 0 'none of it in use'
is "$(low)" 0 'all of it below 4 GiB'
now=$(memory)
is "$(word_of m2p_wrong "$now")" 0 'M2P and P2M agree'
is "$(word_of pte_wrong "$now")" 0 'and the page table on both'
echo $((32 << 20)) >$control/pool_bytes
is "$(pool bytes)" $((32 << 20)) 'it grows'
echo $((16 << 20)) >$control/pool_bytes
is "$(pool bytes)" $((16 << 20)) 'and shrinks'

module_out
ok $? 'the module goes'
module_in pool_mb=16 devices=$nvme
xenstore-write data/attach 1
await_pci $nvme
timeout 60 modprobe nvme
node=$(nvme_node $nvme)
is "$(state_of $nvme)" 'attached nvme' 'a disk that was attached is the module'"'"'s'
echo 1 >$control/force
verify() {
	timeout 120 fio --name=verify --filename="$node" --rw=randwrite --bsrange=4k-128k --size=4M \
		--iodepth=8 --ioengine=libaio --direct=1 --verify=crc32c --verify_fatal=1 \
		--verify_state_save=0 --output-format=json --output=/tmp/fio.json
	ok $? "$1: fio finds what it wrote, bounced"
	is "$(jq '.jobs[0].error' /tmp/fio.json)" 0 "$1: without an error"
}
verify 'restored'
mark_log
step attached refused
like "$(new_log)" 'cannot suspend: a device is attached' 'with a device attached the domain does not suspend, and says why'
is "$(new_log | grep -c 'cannot suspend')" 1 'in one line'
like "$(new_log | grep 'cannot suspend')" "$nvme|unbind" 'and what to do about it'
verify 'refused'
unbind $nvme
is "$(counter $nvme leaked)" 0 'nothing leaked'
module_out
ok $? 'the module goes'
done_testing
