#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce without Xen, where what bounces goes through plain swiotlb.
cd "$(dirname "$0")/../../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/tool.sh

size=$((4 << 20))
find_disks

# Both at once, so that they see the same mappings.
$x top -a --json -- traces/tracefs/bounces --json -o "$out/bounces" -- \
	bash -c "read_disk $narrow $size; read_disk $wide $size" >"$out/json" 2>/dev/null
for which in "$narrow_bdf" "$wide_bdf"; do
	is "$(of "$which" .bounce_bytes)" \
		"$(jq "[.devices[] | select(.device == \"$which\").bytes] | add // 0" "$out/bounces")" \
		"top: $which: bytes as tracefs counts them"
	at_least "$(of "$which" .maps)" $((size >> 20)) "top: $which: its mappings are counted"
done
is "$(of "$wide_bdf" .backend)" '"swiotlb"' 'top: the backend is plain swiotlb'

$x verdict -a --json -- bash -c "read_disk $wide $size; read_disk $wide $size" >"$out/json" 2>/dev/null
is "$(of "$wide_bdf" '[.bounces, .cpu_share]')" '[0,0]' 'the wide disk does not bounce'
is "$(jq -r .verdict "$out/json")" innocent 'and is acquitted'

# The pool itself is looked at, which the IOMMU's code asks without any function that maps.
$x stacks --by count -- bash -c "read_disk $narrow $size" >"$out/stacks" 2>/dev/null
like "$(cat "$out/stacks")" ';swiotlb_map;swiotlb_tbl_map_single [0-9]+$' 'stacks: made where the pool is asked'
$x latency --json -- bash -c "$x stacks --json -- bash -c 'read_disk $narrow $size' >$out/sites" \
	>"$out/json" 2>/dev/null
bounces=$(of "$narrow_bdf" .bounces)
is "$(jq "[.sites[] | select(.device == \"$narrow_bdf\").bounces] | add" "$out/sites")" "$bounces" \
	'latency: counts what the pool is asked for, as stacks does'
is "$(of "$narrow_bdf" '.calls[] | select(.call == "map bounced").count')" "$bounces" 'and times each'
is "$($x exchange --json 1 2>/dev/null | wc -l)" 0 'exchange: there is no Xen to exchange with'
like "$($x 1 2>/dev/null)" 'Backend swiotlb, kernel .*, no Xen; measured' 'verdict: where it is'

done_testing
