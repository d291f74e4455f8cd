#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A PV domU with two 64-bit network cards passed through, and the defragmenter in it.
set -u
cd "$(dirname "$0")/../../../.." || exit 1

. bench/lab/tests/guest/domus.sh

mapfile -t cards < <(cd /sys/bus/pci/drivers/e1000e && printf '%s\n' 0000:*)
is "${#cards[@]}" 2 'two cards can be passed through'
domu_begin impl/tests/guest/contiguity/domu.t --pci "${cards[0]}" --pci "${cards[1]}" --memory 800 \
	--src impl/tests/guest/contiguity/contiguity.sh --src "$modules/defrag/xen_swiotlb_defrag.ko"
domu_end
done_testing
