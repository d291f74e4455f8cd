#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A PV domU with two 64-bit network cards passed through, and the defragmenter in it; then once more while
# another domain has the rest of the machine.
set -u
cd "$(dirname "$0")/../../../.." || exit 1

. bench/lab/tests/guest/domus.sh
# shellcheck source=impl/tests/guest/contiguity/eater.sh
. impl/tests/guest/contiguity/eater.sh

mapfile -t cards < <(cd /sys/bus/pci/drivers/e1000e && printf '%s\n' 0000:*)
is "${#cards[@]}" 2 'two cards can be passed through'
dir=impl/tests/guest/contiguity
test='the defragmenter'
domu_name=contiguity
bench/lab/guest/domu --name $domu_name --timeout 2300 --memory 800 --pci "${cards[0]}" \
	--pci "${cards[1]}" --src impl/tests/tap.sh --src impl/tests/guest/guest.sh --src $dir \
	--src bench/lab/guest/run-tests \
	--src "$modules/xen_swiotlb.ko" --src "$modules/defrag/xen_swiotlb_defrag.ko" \
	--src "$modules/tests/xsw_p2mcheck.ko" --src build/traces/xswbounce \
	-- bench/lab/guest/run-tests --limit 1200 $dir/cure.t $dir/poor.t >"$work/said" 2>&1 &
# shellcheck disable=SC2034 # of domu_end
domu=$!
until await scattered 1; do
	kill -0 $domu 2>/dev/null || break
done
leave_xen 40
ok $? 'another domain has the rest of the machine'
free=$(xen_free)
at_most "$free" 64 "Xen has $free MiB free"
step scarce
domu_end
xl destroy eater
done_testing
