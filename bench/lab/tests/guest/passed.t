#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A PV domU with an NVMe disk and a USB controller passed through, and the module in it.
set -u
cd "$(dirname "$0")/../../../.." || exit 1

. bench/lab/tests/guest/domus.sh

domu_begin impl/tests/guest/domu/passed.t --pci "$nvme" --pci "$usb"
domu_end
for ((try = 0; try < 100; try++)); do
	[ ! -b /dev/nvme0n1 ] || break
	sleep 0.1
done
passes 'afterwards the disk is back in dom0' dd if=/dev/nvme0n1 of=/dev/null bs=64k count=16 iflag=direct
done_testing
