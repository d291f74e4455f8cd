#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Every file written and read by many at once, under traffic: each write has its effect or its error.
# shellcheck disable=SC2317 # functions that meanwhile calls
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/guest.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
nvme=$(find_nvme)
[ -n "$nvme" ] || bail 'no NVMe disk'
spare_nic
bind "$nic" "$driver"

# ---- one wrong write, one errno ----
module_in pool_mb=16
why() { # why FILE TEXT: the error of a write
	{ echo "$2" >"$1"; } 2>&1 | sed 's/.*: //'
}
is "$(why $control/detach "$nic")" 'No such device' 'detach of what is not attached'
is "$(why $control/detach ffff:ff:1f.7)" 'No such device' 'and of what is not there'
is "$(why $control/pool_bytes $((5 << 30)))" 'Invalid argument' 'a pool above the most there is'
is "$(why $control/pool_bytes -1)" 'Invalid argument' 'one below nothing'
is "$(why $control/force maybe)" 'Invalid argument' 'a switch that is neither on nor off'
is "$(pool bytes)" $((16 << 20)) 'nothing of it had an effect'

# ---- two writers of the pool's size ----
size() { echo $(($1 << 20)) >$control/pool_bytes; }
highest() { # the largest size seen, until the writers are done
	local most=0 now
	while [ ! -e "$work/done" ]; do
		now=$(cat $control/pool_bytes)
		[ "$now" -le "$most" ] || most=$now
	done
	echo "$most" >"$work/most"
}
highest &
seer=$!
: >"$work/torn"
for turn in $(seq 8); do
	size 48 &
	one=$!
	size 32 &
	wait $one
	ok $? "turn $turn: the write of one succeeds"
	wait $!
	ok $? "turn $turn: and that of the other"
	bytes=$(($(pool bytes) >> 20))
	ok "$([ $bytes = 32 ] || [ $bytes = 48 ]; echo $?)" "turn $turn: the pool is as one of them said" $bytes
	size 16
done
touch "$work/done"
wait $seer
most=$(($(cat "$work/most") >> 20))
ok "$([ $most -ge 16 ] && [ $most -le 48 ]; echo $?)" 'it was never larger than the larger' $most
rm "$work/done"

# ---- everything at once, under traffic ----
take "$nvme"
node=$(nvme_node "$nvme")
echo 1 >$control/force
timeout 200 fio --name=traffic --filename="$node" --rw=randwrite --bsrange=4k-128k --size=24M \
	--loops=100 --runtime=20 --time_based --iodepth=8 --ioengine=libaio --direct=1 --verify=crc32c \
	--verify_fatal=1 --verify_backlog=64 --output-format=json --output="$work/fio" 2>"$work/said" &
traffic=$!
until=$((SECONDS + 16))
meanwhile() { # meanwhile COMMAND...: again and again, for 16 s; how often is its answer
	local n=0
	while [ $SECONDS -lt $until ]; do
		"$@"
		n=$((n + 1))
	done
	echo "$n $*" >>"$work/turns"
}
swap() { # swap FILE ONE OTHER
	echo "$2" >"$1"
	echo "$3" >"$1"
}
whole() { # whole FILE REGEX: each of its lines matches
	local text line
	text=$(<"$1")
	while read -r line; do
		[[ -z $line || $line =~ $2 ]] || echo "$1: $line" >>"$work/torn"
	done <<<"$text"
}
come_and_go() { # a card that is attached, bound, unbound and detached
	unbind "$nic"
	echo "$nic" >"$control/attach"
	bind "$nic" "$driver"
	unbind "$nic"
	echo "$nic" >"$control/detach"
	bind "$nic" "$driver"
}
{
	meanwhile swap $control/pool_bytes $((32 << 20)) $((48 << 20)) &
	meanwhile swap $control/pool_bytes $((40 << 20)) $((16 << 20)) &
	meanwhile swap $control/pool_max_bytes $((64 << 20)) 0 &
	meanwhile swap $control/force 0 1 &
	meanwhile come_and_go &
	meanwhile swap $control/detach ffff:ff:1f.7 rubbish &
	meanwhile rmmod xen_swiotlb &
	for _ in 1 2; do
		meanwhile whole $control/counters '^[0-9a-f:.]{12} maps=[0-9]+ .* leaked=[0-9]+' &
		meanwhile whole $control/devices '^[0-9a-f:.]{12} (waiting|attached [a-z0-9_]+|lingering [0-9]+)$' &
		meanwhile whole $control/pool '^[a-z_]+ ([0-9]+|exact|sampled)$' &
		meanwhile whole $control/pool_bytes '^[0-9]+$' &
		meanwhile whole $debug/mappings ' (live|quarantined)$' &
		meanwhile whole $debug/segments '^[0-9]+ 0x[0-9a-f]+ [0-9]+ ' &
	done
} 2>>"$work/errors"
wait $traffic
ok $? 'fio goes on and finds its data'
is "$(jq '.jobs[0].error' "$work/fio")" 0 'without an error'
wait
sed 's/^/# turns: /' "$work/turns"
is "$(wc -l <"$work/turns")" 19 'nobody hangs'
is "$(cat "$work/torn")" '' 'no reader saw half a line'
is "$(grep -vE 'Device or resource busy|No such device|Invalid argument|is in use|File exists' "$work/errors")" '' \
	'a write that failed has one of the errors that are promised'
at_least "$(grep -c 'is in use' "$work/errors")" 1 'under traffic the module does not go'
at_least "$(awk '/come_and_go/ { print $1 }' "$work/turns")" 1 'a card came and went'
is "$(cat /sys/module/xen_swiotlb/refcnt)" 1 'one device, one reference'
is "$(counter "$nvme" leaked)" 0 'nothing leaked from the disk'
is "$(counter "$nic" leaked)" 0 'nor from the card'

echo 0 >$control/force
give_back "$nvme"
nvme_node "$nvme" >/dev/null
is "$(pool used)" 0 'every slot is free again'
echo 0 >$control/pool_max_bytes
echo $((16 << 20)) >$control/pool_bytes
is "$(pool bytes)" $((16 << 20)) 'and the pool has the size that was written last'
mark_log
module_out
ok $? 'the module goes'
like "$(new_log)" 'kept low 0 KiB, leaked 0 KiB' 'with nothing kept and nothing leaked'
after=$(memory)
is "$(word_of m2p_wrong "$after")" 0 'P2M and M2P agree'
is "$(word_of pte_wrong "$after")" 0 'and the page table with both'
done_testing
