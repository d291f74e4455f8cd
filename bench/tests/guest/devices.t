#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The runner finds the devices of this machine wherever they are plugged in, and says what is
# missing: compared with what lspci lists by class.
cd "$(dirname "$0")/../../.." || exit 1
. impl/tests/tap.sh

plan=$(bench/run --here --dry-run --probe-links 2>&1)
ok $? 'a plan is made' "$plan"

# The address of the first function of a PCI class; empty without one.
function_of()
{
	lspci -Dn -d "::$1" | awk 'NR == 1 { print $1 }'
}

# said NAME REGEX
said()
{
	grep -qE -- "$2" <<<"$plan"
	ok $? "$1" "$plan" "a line with $2"
}

nvme=$(function_of 0108)
if [ -n "$nvme" ]; then
	said 'the 64-bit disk is found where it is' "disk of .* at $nvme, .*, 64-bit DMA; reads; stock"
else
	said 'a missing 64-bit disk is told' '^  64-bit disk +found no unused one'
fi
usb=$(function_of 0c03)
if [ -n "$usb" ]; then
	said 'the 32-bit disk is found behind its controller' "disk of .* at $usb, .*, 32-bit DMA"
else
	said 'a missing 32-bit disk is told' '^  32-bit disk +found no unused one'
fi
mapfile -t cards < <(lspci -Dn -d ::0200 | awk '{ print $1 }')
if [ ${#cards[@]} -eq 2 ]; then
	said 'the network cards are found to be linked' \
		"linked network cards at (${cards[0]} and ${cards[1]}|${cards[1]} and ${cards[0]}),"
else
	said 'missing network cards are told' '^  network load +found no linked pair'
fi
root=$(findmnt -no SOURCE /)
said 'the root disk is left out' "^  ${root##*/} +it carries the root file system"
expect 'writing to the root disk is refused' 2 'refusing to write to .*: it carries the root' \
	bench/run --here --dry-run --write "$root"
expect 'moving the root disk is refused' 2 'refusing to move .* carries the root|PV domain' \
	bench/run --here --dry-run --disk "$root" --try-module "$root"
expect 'no namespace is left' 0 '!xsw-' ip netns list
done_testing
