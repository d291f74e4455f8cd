#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dmabench's command line and its summaries, without a device.
cd "$(dirname "$0")/../../.." || exit 1
. impl/tests/tap.sh

dmabench=bench/dmabench/dmabench
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What it says, and its exit status in front.
run()
{
	local said status

	said=$("$dmabench" "$@" 2>&1)
	status=$?
	echo "$status $said"
}

like "$(run --help)" '^0 Usage: dmabench --device' '--help tells the usage'
like "$(run)" '^2 dmabench: --device is missing' 'no device'
like "$(run --device x --frobnicate y)" "^2 .*unknown option '--frobnicate'" 'an unknown option'
like "$(run --device)" '^2 .*its value is missing' 'an option without its value'
like "$(run --device x --rounds 0)" '^2 .*--rounds must be a number from 1 to 100' 'a bad number'
like "$(run --device x --rounds 99999999999999999999)" '^2 .*--rounds' \
	'a number that would overflow'
like "$(run --device x --backend native)" '^2 .*stock, module or both' 'a bad backend'
like "$(run --device x --set huge)" '^2 .*bench, quick or full' 'a bad set'
like "$(run --device x --leak 3)" '^2 .*--leak goes with --sequence' 'leak without a sequence'
like "$(run --device x --cell test=pair --sequence seed:1)" '^2 .*exclude' 'cell and sequence'
like "$(run --device 0000:ff:1f.7)" "^2 .*no PCI device '0000:ff:1f.7'" 'no such device'
like "$(run --sequence "$work/none" --print-sequence)" '^2 .*cannot read' \
	'a sequence that is not there'

$dmabench --sequence seed:7:500 --print-sequence >"$work/a"
$dmabench --sequence seed:7:500 --print-sequence >"$work/b"
$dmabench --sequence seed:8:500 --print-sequence >"$work/c"
is "$(wc -l <"$work/a")" 500 'a seed gives as many requests as asked for'
passes 'the same seed gives the same requests' cmp "$work/a" "$work/b"
is "$(cmp -s "$work/a" "$work/c"; echo $?)" 1 'another seed gives others'
# shellcheck disable=SC2016 # an awk program
passes 'nothing is unmapped that is not mapped' awk '
	$1 == "map" { if ($2 in live) exit 1; live[$2] = 1 }
	$1 == "unmap" { if (!($2 in live)) exit 1; delete live[$2] }' "$work/a"

# Two layouts and two backends, in ticks; two ticks are an instruction.
row()
{
	printf '{"round":%d,"backend":"%s","hold":{"percent":90,"seed":%d,"mix":"wide","slots":100,
		"held_slots":90},"cell":{"test":"pair","size":4096,"dir":"%s","mask":32,
		"threads":1,"depth":32,"reach":"far","direct":%d,"bounced":1,"translated":0,
		"checked":0,"wrong":%d,"tries":4,"served":%d,"elapsed_ns":8,"ops":[{"op":"pair",
		"n":1,"min":1,"median":%d,"p99":%d,"p999":1,"max":1,"mean":1,"hist":[[8,1]]}],
		"fails":{"n":1,"median":6,"hist":[]}}}\n' "$@"
}

record()
{
	jq -s --argjson machine "$1" --argjson versions '{}' --argjson device '{"stock":{},"module":{}}' \
		--arg command x --arg started x --argjson elapsed 1 --arg set quick \
		--arg left_out '' --argjson rounds 1 -f bench/dmabench/lib/record.jq "$work/rows" >"$work/record"
}

