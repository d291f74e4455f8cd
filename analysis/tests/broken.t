#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Broken runs: what can't be read is told in one line on the page, and the rest stands; where
# nothing can be read, one line, status 1, and no half report.
set -u
# shellcheck source=analysis/tests/runs.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/runs.sh"

# told WHAT PATTERN: the report is made, and one item on its first screen matches.
told()
{
	passes "$1: the report is made" "$report" "$run"
	is "$(sed '/^## /,$d' "$run/report.md" | grep -cE -- "^- .*$2")" 1 'in one line of the first screen'
	passes 'the rest stands' grep -qE '^\| instr., 4 KiB bounced' "$run/report.md"
}

new_run cut
head -c 2000 "$fixture/xen-dom0/run.json" >"$run/xen-dom0/run.json"
told 'run.json cut short' 'xen-dom0/run.json: damaged or cut short'
: >"$run/xen-dom0/run.json"
told 'run.json empty' 'xen-dom0/run.json: it is empty'
new_run version
edit native/run.json '.schema = 2'
told 'another schema' 'native/run.json: schema 2, this program reads schema 1: use the suite'
edit native/run.json '.kind = "other"'
told 'another kind' 'native/run.json: "kind" is not "swiotlb-xen-run"'
new_run fields
edit native/run.json 'del(.machine)'
told 'a field is missing' 'native/run.json: "machine" is missing'
new_run types
edit native/run.json '.rounds[2].load = 4'
told 'a field of the wrong type' 'native/run.json: rounds.*2.* "load" is not text'
new_run shapes
edit native/run.json '.rounds[2].figures = "none"'
told 'another shape within' 'native/run.json: rounds.*2.* "figures" is not an object'
new_run moved
mv "$run/native" "$run/elsewhere"
told 'a folder of another name' 'records environment "native", but its folder is "elsewhere"'

new_run raw
raw=native/$(jq -r '.rounds[0].raw' "$run/native/run.json")
head -c 300 "$fixture/$raw" >"$run/$raw"
told 'a raw file cut short' '2 of 53 rounds failed.*native nvme0n1 randread-4k-qd1 .damaged or cut short'
: >"$run/$raw"
told 'a raw file empty' '2 of 53 rounds failed.*it is empty'
rm "$run/$raw"
told 'a raw file missing' '2 of 53 rounds failed.*No such file'
for odd in '{"jobs": 3}' '{"jobs": ["x"]}' '{"jobs": null}' '{"tool": "packets", "sent": "many", "received": 1}' \
	'{"tool": "data-check", "bytes": []}' '{"end": {"sum": {"bits_per_second": 8, "bytes": 1, "seconds": 1e999}}}' \
	'{"jobs": []}' '{"jobs": [{"job_runtime": 1, "read": {"total_ios": 1, "iops": [], "bw_bytes": 1, "io_bytes": 1}}]}'; do
	echo "$odd" >"$run/$raw"
	told "a raw file of $odd" '2 of 53 rounds failed.*native nvme0n1 randread-4k-qd1 .not as '
done
new_run gzip
head -c 100 /dev/urandom >"$run/$raw.gz"
rm "$run/$raw"
told 'a raw file that is no gzip' '2 of 53 rounds failed.*Not a gzipped file'
{ gzip -nc "$fixture/$raw" | head -c 40; head -c 400 /dev/zero; } >"$run/$raw.gz"
told 'a gzip whose inside is damaged' '2 of 53 rounds failed.*native nvme0n1 randread'
new_run counters
raw=xen-dom0/$(jq -r '[.rounds[] | select(.kind == "counted" and .backend == "module")][0].counters.raw' \
	"$run/xen-dom0/run.json")
head -n 3 "$fixture/$raw" >"$run/$raw"
told "the module's counters cut short" '2 of 53 rounds failed.*before and after a round'
new_run dmabench
echo '{"kind": "other"}' >"$run/xen-dom0/instructions/dmabench.json"
told "another file for dmabench's record" 'xen-dom0/instructions/dmabench.json: "kind" is not'
jq 'del(.rows)' "$fixture/xen-dom0/instructions/dmabench.json" >"$run/xen-dom0/instructions/dmabench.json"
told 'a part of it is missing' 'dmabench.json: "rows" is missing'
jq '.rows[3].cell = "none"' "$fixture/xen-dom0/instructions/dmabench.json" >"$run/xen-dom0/instructions/dmabench.json"
told 'a row of another shape' 'xen-dom0/instructions/dmabench.json: rows.*3.* "cell" is not an object'
new_run counted
edit native-iommu-strict/instructions/counts.json '.cells = 3'
told 'counts of another shape' 'native-iommu-strict/instructions/counts.json: "cells" is not a list'

# odd FILE FILTER PATTERN: a field of another kind costs its file, in one line with its name.
odd()
{
	new_run odd
	edit "$1" "$2"
	told "$2" "$1: $3"
}
odd xen-dom0/run.json '.stock_pool.bytes = "64M"' 'stock_pool "bytes" is not a number'
odd xen-dom0/run.json '.elapsed_s = "x"' '"elapsed_s" is not a number'
odd xen-dom0/run.json '.exchange_totals = {"module": 5}' 'exchange_totals "module" is not an object'
odd xen-dom0/run.json '.devices[0].settings = {"stock": null}' 'devices.*0.*.settings "stock" is not an object'
odd xen-dom0/run.json '.left_out = [3]' 'left_out.*0.* is not an object'
odd xen-dom0/run.json '.errors = [3]' 'errors.*0.* is not text'
odd xen-dom0/run.json '.rounds[2].figures.cpu_sys_s = "x"' 'rounds.*2.*.figures "cpu_sys_s" is not a number'
odd bench.json '.started = 5' '"started" is not text'
odd bench.json '.environments[0].loads.reason = 5' 'environments.*0.*.loads "reason" is not text'
odd bench.json '.environments[5].loads.cure = 5' 'environments.*5.*.loads "cure" is not text'
odd xen-dom0/instructions/dmabench.json '.errors = 5' '"errors" is not a list'
odd xen-dom0/instructions/counts.json '.cells[0].hypercalls = "many"' 'cells.*0.* "hypercalls" is not a number'

