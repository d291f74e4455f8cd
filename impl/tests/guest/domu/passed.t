#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The module in a PV domU that has an NVMe disk and a USB controller passed through: it owns both,
# data is right directly and bounced, a BAR is mapped, and it goes again.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/../guest.sh"

! grep -q control_d /proc/xen/capabilities 2>/dev/null
ok $? 'this is no dom0'
modprobe -a nvme ehci-pci usb-storage sd_mod
nvme=$(find_nvme)
[ -n "$nvme" ] || bail 'no NVMe disk was passed through'
nvme_node "$nvme" >/dev/null
usb=$(bdf_of "/sys/block/$(basename "$(usb_node)")")

verify() { # verify NAME NODE SIZE
	timeout 120 fio --name=verify --filename="$2" --rw=randwrite --bsrange=4k-128k --size="$3" \
		--iodepth=8 --ioengine=libaio --direct=1 --verify=crc32c --verify_fatal=1 \
		--verify_state_save=0 --output-format=json --output=/tmp/fio.json
	ok $? "$1: fio finds what it wrote"
	is "$(jq '.jobs[0].error' /tmp/fio.json)" 0 "$1: without an error"
	bytes=$(jq '.jobs[0] | .write.io_bytes + .read.io_bytes' /tmp/fio.json)
}

before=$(memory)
module_in pool_mb=16
ok $? 'the module loads'
is "$(pool bytes)" $((16 << 20)) 'with the pool that was asked for'
take "$nvme"
take "$usb"
is "$(state_of "$nvme")" 'attached nvme' 'it owns the NVMe'
like "$(state_of "$usb")" '^attached ehci' 'and the USB controller'
node=$(nvme_node "$nvme")
verify 'NVMe' "$node" 12M
is "$(counter "$nvme" bounce_bytes)" 0 'NVMe: a device of 64 bits bounces nothing'
verify 'USB' "$(usb_node)" 2M
at_least "$(counter "$usb" bounce_bytes)" "$bytes" 'USB: one of 32 bits bounces every byte'
at_least "$(counter "$usb" bounce_mask)" 1 'USB: because of the mask'

echo 1 >$control/force
verify 'NVMe forced' "$node" 12M
at_least "$(counter "$nvme" bounce_bytes)" "$bytes" 'NVMe forced: every byte bounced'
is "$(counter "$nvme" fail_mask_unreachable)" 0 'NVMe forced: no mapping was out of reach'
echo 0 >$control/force

mark_log
tell $debug/selftest "$nvme 0"
ok $? 'a BAR of the NVMe is mapped'
like "$(new_log)" 'selftest: .* reads 0x[0-9a-f]{8}' 'and its first word read'
echo $((24 << 20)) >$control/pool_bytes
is "$(pool bytes)" $((24 << 20)) 'the pool grows'
during=$(memory)
is "$(word_of m2p_wrong "$during")" 0 'M2P and P2M agree on the exchanged frames'
is "$(word_of pte_wrong "$during")" 0 'and the page table on both'

give_back "$usb"
give_back "$nvme"
dd if="$(nvme_node "$nvme")" of=/dev/null bs=64k count=16 iflag=direct status=none
ok $? 'the NVMe reads with the kernel'"'"'s own operations again'
is "$(counter "$nvme" leaked)" 0 'nothing leaked from it'
is "$(pool used)" 0 'no slot is in use'
mark_log
module_out
ok $? 'the module goes'
like "$(new_log)" 'kept low 0 KiB, leaked 0 KiB' 'with nothing kept and nothing leaked'
after=$(memory)
is "$(word_of m2p_wrong "$after")" 0 'P2M and M2P agree'
is "$(word_of frames "$after")" "$(word_of frames "$before")" 'the domain has as many frames as before'
done_testing
