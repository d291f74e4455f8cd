#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A disk controller of 64 bits whose driver asks the kernel how wide it must reach: under Xen PV the
# kernel's own operations answer 32 bits and every byte bounces; ours answer what the machine needs.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/guest.sh"

sas_node() { # the disk on the SAS controller, waiting for it
	local try dev
	for try in $(seq 200); do
		for dev in /sys/block/sd*; do
			[ -e "$dev" ] && [ "$(bdf_of "$dev")" = "$sas" ] && [ -b "/dev/$(basename "$dev")" ] &&
				echo "/dev/$(basename "$dev")" && return
		done
		sleep 0.1
	done
	bail "no disk of $sas after $try tries"
}

for dev in /sys/bus/pci/drivers/mptsas/0*; do
	sas=$(basename "$dev")
done
[ -d "/sys/bus/pci/devices/${sas:-none}" ] || bail 'no controller with the driver mptsas'
size=$((8 << 20))
bits() { echo "$(cat "/sys/bus/pci/devices/$sas/dma_mask_bits") $(cat "/sys/bus/pci/devices/$sas/consistent_dma_mask_bits")"; }
read_disk() { dd if="$(sas_node)" bs=64k count=$((size >> 16)) iflag=direct status=none; }
stock_bounced() { # what the kernel's own pool took while the disk was read
	"$top/traces/tracefs/bounces" --device "$sas" --json -o /tmp/bounces \
		-- dd if="$(sas_node)" of=/dev/null bs=64k count=$((size >> 16)) iflag=direct status=none
	jq '[.devices[].bytes] | add // 0' /tmp/bounces
}

head -c $size /dev/urandom >/tmp/pattern
dd if=/tmp/pattern of="$(sas_node)" bs=256k oflag=direct status=none
written=$(sha256sum </tmp/pattern)
is "$(bits)" '32 32' 'stock: the driver keeps a controller of 64 bits at 32'
is "$(stock_bounced)" $size 'stock: every byte read bounces'
is "$(read_disk | sha256sum)" "$written" 'stock: and is right'

module_in pool_mb=16
take "$sas"
sas_node >/dev/null
is "$(bits)" '64 64' 'module: the driver uses all 64 bits'
sleep 2 # the kernel scans the disk
maps=$(counter "$sas" maps)
is "$(read_disk | sha256sum)" "$written" 'module: what stock wrote is read'
at_least "$(counter "$sas" maps)" $((maps + 16)) 'module: by maps of its own'
is "$(counter "$sas" bounce_mask)" 0 'module: none bounces because of the mask'
is "$(counter "$sas" bounce_bytes)" 0 'module: nor for another reason'
timeout 200 fio --name=verify --filename="$(sas_node)" --rw=randwrite --bsrange=4k-256k --size=8M \
	--iodepth=8 --ioengine=libaio --direct=1 --verify=crc32c --verify_fatal=1 --verify_state_save=0 \
	--output-format=json --output=/tmp/fio.json
ok $? 'module: fio finds what it wrote'
is "$(counter "$sas" bounce_bytes)" 0 'module: still without a bounce'
is "$(counter "$sas" fail_mask_unreachable)" 0 'module: no mapping was out of reach'
dd if=/tmp/pattern of="$(sas_node)" bs=256k oflag=direct status=none
give_back "$sas"
is "$(bits)" '32 32' 'stock again: 32 bits'
is "$(read_disk | sha256sum)" "$written" 'stock again: it reads what was written'
mark_log
module_out
ok $? 'the module goes'
like "$(new_log)" 'kept low 0 KiB, leaked 0 KiB' 'with nothing kept and nothing leaked'
done_testing
