#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A PV domU with two 64-bit network cards passed through, and the defragmenter in it.
set -u
cd "$(dirname "$0")/../../../.." || exit 1

. bench/lab/tests/guest/domus.sh

mapfile -t cards < <(cd /sys/bus/pci/drivers/e1000e && printf '%s\n' 0000:*)
is "${#cards[@]}" 2 'two cards can be passed through'
test=impl/tests/guest/contiguity/cure.t
bench/lab/guest/domu --name contiguity --timeout 1300 --memory 800 --pci "${cards[0]}" \
	--pci "${cards[1]}" --src impl/tests/tap.sh --src impl/tests/guest/guest.sh --src "$test" \
	--src impl/tests/guest/contiguity/contiguity.sh --src bench/lab/guest/run-tests \
	--src "$modules/xen_swiotlb.ko" --src "$modules/defrag/xen_swiotlb_defrag.ko" \
	--src "$modules/tests/xsw_p2mcheck.ko" --src build/traces/xswbounce \
	-- bench/lab/guest/run-tests --limit 1200 "$test" >"$work/said" 2>&1 &
# shellcheck disable=SC2034 # of domu_end
domu=$!
domu_end
done_testing
