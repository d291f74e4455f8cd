#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A host compared with itself: three boots of one machine, in each the same command with the same
# folder, which then holds three environments and says how to get the others. A machine of the lab
# stands for the host; nothing tells it which environment it is, and it takes itself for a real one, so
# that the page has what only a real host's has.
set -uo pipefail
cd "$(dirname "$0")/../../../.." || exit 1
. impl/tests/tap.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
command='XSW_EMULATED=no make -s bench OUT=/out/this DISK=serial:XSWNVME0 MODULE=all API=none ROUNDS=2 INSTALL=no'

# boot ENVIRONMENT MORE: what was said in $out/said
boot()
{
	bench/lab/lab run "$1" --out "$out" --timeout 600 -- bash -c "hostname a-host; $command ${2-}" \
		>"$out/said" 2>&1
}

# is_there NAME...: the environments that are measured
measured()
{
	is "$(jq -r '[.environments[] | select(.loads.status == "measured") | .name] | join(" ")' \
		"$out/this/bench.json")" "$*" "measured: $*"
}

boot xen-dom0
ok $? 'booted with Xen: the command measures it' "$(tail -n 5 "$out/said")"
measured xen-dom0
passes 'stock and module' jq -e '[.rounds[].backend] | unique == ["module", "stock"]' \
	"$out/this/xen-dom0/run.json"
boot native
ok $? 'booted without Xen: the same command measures this host, not a lab' "$(tail -n 5 "$out/said")"
measured native xen-dom0
like "$(jq -r '.environments[] | select(.name == "native-iommu-passthrough").loads.cure' \
	"$out/this/bench.json")" 'with (intel|amd)_iommu=on iommu=pt on its command line; then make bench DISK=serial:XSWNVME0 MODULE=all ROUNDS=2 API=none OUT=/out/this$' \
	'what is missing is told with what to boot'
boot native-iommu-passthrough "&& ! $command"
ok $? 'booted with iommu=pt: measured too, and a second time refused' "$(tail -n 5 "$out/said")"
measured native native-iommu-passthrough xen-dom0
is "$(grep -c 'has native-iommu-passthrough of this boot already' "$out/said")" 1 'by one line that says why'
is "$(jq -rs 'sort_by(.environment) | [.[] | .environment, .machine.iommu] | join(" ")' "$out"/this/native*/run.json)" \
	'native none native-iommu-passthrough passthrough' 'each boot found out what it is'

# picture 2: what a map costs, of each boot by the same command
for name in native native-iommu-passthrough xen-dom0; do
	passes "$name: dmabench timed the device that is named for the module" jq -e \
		'.dmabench | .ok and .target == "nvme0n1"' "$out/this/$name/run.json"
done
is "$(jq -rs '[.[].rows[].backend] | unique | join(" ")' "$out"/this/native*/raw/dmabench.json)" stock \
	'on stock where the module can not work'
is "$(jq -r '[.rows[].backend] | unique | join(" ")' "$out/this/xen-dom0/raw/dmabench.json")" 'module stock' \
	'on both in Xen'

# the page of three boots of a real host
page=$out/this/report.md
passes 'a page of the three' analysis/report/report "$out/this"
not_there=$(sed '/^## How to read/,/^## /d' "$page" | grep -c 'mulated machine')
is "$not_there" 0 'nothing on it says that the machine is emulated'
is "$(jq -c '[.environments[] | .name as $name | [.dma.paths[] | select(.size == 4096 and .cache == "hot" and
	.dir == "to")] | group_by(.backend)[] | [$name, .[0].backend]] | unique' "$out/this/summary.json")" \
	'[["native","stock"],["native-iommu-passthrough","stock"],["xen-dom0","module"],["xen-dom0","stock"]]' \
	'it has a path of native, IOMMU, Xen stock and Xen module'
passes 'it draws what the load feels' grep -q '^!\[3 What the load feels' "$page"
passes 'tells it against native, without an interval' grep -qE \
	'Throughput against native, the worst load: native-iommu-passthrough ×[0-9.]+ .* \(one boot each: no interval\)' "$page"
passes 'and of the module that there are too few pairs' grep -q \
	'Stock and module in xen-dom0: not judged, fewer than 6 pairs a load' "$page"
passes 'the table has the load, its tail and its CPU time, with the A/A noise' grep -qE \
	'^\|  \| native \| IOMMU passthrough \| dom0 stock \| dom0 module \| A/A noise \|' "$page"
is "$(grep -cE '^\| (throughput|CPU a GB), nvme0n1 ' "$page")" 2 'in rows of their own'
is "$(jq -c '[.environments[] | .name as $name | .samples[] | [$name, .backend, .force, (.inside // .missing) != null]]' \
	"$out/this/summary.json")" \
	'[["native","stock",false,true],["native-iommu-passthrough","stock",false,true],["xen-dom0","stock",false,true],["xen-dom0","module",false,true],["xen-dom0","module",true,true]]' \
	'each boot took samples of where the time of maps goes, or says why not (an emulator may be too slow)'
section=$(awk '/^## / { inside = index($0, "Does the path explain the load?") } inside' "$page")
passes 'whether the path explains a load is told of one that was timed and counted' grep -q \
	'^| xen-dom0 | nvme0n1 | randread-4k-qd1 | direct | 4\.09[0-9] kB | ' <<<"$section"
passes 'of few pairs that it is not told apart' grep -q 'Not told apart: nvme0n1 randread-4k-qd1 in xen-dom0' <<<"$section"
passes 'latency is drawn by percentile' test -s "$out/this/plots/latency-xen-dom0-nvme0n1.svg"
passes 'pair by pair, too' test -s "$out/this/plots/ratio-xen-dom0.svg"
done_testing
