#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A host compared with itself: three boots of one machine, in each the same command with the same
# folder, which then holds three environments and says how to get the others. A machine of the lab
# stands for the host; nothing tells it which environment it is.
set -uo pipefail
cd "$(dirname "$0")/../../../.." || exit 1
. impl/tests/tap.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
command='make -s bench OUT=/out/this DISK=serial:XSWNVME0 MODULE=all ROUNDS=1 INSTALL=no'

# boot ENVIRONMENT MORE: what was said in $out/said
boot()
{
	bench/lab/lab run "$1" --out "$out" --timeout 400 -- bash -c "hostname a-host; $command ${2-}" \
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
	"$out/this/bench.json")" 'with (intel|amd)_iommu=on iommu=pt on its command line; then make bench OUT=/out/this$' \
	'what is missing is told with what to boot'
boot native-iommu-passthrough "&& ! $command"
ok $? 'booted with iommu=pt: measured too, and a second time refused' "$(tail -n 5 "$out/said")"
measured native native-iommu-passthrough xen-dom0
is "$(grep -c 'has native-iommu-passthrough of this host already' "$out/said")" 1 'by one line that says why'
is "$(jq -rs '[.[] | .environment, .machine.iommu] | join(" ")' "$out"/this/native*/run.json)" \
	'native none native-iommu-passthrough passthrough' 'each boot found out what it is'
done_testing
