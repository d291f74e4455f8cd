#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A runner that is killed outright in a round on the module: taken up, it gives the devices back,
# does what is missing, and unloads the module that the first had loaded.
# shellcheck disable=SC2317  # functions that are called by name
cd "$(dirname "$0")/../../.." || exit 1
. impl/tests/tap.sh
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
disk=$(bench/run --here --dry-run | awk '$2 == "disk" && /64-bit/ { print $1; exit }')
function_of()
{
	basename "$(readlink -f "/sys/block/$1/device/device")"
}
bdf=$(function_of "$disk")

bench/run --here --out "$out/run" --disk "/dev/$disk" --try-module all --seed 1 --rounds 2 \
	--seconds 2 >"$out/log" 2>&1 &
pid=$!
# The runner is killed while the load of a round on the module runs, however slow the machine is.
for ((tries = 0; tries < 3000; tries++)); do
	tail -n 1 "$out/log" | grep -q 'on module, timed' && pgrep fio >/dev/null && break
	kill -0 $pid || break
	sleep 0.2
done
kill -KILL $pid
wait $pid
is $? 137 'the runner is killed'
like "$(cat /sys/devices/platform/xen_swiotlb/devices)" "^$bdf " 'its device is left on the module'
tail -n 3 "$out/log" | sed 's/^/# /'
for ((tries = 0; tries < 150; tries++)); do
	pgrep 'fio|bounces' >/dev/null || break
	sleep 0.2
done
is "$(pgrep -a 'fio|bounces')" '' 'its load died with it'

said=$(bench/run --resume "$out/run" 2>&1)
ok $? 'it is taken up' "$said"
record=$(echo "$out"/run/*/run.json)
passes 'and whole: each pair has both sides' jq -e '[.rounds[] | select(.kind == "timed")]
	| group_by([.load, .pair]) | length == 4 and all(map(.backend) | sort == ["module", "stock"])' "$record"
passes 'every round is good' jq -e '.ok and ([.rounds[].ok] | all)' "$record"
is "$(basename "$(readlink "/sys/bus/pci/devices/$bdf/driver")")" nvme 'the device has its driver'
expect 'the modules are unloaded' 1 '^$' grep -E 'xen_swiotlb|dmabench' /proc/modules
expect 'nothing is left to be taken up' 2 'no run that was ended' bench/run --resume "$out/run"
done_testing
