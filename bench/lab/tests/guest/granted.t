#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dom0 serves a PV domU its disk and its network, and both defragment meanwhile: no page that is granted
# loses its frame or its data, on either side. Then the domU is saved and restored twice.
set -u
cd "$(dirname "$0")/../../../.." || exit 1

. impl/tests/guest/contiguity/contiguity.sh
. bench/lab/tests/guest/domus.sh
# shellcheck source=bench/lab/guest/bridge.sh
. bench/lab/guest/bridge.sh

defrag_in
scatter
at_most "$(share_of_order 3 contiguity)" 950 "dom0's memory is scattered"
peer_up
bridge_up
domu_limit=1500
domu_begin impl/tests/guest/contiguity/granted.t --memory 640 --disk /dev/nvme0n1 --bridge xbr0 \
	--src impl/tests/guest/contiguity/contiguity.sh --src impl/tests/guest/contiguity/partner.sh \
	--src bench/lab/guest/domu-load \
	--src "$modules/defrag/xen_swiotlb_defrag.ko"

# ---- both run while pages are granted ----

await scattered 300
ok $? 'so is that of the domU'
peer_serve
step serving
runs=0 cured=0 most=0
until await between 1; do
	start_of all
	runs=$((runs + 1)) cured=$((cured + $(value cured) + $(value hot_cured)))
	foreign=$(word_of foreign "$(memory)")
	most=$((foreign > most ? foreign : most))
	[ $SECONDS -lt 1400 ] || bail 'the domU does not end its load'
done
at_least "$cured" 50 "blocks of dom0's were cured meanwhile, in $runs runs"
at_least "$most" 32 "dom0 had pages of the domU mapped: $most"
now=$(memory)
is "$(word_of m2p_wrong "$now")" 0 "dom0's M2P and P2M agree on every page"
is "$(word_of pte_wrong "$now")" 0 'and the page table on both'

# ---- saved and restored ----

save_and_restore
await during 300
ok $? 'the domU runs it again'
save_and_restore
domu_end
is "$(sha256sum <"$work/taken")" "$(sed -n 's/^.*# sent //p' "$work/said")" 'what the domU sent arrived whole'
is "$(sed -n 's/^.*# received //p' "$work/said")" "$(sha256sum <"$work/given")" 'and what was sent to it'
bridge_down
defrag_out
ok $? "dom0's module goes"
done_testing
