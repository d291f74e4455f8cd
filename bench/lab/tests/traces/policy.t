#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The tracing tools under the kernel's policy: capabilities, and the lockdown set at run time and at
# boot. A lockdown stays: each needs a boot of its own.
cd "$(dirname "$0")/../../../.." || exit 1
status=0
for level in none integrity confidentiality; do
	arguments=()
	[ $level = none ] || arguments=(--set "kernel_args+=lockdown=$level")
	echo "# booted with lockdown=$level"
	bench/lab/lab run xen-dom0 --timeout 900 "${arguments[@]}" -- bench/lab/guest/run-tests --limit 600 \
		traces/tests/guest/policy.t >"${TMPDIR:-/tmp}/policy.$$" 2>&1 || status=1
	sed 's/^/# /' "${TMPDIR:-/tmp}/policy.$$"
	rm -f "${TMPDIR:-/tmp}/policy.$$"
done
[ $status -eq 0 ] && echo 'ok 1 - the policy of each boot' || echo 'not ok 1 - the policy of each boot'
echo 1..1
exit $status