# -- a run that can't be read costs a fleet and a comparison itself alone
new_run fleet
mkdir "$scratch/hosts"
cp -r "$fixture" "$scratch/hosts/good"
for nth in 1 2; do
	cp -r "$fixture" "$scratch/hosts/odd$nth"
done
for file in "$scratch"/hosts/odd1/*/run.json "$scratch"/hosts/odd1/*/instructions/dmabench.json; do
	echo '{}' >"$file"
done
echo '{"kind": "swiotlb-xen-bench", "schema": 1, "host": 3, "environments": []}' >"$scratch/hosts/odd2/bench.json"
"$report" --fleet "$scratch/hosts" >"$scratch/fleet.md"
is $? 0 'a fleet with odd runs'
passes 'has the row of the good one' grep -q '^| test-fixture |' "$scratch/fleet.md"
passes 'and a line of the other' grep -q '^| odd1 |.*not read: .*native/run.json: "kind" is not' "$scratch/fleet.md"
"$compare" "$fixture" "$scratch/hosts/odd1" "$fixture" >"$scratch/compared" 2>"$scratch/complained"
is $? 1 'a comparison with an odd run tells so by its status'
passes 'and in one line' grep -q '^compare: .*odd1: .*native/run.json: "kind"' "$scratch/complained"
is "$(wc -l <"$scratch/complained")" 1 'alone'
passes 'the others are compared' grep -q '^Throughputs that changed: 0' "$scratch/compared"
new_run inner
edit xen-domu/run.json '.rounds[0].missing = "all"'
told 'a part of a round of another shape' 'xen-domu/run.json: rounds.*0.* "missing" is not an object'
edit xen-domu/run.json '.rounds[0].missing = {} | .machine.cpus = [] | .versions = {"kernel": {}}'
passes 'odd values are printed as they are' "$report" "$run"
new_run untold
edit xen-dom0/run.json '.exchange_totals = {"module": null}'
passes 'exchanges that are not known cost no file' "$report" "$run"
passes 'and are told so' grep -qF '| xen-dom0 | module | - | - | - |' "$run/report.md"
new_run asked
echo '{' >"$run/bench.json"
told 'bench.json cut short' 'bench.json: damaged or cut short'
new_run missing
# shellcheck disable=SC2016 # a variable of jq's
edit bench.json '(.environments[] | select(.name | startswith("xen"))) |= (.name as $n |
	.loads = {status: "missing", reason: "cut", cure: "make bench ENV=\($n) OUT=results/x"} |
	.instructions = .loads)'
rm -r "$run/xen-dom0" "$run/xen-domu"
passes 'environments are missing: the report is made' "$report" "$run"
passes 'one line and one command for all' grep -q \
	'^- xen-dom0 and xen-domu: missing: cut: .make bench ENV=xen-dom0,xen-domu OUT=results/x.$' "$run/report.md"
sed -i 's/make bench ENV=\(xen-dom.\)/bench\/run --env \1 --readonly --out/; s/ OUT=/ /' "$run/bench.json"
"$report" "$run" >/dev/null
passes 'so is one with options of its own' grep -q \
	'^- xen-dom0 and xen-domu: missing: cut: .bench.run --env xen-dom0,xen-domu --readonly --out results/x.$' \
	"$run/report.md"
cp -r "$fixture/xen-dom0" "$run/xen-dom0"
passes 'one is there all the same: the report is made' "$report" "$run"
passes 'and misses the other alone' grep -q \
	'^- xen-domu: missing: cut: .bench.run --env xen-domu --readonly --out results/x.$' "$run/report.md"
new_run ended
mkdir "$run/xen-pvh.partial"
told 'a boot that was cut' 'xen-pvh.partial: this boot was cut before its end: `make bench RESUME='
new_run disk
"$report" "$run" >/dev/null
cp "$run/report.md" "$scratch/before.md"
complains 'a full disk' 1 'report: .*: the report can.t be written' bash -c "ulimit -f 20; '$report' '$run'"
passes 'leaves the earlier report as it was' cmp "$scratch/before.md" "$run/report.md"
is "$(find "$run" -maxdepth 1 -name '.report*')" '' 'and nothing half'

new_run all
for file in "$run"/*/run.json "$run"/*/instructions/dmabench.json; do
	echo '{' >"$file"
done
complains 'nothing can be read' 1 'native/run.json: damaged or cut short' "$report" "$run"
is "$(find "$run" -maxdepth 1 -name 'report*' -o -maxdepth 1 -name 'plots' -o -maxdepth 1 -name '.report*')" '' \
	'and leaves nothing'
mkdir "$scratch/empty"
complains 'a folder without a run' 1 'no <environment>/run.json in it' "$report" "$scratch/empty"
complains 'no folder at all' 1 'no such folder' "$report" "$scratch/nowhere"
complains 'compare refuses it too' 1 'no such folder' "$compare" "$fixture" "$scratch/nowhere"
python=$(python3 -c 'import sys; print(sys.executable)')
complains 'no gnuplot' 1 'gnuplot is missing: apt-get install gnuplot-nox' \
	env PATH="$scratch/empty" "$python" "$report" "$scratch/disk"
"$report" >/dev/null 2>&1
is $? 2 'no argument is misuse'
"$compare" "$fixture" >/dev/null 2>&1
is $? 2 'so is one run to compare'
done_testing
