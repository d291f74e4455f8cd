#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Where the time of maps goes, by samples of perf in a booted dom0: what bounces copies and searches,
# what does not does neither, on stock and on the module; and the page says that the machine is emulated.
set -uo pipefail
cd "$(dirname "$0")/../../../.." || exit 1
. impl/tests/tap.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
# An emulated machine takes samples in the full set alone: of two disks one pair of each load.
bench/lab/lab run xen-dom0 --out "$out" --timeout 900 -- bench/run --here --out /out/run --full --rounds 1 \
	--seconds 3 --seed 1 --disk serial:XSWNVME0 --disk serial:XSWUSB0 --try-module all \
	--leave-out held --leave-out dmabench >"$out/said" 2>&1
ok $? 'a run with samples ends well' "$(tail -n 5 "$out/said")"
record=$out/run/xen-dom0/run.json
is "$(jq -c '[.rounds[] | select(.kind == "sampled") | [.device, .backend, .force, .ok, .samples != null]] | sort' \
	"$record")" '[["nvme0n1","module",false,true,true],["nvme0n1","module",true,true,true],["nvme0n1","stock",false,true,true],["sda","module",false,true,true],["sda","stock",false,true,true]]' \
	'each disk was sampled on each backend, the wide one forced to bounce, too'
passes 'a page of it' analysis/report/report "$out/run"

# told DEVICE BACKEND FORCE JQ: of the samples of that round.
told()
{
	jq -r "[.environments[].samples[] | select(.device == \"$1\" and .backend == \"$2\" and .force == $3)][0] | $4" \
		"$out/run/summary.json"
}
for round in 'nvme0n1 stock false' 'nvme0n1 module false' 'nvme0n1 module true' 'sda stock false' 'sda module false'; do
	read -r device backend force <<<"$round"
	echo "# $device $backend, forced $force: $(told "$device" "$backend" "$force" '"\(.samples) samples, \(.idle) idle, \(.inside) in maps: \(.classes)"')"
	at_least "$(told "$device" "$backend" "$force" '.samples')" 500 "$device $backend, forced $force: samples of all of the window"
	at_least "$(told "$device" "$backend" "$force" '.inside')" 1 'some are in maps'
	at_most "$(told "$device" "$backend" "$force" '.classes.rest * 4 - .inside')" 0 'nearly all have a class'
done
is "$(told nvme0n1 stock false '.classes | .slots + .copy')" 0 'what does not bounce searches and copies nothing'
is "$(told nvme0n1 module false '.classes | .slots + .copy')" 0 'nor on the module'
at_least "$(told nvme0n1 module true '.classes.copy')" 1 'what is forced to bounce copies'
at_least "$(told sda stock false '.classes.copy')" 1 'what bounces by nature copies'
at_least "$(told sda module false '.classes.copy')" 1 'so it does on the module'
passes 'the page says that the machine is emulated' grep -q \
	"^- Emulated machine: these are shares of the emulator's time, and tell nothing of a machine" "$out/run/report.md"
passes 'and what a timer does not see' grep -q '^- cpu-clock is a timer' "$out/run/report.md"
is "$(grep -c '^| xen-dom0 (emulated) | ' "$out/run/report.md")" 5 'in each row'
done_testing
