#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Broken runs: one clear line, status 1, and no half report.
set -u
# shellcheck source=analysis/tests/runs.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/runs.sh"

# shellcheck disable=SC2317  # called through passes
untouched()
{
	[ ! -e "$run/report.md" ] && [ ! -e "$run/plots" ] &&
		[ -z "$(find "$run" -maxdepth 1 -name '.report*')" ]
}

new_run cut
head -c 2000 "$fixture/xen-dom0/run.json" >"$run/xen-dom0/run.json"
complains 'run.json cut short' 1 'xen-dom0/run.json: damaged or cut short at line [0-9]+' "$report" "$run"
passes 'leaves nothing' untouched
: >"$run/xen-dom0/run.json"
complains 'run.json empty' 1 'run.json: damaged or cut short' "$report" "$run"

new_run version
edit native/run.json '.schema = 2'
complains 'another schema' 1 'schema 2, this program reads schema 1' "$report" "$run"
edit native/run.json '.kind = "other"'
complains 'another kind' 1 'not a record of a run' "$report" "$run"

new_run fields
edit native/run.json 'del(.machine)'
complains 'a field is missing' 1 'native/run.json: "machine" is missing' "$report" "$run"
new_run types
edit native/run.json '.rounds[2].load = 4'
complains 'a field of the wrong type' 1 'rounds\[2\] "load" is not text' "$report" "$run"
new_run kinds
edit native/run.json '.rounds[0].kind = "guessed"'
complains 'an unknown kind of round' 1 'rounds\[0\] kind "guessed" is none of' "$report" "$run"
new_run moved
mv "$run/native" "$run/elsewhere"
complains 'a folder of another name' 1 'records environment "native" but lies in folder "elsewhere"' \
	"$report" "$run"

new_run raw
raw=native/$(jq -r '.rounds[0].raw' "$run/native/run.json")
head -c 300 "$fixture/$raw" >"$run/$raw"
complains 'a raw file cut short' 1 "$raw: damaged or cut short" "$report" "$run"
: >"$run/$raw"
complains 'a raw file empty' 1 "$raw, named by run.json, is empty" "$report" "$run"
rm "$run/$raw"
complains 'a raw file missing' 1 "$raw, named by run.json: No such file" "$report" "$run"
new_run counters
raw=xen-dom0/$(jq -r '[.rounds[] | select(.kind == "counted" and .backend == "module")][0].counters.raw' \
	"$run/xen-dom0/run.json")
head -n 3 "$fixture/$raw" >"$run/$raw"
complains "the module's counters cut short" 1 'before and after the round, or cut short' "$report" "$run"
new_run dmabench
rm "$run/xen-dom0/raw/dmabench.json"
complains "dmabench's record missing" 1 'raw/dmabench.json, named by run.json: No such file' "$report" "$run"
echo '{"kind": "other"}' >"$run/xen-dom0/raw/dmabench.json"
complains 'or another file' 1 'dmabench.json: "kind" is not "swiotlb-xen-dmabench"' "$report" "$run"
passes 'none of these leaves anything' untouched

mkdir "$scratch/empty"
complains 'a folder without a run' 1 'no <environment>/run.json in it' "$report" "$scratch/empty"
complains 'no folder at all' 1 'no such folder' "$report" "$scratch/nowhere"
complains 'compare refuses them too' 1 'no such folder' "$compare" "$fixture" "$scratch/nowhere"
"$report" >/dev/null 2>&1
is $? 2 'no argument is misuse'
done_testing
