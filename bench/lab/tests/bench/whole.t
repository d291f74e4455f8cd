#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A bench of the lab as it is typed: behind an IOMMU and in a domU, two machines at a time.
# whole.t [RUN]: judges a run that has both, and boots nothing.
set -uo pipefail
cd "$(dirname "$0")/../../../.." || exit 1
. impl/tests/tap.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
run=${1:-$work/run}
if [ $# = 0 ]; then
	make -s bench ENV=native-iommu-strict,xen-domu OUT="$run" REPORT=no SEED=1 >"$work/said" 2>&1
	ok $? 'the bench ends well' "$(tail -n 5 "$work/said")"
fi
is "$(jq -r '[.environments[] | select(.name == "native-iommu-strict" or .name == "xen-domu") | "\(.name) \(.loads.status) \(.instructions.status)"] | join(", ")' \
	"$run/bench.json")" 'native-iommu-strict measured measured, xen-domu measured measured' \
	'both boots of both are measured'

domu=$run/xen-domu
python3 analysis/figures.py --json "$domu" >"$work/domu.json"

# holds NAME JQ: it is true of the domU's loads
holds()
{
	is "$(jq -c "def of(\$d; \$b; \$f): [.rounds[] | select(.device == \$d and .backend == \$b and
		.force == \$f)]; $2" "$work/domu.json" 2>&1)" true "$1"
}

holds 'a PV domU' '.environment == "xen-domu" and .machine.domain == "domU" and .machine.guest_type == "PV"'
holds 'NVMe, USB and network cards are passed through' \
	'[.devices[].driver] | sort == ["e1000", "e1000", "ehci-pci", "nvme"]'
holds 'every round is good on both backends' \
	'.ok and ([.rounds[].ok] | all) and ([.rounds[].backend] | unique == ["module", "stock"])'
holds 'what was written is read back right, and what was sent arrives' \
	'[.rounds[] | select(.verified != null) | .verified] | length >= 6 and all'
for backend in stock module; do
	holds "the NVMe bounces nothing on $backend" \
		"of(\"nvme0n1\"; \"$backend\"; false) | map(.counters.bounces == 0) | length > 0 and all"
	holds "the USB disk every byte on $backend" \
		"of(\"sda\"; \"$backend\"; false) | map(.counters.bounced_bytes == .figures.io_bytes) |
		length > 0 and all"
done
holds 'and the NVMe when forced' 'of("nvme0n1"; "module"; true) |
	map(.counters.by_reason.forced == .counters.bounces and .counters.bounced_bytes >= .figures.io_bytes)
	| length > 0 and all'

# shellcheck disable=SC2016 # a variable of jq's
holds 'of the same packets the network card maps and bounces the same on both backends, to the byte' \
	'[("stock", "module") as $b | of("eth0"; $b; false) | map(select(.load == "packets") | .counters |
	[.maps, .bounces, .map_bytes, .bounced_bytes])] | .[0] == .[1] and (.[0] | length > 0 and
	all(.[0] > 440 and .[0] == .[1] and .[2] == .[3]))'

# exact FILE JQ NAME
exact()
{
	is "$(jq -c "$2" "$run/$1")" true "$3"
}

for name in native-iommu-strict xen-domu; do
	exact $name/instructions/dmabench.json '.ok and .unit == "instructions"' "$name: instructions are counted"
done
exact xen-domu/instructions/dmabench.json '[.rows[].backend] | unique == ["module", "stock"]' \
	'in the domU on both backends'
exact xen-domu/instructions/dmabench.json '[.summary[] | select(.test == "pair" and .size == 4096 and
	.stock.route == "direct")] | length >= 1 and all(.module.median < .stock.median)' 'a direct map costs less on the module'
exact native-iommu-strict/instructions/counts.json '.iommu == "intel" and (.cells | length == 3 and
	all(.maps == 1000 and .iommu_maps == 1000 and .iommu_unmaps >= 1000 and .iommu_unmaps < 1010 and
	.invalidations == .iommu_unmaps))' 'strict: an invalidation each unmap'
exact xen-domu/instructions/counts.json '.missing.invalidations | length > 0' \
	'where nothing is invalidated the record says why'
exact xen-domu/instructions/counts.json '[.cells[] | select(.test == "pair")] | length == 6 and
	all(.maps == 1000 and .hypercalls < 50)' 'a map that bounces calls Xen on neither backend'
exact xen-domu/instructions/counts.json '[.cells[] | select(.test == "coherent")] |
	map({(.backend): (.hypercalls / .maps)}) | add | .stock >= 2 and .module < 0.5' \
	'coherent memory does on stock'
done_testing
