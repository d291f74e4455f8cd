#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# One mapping of 512 bytes held in the middle of every segment: the largest mapping that a driver
# was promised is served all the same, and forced bounces of a disk's largest requests complete.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/guest.sh"

[ -f "$modules/dmabench.ko" ] || bail "no dmabench for $(uname -r): make -C bench/dmabench module"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
nvme=$(find_nvme)
nic=$(find_nics | tail -n 1)
[ -n "$nvme" ] || bail 'no NVMe disk'
[ -n "$nic" ] || bail 'no spare network card'
nic_driver=$(driver_of "$nic")
files=/sys/kernel/debug/dmabench/$nic

decimal() { # of words, two a line
	# shellcheck disable=SC2046,SC2183
	printf '%d %d\n' $(cat)
}

# ---- fill the pool with mappings of a slot each, keep one in the middle of each segment ----
module_in pool_mb=16
insmod "$modules/dmabench.ko"
unbind "$nic"
echo "$nic" >$control/attach
echo dmabench >"/sys/bus/pci/devices/$nic/driver_override"
echo "$nic" >/sys/bus/pci/drivers_probe
seq "$(pool slots)" | sed 's/.*/map & 512 to/' >"$work/requests"
dd if="$work/requests" of="$files/sequence" bs=1M status=none
awk '$2 == "bounced" { print $1, $3 }' "$files/sequence" | decimal >"$work/maps"
is "$(wc -l <"$work/maps")" "$(pool slots)" 'a mapping of 512 bytes in every slot of the pool'
awk '{ print $2, $3 }' $debug/segments | decimal >"$work/segments"
awk -v kept="$work/kept" '
	NR == FNR { bus[$1] = $2; next }
	{
		best = -1
		for (id in bus) {
			if (bus[id] < $1 || bus[id] >= $1 + $2) continue
			off = bus[id] - ($1 + $2 / 2)
			if (off < 0) off = -off
			if (best < 0 || off < best) { best = off; keep = id }
		}
		if (best >= 0) { kept_ids[keep] = 1; print keep >kept }
	}
	END { for (id in bus) if (!(id in kept_ids)) print "unmap", id }
' "$work/maps" "$work/segments" >"$work/unmaps"
dd if="$work/unmaps" of="$files/sequence" bs=1M status=none oflag=append conv=notrunc
is "$(wc -l <"$work/kept")" "$(wc -l <"$work/segments")" 'one is kept in every segment'
is "$(pool used)" "$(wc -l <"$work/segments")" 'and they are all that is in use'
largest=$(pool largest_free)

# ---- what was promised to a driver is served ----
most=$(jq .max_mapping_bytes "$files/device")
ok $((most < (128 << 10))) "max_mapping_size is $most"
echo "test=pair size=$most reach=far count=50" >"$files/cell"
is "$(jq '[.served, .bounced, .fails.n]' -c "$files/cell")" '[50,50,0]' \
	"50 mappings of that size are served while the longest free run has $largest slots"
at_least $((most / 2048)) $((largest + 1)) 'which is shorter than they are, in slots'

# ---- the largest requests the disk takes, every byte bounced ----
take "$nvme"
node=$(nvme_node "$nvme")
queue=/sys/block/$(basename "$node")/queue
cat "$queue/max_hw_sectors_kb" >"$queue/max_sectors_kb"
block=$(cat "$queue/max_sectors_kb")
echo 1 >$control/force
timeout 120 fio --name=held --filename="$node" --rw=randwrite --bs="${block}k" \
	--size=$((block * 24))k --ioengine=libaio --iodepth=4 --direct=1 --verify=crc32c \
	--verify_fatal=1 --output-format=json --output="$work/fio" 2>"$work/said"
ok $? "fio writes and checks requests of $block KiB to the end"
is "$(jq -c '[.jobs[0] | .error, .write.total_ios, .read.total_ios]' "$work/fio")" '[0,24,24]' \
	'every request, without an error'
at_least "$(counter "$nvme" bounce_bytes)" $((block * 48 * 1024)) 'every byte of them through the pool'
is "$(counter "$nvme" fail_too_large)" 0 'and none was too large for it'
is "$(pool used)" "$(wc -l <"$work/segments")" 'what is held is held still'
echo 0 >$control/force
give_back "$nvme"
nvme_node "$nvme" >/dev/null

# ---- and away ----
unbind "$nic"
echo >"/sys/bus/pci/devices/$nic/driver_override"
echo "$nic" >$control/detach
bind "$nic" "$nic_driver"
rmmod dmabench
is "$(pool used)" 0 'all is given back'
module_out
ok $? 'the module unloads'
done_testing
