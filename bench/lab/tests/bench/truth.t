#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the DMA API gave a disk is what its device model then touched, address by address: on stock,
# on the module, and bounced.
cd "$(dirname "$0")/../../../.." || exit 1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
truth=bench/lab/tests/bench/truth
bench/lab/lab run xen-dom0 --trace $truth/events --out "$out" --timeout 600 -- $truth/record >"$out/said" 2>&1 || {
	sed 's/^/# /' "$out/said"
	echo "Bail out! the load did not run"
	exit 1
}
$truth/join.py "$out"
