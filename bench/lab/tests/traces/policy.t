#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The tracing tools under the kernel's policy: capabilities, and the lockdown set at run time and at
# boot. A lockdown stays: each needs a boot of its own.
cd "$(dirname "$0")/../../../.." || exit 1
# shellcheck source=impl/tests/tap.sh
. impl/tests/tap.sh

for level in none integrity confidentiality; do
	arguments=()
	[ $level = none ] || arguments=(--set "kernel_args+=lockdown=$level")
	said=$(bench/lab/lab run xen-dom0 --timeout 900 "${arguments[@]}" -- \
		bench/lab/guest/run-tests --limit 600 traces/tests/guest/policy.t 2>&1)
	status=$?
	# all of it where it failed; the table of what each tool does either way
	printf '%s\n' "$said" | sed 's/^/# /'
	ok $status "booted with lockdown=$level"
done
done_testing
