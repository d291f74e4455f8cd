#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A host that dies in the middle of a run: booted again, the run is taken up, and no pair has its two
# sides in two boots. A machine of the lab stands for the host.
set -uo pipefail
cd "$(dirname "$0")/../../../.." || exit 1
. impl/tests/tap.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# boot COMMAND: what was said in $out/said
boot()
{
	bench/lab/lab run xen-dom0 --out "$out" --timeout 900 -- bash -c "$1" >"$out/said" 2>&1
}

# The machine goes down at once, as at a loss of power, in the second side of the second
# pair of each load.
# shellcheck disable=SC2016 # the guest's shell expands it
boot 'bench/run --here --out /out/run --disk serial:XSWNVME0 --try-module all --seed 1 --rounds 3 \
	--seconds 2 --leave-out held --leave-out dmabench >/out/log 2>&1 &
	until [ "$(grep -c "timed [AB]2" /out/log)" -ge 3 ] || ! kill -0 $!; do sleep 0.2; done
	sleep 1
	sync
	echo b >/proc/sysrq-trigger
	sleep 60'
is $? 123 'the machine is gone' "$(cat "$out/said")"
begun=$(wc -l <"$out/run/xen-dom0.partial/rounds.jsonl")
at_least "$begun" 5 'rounds are left of it'
boot 'bench/run --resume /out/run'
ok $? 'booted again, it is taken up' "$(tail -n 5 "$out/said")"
record=$(echo "$out"/run/*/run.json)
is "$(jq '.boots | unique | length' "$record")" 2 'its record names both boots'
is "$(jq -c '[.rounds[].boot] | unique' "$record")" '[0,1]' 'and has rounds of both'
passes 'no pair spans them' jq -e '[.rounds[] | select(.kind == "timed" and .pair != null)]
	| group_by([.load, .pair]) | all(map(.boot) | unique | length == 1)' "$record"
passes 'and each load has all of its pairs' jq -e '[.rounds[] | select(.kind == "timed" and .ok)]
	| group_by([.load, .pair]) | map(select(map(.backend) | sort == ["module", "stock"]))
	| group_by(.[0].load) | all(length == 3)' "$record"
done_testing