instructions='{"clock":"instructions","ticks_per_instruction":2,"emulated":true}'
{
	row 0 stock 1 to 0 0 4 100 200
	row 0 stock 2 to 0 0 2 300 400
	row 0 module 1 to 0 0 4 40 60
	row 0 module 2 to 0 0 4 60 80
	sed 's/"pair"/"memcpy"/g; s/"percent":90/"percent":0/' < <(row 0 stock 1 to 0 0 4 20 20)
} >"$work/rows"
record "$instructions"
# shellcheck disable=SC2317 # called through passes
pick()
{
	jq -e ".summary[] | select(.test == \"pair\") | $1" "$work/record"
}
passes 'layouts are folded by their median' pick '.stock.median == 100 and .module.median == 25'
passes 'and so is p99' pick '.stock.p99 == 150'
passes 'the share is the mean of the layouts' pick '.stock.share == 0.75 and .module.share == 1'
passes 'the ratio is module to stock' pick '.ratio == 0.25'
passes 'net is less one copy' pick '.stock.net == 90'
passes 'each layout stands in the record' pick '[.stock.layouts[].median] == [50, 150]'
passes 'failures have their own latency' pick '.stock.fail_median == 3'
passes 'histogram bounds are converted' jq -e '.rows[0].cell.ops[0].hist == [[4, 1]]' "$work/record"
passes 'a run without an error is ok' jq -e '.ok and .errors == []' "$work/record"

jq .summary "$work/record" | jq -f bench/dmabench/lib/goals.jq >"$work/goals"
# shellcheck disable=SC2317 # called through passes
goal()
{
	jq -e ".[] | select(.goal == \"$1\") | $2" "$work/goals"
}
# shellcheck disable=SC2317 # called through passes
without_lead()
{
	jq '.summary | .[0].module.layouts[0].share = 0.5' "$work/record" |
		jq -f bench/dmabench/lib/goals.jq |
		jq -e '.[] | select(.goal | test("share")) | .figure == -0.5 and .reached == false'
}
passes 'a share that leads in every layout is a goal reached' \
	goal 'share served, least lead over stock' '.figure == 0 and .reached'
passes 'one layout served worse is not' without_lead
passes 'a failing map is compared with stock' \
	goal 'failing map, of stock' '.figure == 1 and .limit == 0.02 and .reached == false'

record '{"clock":"time","tsc_khz":2000000,"emulated":false}'
passes 'ticks of a clock of time become ns' jq -e '.unit == "ns" and .rows[0].cell.ops[0].median == 50' \
	"$work/record"

row 0 stock 1 to 2 0 4 100 200 >"$work/rows"
record "$instructions"
passes 'a map that took the wrong way is an error' jq -e '.ok == false and (.errors[0] | test("direct"))' \
	"$work/record"
sed 's/"pair"/"memcpy"/g' <(row 0 stock 1 to 0 0 4 100 200) >"$work/rows"
record "$instructions"
passes 'a run without one mapping is an error' jq -e '.errors == ["no mapping could be measured on this machine"]' \
	"$work/record"
row 0 stock 1 to 0 1 4 100 200 >"$work/rows"
record "$instructions"
passes 'wrong data is an error' jq -e '.ok == false and (.errors[0] | test("wrong"))' "$work/record"

# rounds MEDIAN...: a round each, of which the module takes half.
rounds()
{
	local n=0 median

	for median in "$@"; do
		row $n stock 1 to 0 0 4 $((median * 2)) 999
		row $n module 1 to 0 0 4 "$median" 999
		n=$((n + 1))
	done >"$work/rows"
	record "$instructions"
	jq --argjson n $# '.rounds_each = $n' "$work/record" |
		jq -r -f bench/dmabench/lib/table.jq >"$work/table"
}
rounds 10 30 20 50 40
passes 'five rounds have a range and no interval' pick '.stock | .rounds == 5 and .interval == null
	and .median == 30 and .least == 10 and .greatest == 50'
passes 'the table says so' grep -q '30 \[10\.\.50\]' "$work/table"
passes 'and that it is none' grep -q 'a range, fewer than six rounds have no interval' "$work/table"
rounds 10 30 20 50 40 60 11 70 80
passes 'nine have the interval of order statistics' pick '.stock.interval |
	.low == 11 and .high == 70 and (.coverage - 0.9609375 | fabs) < 1e-9'
passes 'the table shows it' grep -qE '40 \(11\.\.70\)' "$work/table"
passes 'and its chance' grep -q 'its interval at 96%' "$work/table"
passes 'ratios are those of the rounds' pick '.ratios | .n == 9 and .median == 0.5 and .min == 0.5
	and .interval.low == 0.5'
done_testing
