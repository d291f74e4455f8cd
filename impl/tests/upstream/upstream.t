#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Holds the model of upstream's scheme against the real one: the same requests must get the same
# slots and the same failures.
# Run as root on a machine booted with swiotlb=32768,1 (one area), with dmabench.ko built; reads only.
set -euo pipefail
top=$(cd "$(dirname "$0")/../../.." && pwd)
# shellcheck source=impl/tests/tap.sh
. "$top/impl/tests/tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
slots=32768

skip() {
	echo "1..0 # SKIP $1"
	exit 0
}
grep -qw "swiotlb=$slots,1" /proc/cmdline || skip "not booted with swiotlb=$slots,1"
model=$top/build/tests/upstream/upstream-slots
[ -x "$model" ] || bail 'not built: make -C impl/tests/upstream'

# The first map tells where the real search begins
requests() {
	printf 'map 60000 2048 to 0\nunmap 60000\n'
	[ -z "$2" ] || echo "$2"
	"$top/bench/dmabench/dmabench" --print-sequence --sequence "seed:$1:1500"
}

compare() {
	local name=$1 first bus
	"$top/bench/dmabench/dmabench" --device spare-nic --sequence "$work/requests" >"$work/out" ||
		{ ok 1 "$name: dmabench failed"; return; }
	awk '$1 ~ /^[0-9]+$/ { print $1, $2 == "failed" ? "failed" : $4 }' "$work/out" >"$work/real"
	first=$(awk 'NR == 1 { print $2 }' "$work/real")
	case $first in
	'' | *[!0-9]*)
		ok 1 "$name: the first map did not bounce into the kernel's pool"
		return
		;;
	esac
	bus=$(awk '$1 == 60000 { print $3; exit }' "$work/out")
	"$model" "$slots" "$first" "$bus" <"$work/requests" >"$work/model"
	if diff "$work/real" "$work/model" >"$work/diff"; then
		ok 0 "$name: $(wc -l <"$work/real") maps, $(grep -c failed "$work/real" || true) failed, every slot the same"
	else
		ok 1 "$name: $(grep -c '^<' "$work/diff") of $(wc -l <"$work/real") maps differ" \
			"$(head -6 "$work/diff")" 'no difference'
		head -3 "$work/out" | sed 's/^/# /'
	fi
}

requests 1 '' >"$work/requests"
compare 'no alignment'
requests 2 'min_align 4095' >"$work/requests"
compare 'low 12 bits kept'
requests 3 'boundary 65535' >"$work/requests"
compare 'no run across 64 KiB'
requests 4 'min_align 511' >"$work/requests"
compare 'low 9 bits kept'
done_testing
