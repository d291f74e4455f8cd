# SPDX-License-Identifier: GPL-2.0-only
# What the tests of the report run, and runs to test it on: copies of the stored fixture.
# shellcheck shell=bash
# shellcheck disable=SC2034  # report, compare and fixture are for the tests

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=impl/tests/tap.sh
. "$checkout/impl/tests/tap.sh"
report=$checkout/analysis/report/report
compare=$checkout/analysis/report/compare
fixture=$checkout/analysis/tests/data/run

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

not()
{
	! "$@"
}

# new_run NAME: sets run to a fresh copy of the fixture.
new_run()
{
	run=$scratch/$1
	rm -rf "$run"
	cp -r "$fixture" "$run"
}

# edit FILE FILTER: changes a JSON file of the run by jq.
edit()
{
	jq "$2" "$run/$1" >"$scratch/edited" && mv "$scratch/edited" "$run/$1"
}

# everywhere: sets run to a copy of the fixture that has all environments of the lab.
everywhere()
{
	local name

	new_run everywhere
	for name in native-iommu-passthrough:native-iommu-lazy native-amdvi:native-iommu-strict \
		native-swiotlb:native xen-dom0-forced:xen-dom0 xen-dom0-large-pool:xen-dom0 \
		xen-dom0-scattered:xen-dom0 xen-dom0-cured:xen-dom0 xen-dom0-served:xen-dom0 \
		xen-pvh:xen-dom0; do
		cp -r "$run/${name#*:}" "$run/${name%:*}"
		edit "${name%:*}/run.json" ".environment = \"${name%:*}\""
	done
	# What a map bounces behind an IOMMU that translates nothing, and what AMD's invalidates at the
	# map, too, want most room in the third picture.
	cp "$run"/native{,-iommu-passthrough}/instructions/dmabench.json
	edit native-iommu-passthrough/instructions/counts.json '.cells[].invalidations = 0'
	edit native-amdvi/instructions/counts.json '.iommu = "amd" | .cells[].invalidations *= 2'
	edit xen-dom0-cured/run.json '.rounds |= map(select(.backend == "stock"))'
	rm -r "$run/xen-dom0-cured/instructions"
}

# The run as if a machine that is not emulated had made it.
real_machine()
{
	local file

	for file in "$run"/*/run.json; do
		edit "${file#"$run"/}" '.emulated = false'
	done
}
