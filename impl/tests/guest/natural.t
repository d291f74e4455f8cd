#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Bounces by nature: a 32-bit controller of a USB disk in a domain above 4 GiB.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/guest.sh"

disk=$(find_usb_disk)
[ -n "$disk" ] || bail 'no USB disk'
usb=$(bdf_of "/sys/block/$disk")

module_in pool_mb=16
take "$usb"
like "$(state_of "$usb")" '^attached ehci' 'the USB controller is taken over'
node=$(usb_node)
settled=-1 # udev is not there, but the kernel scans the disk
while [ "$settled" != "$(counter "$usb" bounce_bytes)" ]; do
	settled=$(counter "$usb" bounce_bytes)
	sleep 1
done
maps=$(counter "$usb" bounce_mask)
dd if="$node" of=/dev/null bs=64k count=64 iflag=direct status=none
ok $? '4 MiB are read'
bounced=$(($(counter "$usb" bounce_bytes) - settled))
at_least "$bounced" $((4 << 20)) 'every byte bounced'
at_most "$bounced" $(((4 << 20) + 64 * 256)) 'and little more: commands and their status'
at_least "$(counter "$usb" bounce_mask)" $((maps + 1)) 'because of the mask'
is "$(counter "$usb" bounce_forced)" 0 'none by force'
dd if="$node" bs=64k count=64 iflag=direct status=none | sha256sum >/tmp/module.sum
give_back "$usb"
node=$(usb_node)
dd if="$node" bs=64k count=64 iflag=direct status=none | sha256sum >/tmp/stock.sum
is "$(cat /tmp/module.sum)" "$(cat /tmp/stock.sum)" 'the kernel reads the same'
module_out
ok $? 'and the module goes'
done_testing
