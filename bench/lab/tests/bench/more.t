#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The environments that only the full set has, and an IOMMU that batches, as they are typed: each is
# what it says, and its page says so.  more.t [RUN]: judges a run that has them, and boots nothing.
set -uo pipefail
cd "$(dirname "$0")/../../../.." || exit 1
. impl/tests/tap.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
names=(native-iommu-lazy native-iommu-passthrough native-amdvi native-swiotlb xen-dom0-forced xen-dom0-large-pool
	xen-dom0-scattered xen-dom0-cured xen-dom0-served xen-pvh)
run=${1:-$work/run}
if [ $# = 0 ]; then
	make -s bench ENV="$(IFS=,; echo "${names[*]}")" OUT="$run" REPORT=no SEED=1 >"$work/said" 2>&1
	ok $? 'the bench ends well' "$(tail -n 5 "$work/said")"
fi

# holds ENVIRONMENT NAME JQ: it is true of the environment's loads; counted(DEVICE; BACKEND): its
# counted rounds there
holds()
{
	is "$(python3 analysis/figures.py --json "$run/$1" 2>&1 | jq -c ". as \$top |
		def counted(\$d; \$b):
		[.rounds[] | select(.device == \$d and .backend == \$b and (.force | not) and .kind == \"counted\")];
		$3" 2>&1)" true "$1: $2"
}

# counts ENVIRONMENT NAME JQ: it is true of counts.json
counts()
{
	is "$(jq -c "$3" "$run/$1/instructions/counts.json" 2>&1)" true "$1: $2"
}

for name in "${names[@]}"; do
	is "$(jq -r --arg name "$name" '.environments[] | select(.name == $name) |
		[.loads, .instructions | objects | .status] | unique | join(" ")' "$run/bench.json")" measured \
		"$name: all its boots are measured"
	[ "$name" = xen-dom0-served ] || holds "$name" 'every round is good, and data is right' \
		'([.rounds[] | select(.kind != "held") | .ok] | all) and
		([.rounds[].verified | select(. != null)] | length >= 2 and all)'
done

every='map(.counters.bounced_bytes >= .figures.io_bytes and .counters.bounces > 0) | length > 0 and all'
none='map(.counters.bounces == 0) | length > 0 and all'
holds native-iommu-passthrough 'its IOMMU translates nothing, so that a 32-bit disk bounces' \
	".machine.iommu == \"passthrough\" and (counted(\"sda\"; \"stock\") | $every) and
	(counted(\"nvme0n1\"; \"stock\") | $none)"
counts native-iommu-passthrough 'and is told of no map' '.iommu == "intel" and (.cells | length == 3 and
	all(.iommu_maps == 0 and .invalidations == 0))'
counts native-iommu-lazy 'its IOMMU unmaps each, and invalidates them together' '.iommu == "intel" and
	(.cells | length == 3 and all(.iommu_maps == 1000 and .iommu_unmaps >= 1000 and .invalidations < 100))'
holds native-amdvi 'behind its IOMMU nothing bounces' ".machine.iommu == \"strict\" and
	([.rounds[] | select(.kind == \"counted\")] | $none)"
counts native-amdvi 'which invalidates at each unmap' '.iommu == "amd" and (.cells | length == 3 and
	all(.iommu_maps == 1000 and .invalidations >= 1000))'
holds native-swiotlb 'every disk bounces every byte, as it is forced to' ".stock_pool.force and
	([\"nvme0n1\", \"sda\"] as \$disks | all(\$disks[]; . as \$d | \$top | counted(\$d; \"stock\") |
	map(.counters.by_reason.forced == .counters.bounces) + [$every] | all))"
holds xen-dom0-forced 'so do they on stock' "counted(\"nvme0n1\"; \"stock\") |
	map(.counters.by_reason.forced == .counters.bounces) + [$every] | all"
holds xen-dom0-forced 'but not on the module' "counted(\"nvme0n1\"; \"module\") | $none"
holds xen-dom0-large-pool 'its pool has 256 MiB' '.stock_pool.bytes == 268435456'
# shellcheck disable=SC2016 # variables of jq's
holds xen-dom0-scattered 'a 64-bit network card bounces' '.devices as $d | [.rounds[] |
	select(.kind == "counted" and .backend == "stock" and .counters.bounces > 0) | .device as $t |
	$d[] | select(.target == $t and .role == "nic" and .dma_mask_bits == 64)] | length > 0'
# shellcheck disable=SC2016 # variables of jq's
holds xen-dom0-cured 'after the defragmenter hardly one' '[.devices[] |
	select(.role == "nic" and .dma_mask_bits == 64) | .target] as $wide | [.rounds[] |
	select(.kind == "counted") | select(.device | IN($wide[])) | .counters] |
	length > 0 and (map(.bounces) | add) * 50 <= (map(.maps) | add)'
holds xen-dom0-served 'dom0 maps what the domU reads, writes and sends' \
	'[.rounds[] | select(.device == "nvme0n1" or .device == "eth0") | .load == "observed" and
	.figures.io_bytes > 0] | length == 2 and all'
holds xen-pvh 'a PVH dom0, in which nothing bounces' ".machine.guest_type == \"PVH\" and
	([.rounds[] | select(.kind == \"counted\")] | $none)"

passes 'a page of all' analysis/report/report "$run"
page=$run/report.md
for label in 'IOMMU passthrough' AMD-Vi 'native forced' 'dom0 forced stock' 'dom0 large pool stock' \
	'dom0 scattered module' 'domU served stock' 'PVH dom0 stock'; do
	passes "it has $label" grep -qF "| $label |" "$page"
done
passes 'and says what to do where all is forced' grep -q 'bouncing is forced: take swiotlb=force off' "$page"
done_testing
