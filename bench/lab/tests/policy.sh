# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The table in traces/README.md of what each tracing tool answers where: rows as machines of the lab
# print them. Needs impl/tests/tap.sh.

rows=$(mktemp)
trap 'rm -f "$rows"' EXIT

# booted NAME TEST ENVIRONMENT ARGUMENT...: runs a test that prints rows in a machine of its own.
booted()
{
	local name=$1 test=$2 said status

	shift 2
	said=$(bench/lab/lab run "$@" --timeout 900 -- bench/lab/guest/run-tests --limit 600 "$test" 2>&1)
	status=$?
	# all of it, and what failed for one who sees no more than numbers
	printf '%s\n' "$said" | sed 's/^/# /'
	[ $status = 0 ] || printf '%s\n' "$said" | sed -n "/^# ${test//\//\\/}:/,\$p" >&2
	printf '%s\n' "$said" | sed -n 's/^ *# row: //p' >>"$rows"
	ok $status "$name"
}

head='<!-- made by bench/lab/tests/traces/policy.t -->'

# The table as it stands there.
written()
{
	awk -v head="$head" '$0 == head { in_it = 1 } in_it && !/^[|<]/ { exit } in_it' traces/README.md
}

# And as the machines have answered. Set at boot or at run time, a state has one row: two that differ
# are two.
answered()
{
	echo "$head"
	# shellcheck disable=SC2016 # Markdown
	echo '| | `xswbounce` (verdict) | `top` | `doctor` | its other commands | `tracefs/bounces` | `perf/stat` |'
	echo '| --- | --- | --- | --- | --- | --- | --- |'
	awk '!seen[$0]++' "$rows"
}
