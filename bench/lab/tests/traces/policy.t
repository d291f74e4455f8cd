#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The tracing tools under the kernel's policy: capabilities, and the lockdown set at run time and at
# boot; and as guests of other kinds see them. A lockdown stays: each needs a boot of its own.
# The table in traces/README.md is what they answered: with UPDATE=yes it is written anew.
cd "$(dirname "$0")/../../../.." || exit 1
# shellcheck source=impl/tests/tap.sh
. impl/tests/tap.sh

rows=$(mktemp)
trap 'rm -f "$rows"' EXIT

# booted NAME TEST ENVIRONMENT ARGUMENT...
booted()
{
	local name=$1 test=$2 said status

	shift 2
	said=$(bench/lab/lab run "$@" --timeout 900 -- bench/lab/guest/run-tests --limit 600 "$test" 2>&1)
	status=$?
	# all of it, for where it failed
	printf '%s\n' "$said" | sed 's/^/# /'
	printf '%s\n' "$said" | sed -n 's/^ *# row: //p' >>"$rows"
	ok $status "$name"
}

booted 'all rights' traces/tests/guest/policy.t xen-dom0
for level in integrity confidentiality; do
	booted "booted with lockdown=$level" traces/tests/guest/policy.t xen-dom0 \
		--set "kernel_args+=lockdown=$level"
done
booted 'other kinds of guests' traces/tests/guest/forced.t native-swiotlb

head='<!-- made by bench/lab/tests/traces/policy.t -->'
table()
{
	echo "$head"
	# shellcheck disable=SC2016 # Markdown
	echo '| | `xswbounce` (verdict) | `top` | its other commands | `tracefs/bounces` | `perf/stat` |'
	echo '| --- | --- | --- | --- | --- | --- |'
	# set at boot or at run time, a state has one row: two that differ are two
	awk '!seen[$0]++' "$rows"
}
if [ "${UPDATE-}" = yes ]; then
	table | awk -v head="$head" 'NR == FNR { new = new $0 "\n"; next }
		$0 == head { printf "%s", new; old = 1; next }
		old && /^\|/ { next }
		{ old = 0; print }' - traces/README.md >"$rows.new" && cp "$rows.new" traces/README.md
	rm -f "$rows.new"
fi
is "$(awk -v head="$head" '$0 == head { in_it = 1 } in_it && !/^[|<]/ { exit } in_it' traces/README.md)" \
	"$(table)" 'the table in traces/README.md is what they answered'
done_testing
