#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The runner finds its devices in other slots, and says what it leaves out when one is missing.
set -uo pipefail
cd "$(dirname "$0")/../../../.." || exit 1

. impl/tests/tap.sh

# looks NAME LAB-OPTIONS...: the test compares the runner's plan with what lspci lists.
looks()
{
	local name=$1

	shift
	echo "# Subtest: $name"
	bench/lab/lab run native --timeout 200 "$@" -- bench/tests/guest/devices.t | sed 's/^/    /'
	ok $? "$name"
}

looks 'all devices in other slots' --permute 3
looks 'in others again, without the USB disk' --permute 5 --without usb-disk
looks 'without the NVMe and the network cards' --without nvme --without nic-pair
done_testing
