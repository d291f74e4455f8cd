#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The model of upstream's scheme against the kernel itself, on recorded loads: each mapping at the
# same slot, each failure where the kernel failed.
set -u
# shellcheck source=analysis/tests/runs.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/runs.sh"
make -s -C "$checkout/analysis/replay" placement || bail 'placement was not built'
real=$checkout/analysis/tests/data/recordings

while read -r name placed failed; do
	gunzip -c "$real/$name.rec.gz" >"$scratch/real.rec"
	is "$("$checkout/build/replay/placement" "$scratch/real.rec")" \
		"$placed placed, $placed alike; $failed failed, $failed alike; 0 unknown" \
		"$name: $placed mappings at the kernel's own slots, and its $failed failures"
done <<-'END'
	v2-small-tcp 1660 0
	v2-small-udp 4862 0
	v2-small-usb-seqread 210 0
	v2-fragmented 637 16213
	v2-areas-adversarial 3111 18
	v2-tcp-plain 2284 0
END
done_testing
