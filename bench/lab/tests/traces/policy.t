#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The tracing tools under the kernel's policy: capabilities, and the lockdown set at run time and at
# boot; on a native kernel whose every mapping bounces, and as guests of other kinds see that. A lockdown
# stays: each needs a boot of its own.
# The table in traces/README.md is what they answered: with UPDATE=yes it is written anew.
cd "$(dirname "$0")/../../../.." || exit 1
# shellcheck source=impl/tests/tap.sh
. impl/tests/tap.sh
# shellcheck source=bench/lab/tests/policy.sh
. bench/lab/tests/policy.sh

booted 'all rights' traces/tests/guest/policy.t xen-dom0
for level in integrity confidentiality; do
	booted "booted with lockdown=$level" traces/tests/guest/policy.t xen-dom0 \
		--set "kernel_args+=lockdown=$level"
done
booted 'all bounces; other kinds of guests' traces/tests/guest/forced.t native-swiotlb

if [ "${UPDATE-}" = yes ]; then
	answered | awk -v head="$head" 'NR == FNR { new = new $0 "\n"; next }
		$0 == head { printf "%s", new; old = 1; next }
		old && /^\|/ { next }
		{ old = 0; print }' - traces/README.md >"$rows.new" && cp "$rows.new" traces/README.md
	rm -f "$rows.new"
fi
is "$(written)" "$(answered)" 'the table in traces/README.md is what they answered'
done_testing
