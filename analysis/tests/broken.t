#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Broken runs: one clear line, status 1, and no half report.
set -u
# shellcheck source=analysis/tests/tap.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/tap.sh"

# shellcheck disable=SC2317  # called through ok
untouched()
{
	[ ! -e "$run/report.md" ] && [ ! -e "$run/plots" ] &&
		[ -z "$(find "$run" -maxdepth 1 -name '.report*')" ]
}

new_run cut
head -c 2000 "$fixture/xen-dom0/run.json" >"$run/xen-dom0/run.json"
ok 'run.json cut short' refuses 'xen-dom0/run.json: damaged or cut short at line [0-9]+' "$report" "$run"
ok 'leaves nothing' untouched
: >"$run/xen-dom0/run.json"
ok 'run.json empty' refuses 'run.json: damaged or cut short' "$report" "$run"

new_run version
edit native/run.json '.schema = 2'
ok 'another schema' refuses 'schema 2, this program reads schema 1' "$report" "$run"
edit native/run.json '.kind = "other"'
ok 'another kind' refuses 'not a record of a run' "$report" "$run"

new_run fields
edit native/run.json 'del(.machine)'
ok 'a field is missing' refuses 'native/run.json: "machine" is missing' "$report" "$run"
new_run types
edit native/run.json '.rounds[2].load = 4'
ok 'a field of the wrong type' refuses 'rounds\[2\] "load" is not text' "$report" "$run"
new_run kinds
edit native/run.json '.rounds[0].kind = "guessed"'
ok 'an unknown kind of round' refuses 'rounds\[0\] kind "guessed" is none of' "$report" "$run"
new_run moved
mv "$run/native" "$run/elsewhere"
ok 'a folder of another name' refuses 'records environment "native" but lies in folder "elsewhere"' \
	"$report" "$run"

new_run raw
raw=native/$(jq -r '.rounds[0].raw' "$run/native/run.json")
head -c 300 "$fixture/$raw" >"$run/$raw"
ok 'a raw file cut short' refuses "$raw: damaged or cut short" "$report" "$run"
: >"$run/$raw"
ok 'a raw file empty' refuses "$raw, named by run.json, is empty" "$report" "$run"
rm "$run/$raw"
ok 'a raw file missing' refuses "$raw, named by run.json: No such file" "$report" "$run"
new_run counters
raw=xen-dom0/$(jq -r '[.rounds[] | select(.kind == "counted" and .backend == "module")][0].counters.raw' \
	"$run/xen-dom0/run.json")
head -n 3 "$fixture/$raw" >"$run/$raw"
ok "the module's counters cut short" refuses 'before and after the round, or cut short' "$report" "$run"
new_run dmabench
rm "$run/xen-dom0/raw/dmabench.json"
ok "dmabench's record missing" refuses 'raw/dmabench.json, named by run.json: No such file' "$report" "$run"
echo '{"kind": "other"}' >"$run/xen-dom0/raw/dmabench.json"
ok 'or another file' refuses 'dmabench.json: "kind" is not "swiotlb-xen-dmabench"' "$report" "$run"
ok 'none of these leaves anything' untouched

mkdir "$scratch/empty"
ok 'a folder without a run' refuses 'no <environment>/run.json in it' "$report" "$scratch/empty"
ok 'no folder at all' refuses 'no such folder' "$report" "$scratch/nowhere"
ok 'compare refuses them too' refuses 'no such folder' "$compare" "$fixture" "$scratch/nowhere"
"$report" >/dev/null 2>&1
ok 'no argument is misuse' test $? -eq 2
done_testing
