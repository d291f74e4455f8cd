#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The measurement of the tools' cost, as far as it runs without a device: arguments, arithmetic, and
# that no tool is left out.
cd "$(dirname "$0")/../.." || exit 1

. impl/tests/tap.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

complains 'cost: no device' 2 '^cost: name the device' traces/cost/cost
complains 'cost: unknown argument' 2 "^cost: unknown argument '0000:00:05.0'" traces/cost/cost 0000:00:05.0
complains 'cost: bad number' 2 '^cost: --rounds wants a number' traces/cost/cost --rounds x
complains 'cost: no such tool' 2 "^cost: no tool is called like 'none'" \
	traces/cost/cost --device spare-nic --tools none
complains 'throughput: bad kind' 2 '^throughput: --only wants disk or pair' \
	traces/cost/throughput --only tape
complains 'throughput: no value' 2 '^throughput: --disk wants a disk' traces/cost/throughput --disk
like "$(traces/cost/cost --help)" 'Examples:' 'cost --help has examples'
like "$(traces/cost/throughput --help)" 'Examples:' 'throughput --help has examples'

# A load that fails is told by its last words, or by its status where it has none.
mkdir "$out/lent"
printf 'd0\tdisk\t64\tread\n' >"$out/lent/devices"
failing_load()
{
	echo "$1" >"$out/lent/loads"
	traces/cost/throughput --lent "$out/lent" --tools 'tracefs/bounces' --rounds 1 2>&1
	echo "status $?"
}
like "$(failing_load 'echo "it broke" >&2; echo >&2; exit 3')" \
	'throughput: without tracing: status 3, 4 times: it broke
.*throughput: no load ended well: there is no figure
status 1$' 'throughput: a load that fails is told by its last words'
like "$(failing_load 'exit 4')" 'throughput: without tracing: status 4, 4 times, without a word
' 'or by its status'

# Every command that traces is measured; every script that is named is there.
# shellcheck disable=SC2016
measured=$(sed -n 's/.*|$xswbounce \([a-z]*\) .*/\1/p' traces/cost/tools.sh | sort -u)
commands=$(sed -n 's/^\t{ "\([a-z]*\)",.*/\1/p' traces/xswbounce/main.c | grep -vx report | sort)
is "$measured" "$commands" 'every command of xswbounce is measured'
is "$(sed -n 's/.*with-bpftrace \([a-z]*\)".*/\1/p' traces/cost/tools.sh | while read -r script; do
	[ -f "traces/bpftrace/$script.bt" ] || echo "$script"
done)" '' 'every bpftrace script that is measured is there'

# A tool between two untraced runs, one beside the second of them; the load of another kind apart.
runs()
{
	printf '{"sequence":%d,"tool":"%s","load":"%s","value":%d}\n' \
		1 plain disk 100 2 tool disk 84 3 plain disk 110 4 tool disk 115 5 plain disk 120 \
		1 plain net 10 2 tool net 5 3 plain net 10
}
runs | jq -s -f traces/cost/ratios.jq --arg untraced plain --argjson emulated false --arg clock time \
	--argjson rounds 1 --argjson seconds 1 --arg kernel k >"$out/json"
of()
{
	jq -c ".loads[] | select(.load == \"$1\") | $2" "$out/json"
}
is "$(of disk '.tools[] | select(.tool == "tool").ratio | [.median, .least, .most, .runs]')" \
	'[0.9,0.8,1,2]' 'a tool by the mean of its two untraced neighbours'
is "$(of disk '.tools[] | select(.tool == "plain").ratio | [.median, .runs]')" '[1,1]' \
	'an untraced run by its own neighbours: the noise'
is "$(of disk .untraced_bytes_s)" 110 'the untraced median'
is "$(of net '.tools[] | select(.tool == "tool").ratio.median')" 0.5 'each load for itself'
jq -r -f traces/cost/ratios_table.jq --arg untraced plain "$out/json" >"$out/table" 2>"$out/err"
like "$(cat "$out/table")" 'tool +90 % +\(80 % to 100 %\)' 'the table says so'
like "$(cat "$out/table")" 'plain +100 % +\(100 % to 100 %\) +the noise' 'and what the noise is'
like "$(sed -n '/^net/,$p' "$out/table")" 'tool +50 %' 'the load without a measure of noise is shown'

done_testing
