#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Where the time of maps goes, by samples of perf in a booted dom0: a disk that bounces by nature copies,
# on stock and on the module; and the page says that the machine is emulated. What does not bounce is
# in host.t.
set -uo pipefail
cd "$(dirname "$0")/../../../.." || exit 1
. impl/tests/tap.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
# an emulated machine takes samples in the full set alone
bench/lab/lab run xen-dom0 --out "$out" --timeout 900 -- bench/run --here --out /out/run --full --rounds 1 \
	--seconds 3 --seed 1 --disk serial:XSWUSB0 --try-module all --leave-out held --leave-out dmabench \
	>"$out/said" 2>&1
ok $? 'a run with samples ends well' "$(tail -n 5 "$out/said")"
is "$(jq -c '[.rounds[] | select(.kind == "sampled") | [.device, .backend, .force, .ok, .samples != null]]' \
	"$out/run/xen-dom0/run.json")" '[["sda","stock",false,true,true],["sda","module",false,true,true]]' \
	'the disk was sampled on each backend'
passes 'a page of it' analysis/report/report "$out/run"

# told BACKEND JQ: of the samples of that round.
told()
{
	jq -r "[.environments[].samples[] | select(.backend == \"$1\")][0] | $2" "$out/run/summary.json"
}
for backend in stock module; do
	echo "# $backend: $(told $backend '"\(.samples) samples, \(.idle) idle, \(.inside) in maps: \(.classes)"')"
	at_least "$(told $backend .samples)" 500 "$backend: samples of all of the window"
	at_least "$(told $backend .inside)" 5 'some are in maps'
	at_least "$(told $backend .classes.copy)" 1 'and copy'
	at_most "$(told $backend '.classes.rest * 4 - .inside')" 0 'nearly all have a class'
done
passes 'the page says that the machine is emulated' grep -q \
	"^- Emulated machine: these are shares of the emulator's time, and tell nothing of a machine" "$out/run/report.md"
passes 'and what a timer does not see' grep -q '^- cpu-clock is a timer' "$out/run/report.md"
is "$(grep -c '^| xen-dom0 (emulated) | ' "$out/run/report.md")" 2 'in each row'
done_testing
